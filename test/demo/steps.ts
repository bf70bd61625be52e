/** The steps of the demo: what is done to the cluster, and what must come of it. */

import { SERVERS } from '../lab/boot.js';
import { startWebServer, stopWebServer } from '../lab/webserver.js';
import {
  bootDirector,
  closeSpan,
  expectBothAlive,
  expectOneHolder,
  expectOrder,
  HOME,
  moved,
  nodeView,
  OTHER,
  Otherwise,
  type Stage,
  watch,
  weighted,
} from './stage.js';

export interface Step {
  readonly title: string;
  readonly expected: string;
  /** The longest gap in the service that we aim at; none where the network itself is gone. */
  readonly goalMs?: number;
  /** The goal is on top of deadtime, in which nobody can know. */
  readonly detects?: true;
  /** Does the step; says how it ended. Rejects with `Otherwise` when that is not as it should. */
  act(stage: Stage): Promise<string>;
}

/** An orderly move keeps the service up but for the moment the address changes its place. */
const ORDERLY_GOAL_MS = 500;
/** What the scripts may take after deadtime: with a deadtime of 3 s, 8 s in all. */
const CRASH_GOAL_MS = 5000;

const REALS: Readonly<Record<string, string>> = {
  loadbalancer: '192.168.136.11:80',
  backup: '192.168.136.12:80',
  real1: '192.168.136.101:80',
  real2: '192.168.136.102:80',
  real3: '192.168.136.103:80',
};

/** Every server of the table with weight 1. */
export const ALL_SERVE: Readonly<Record<string, number>> = Object.fromEntries(
  SERVERS.map((name) => [REALS[name] ?? '', 1]),
);

/** How long the new state is looked at. */
const WATCH_MS = 3000;
/** A request that was under way is answered, or given up by the client and told, within this. */
const IN_FLIGHT_MS = 2500;

/** The server whose web server is stopped. */
const VICTIM = 'real2';

/** Prints `ipvsadm -Ln` as the program itself prints it on a node. */
export async function showTable(stage: Stage, node: string): Promise<void> {
  const outcome = await stage.lab.site.run(node, ['ipvsadm', '-Ln']);
  stage.say(`  ${node}# ipvsadm -Ln`);
  for (const line of outcome.stdout.trimEnd().split('\n')) stage.say(`    ${line}`);
}

const pullCable: Step = {
  title: `pull the network cable of the active node, ${HOME}`,
  expected: 'no node taken for dead, no split; ipfail moves the group in order',
  async act(stage) {
    const since = stage.cluster.feed.mark;
    await stage.lab.site.unplug(HOME);
    nodeView(stage, HOME).cable = false;
    await moved(stage, OTHER, since);
    expectBothAlive(stage, since);
    expectOneHolder(stage, since);
    expectOrder(stage, HOME, 'stop', since);
    expectOrder(stage, OTHER, 'start', since);
    return 'the serial line kept both informed; moved by ipfail, never held twice';
  },
};

const joinCable: Step = {
  title: `join the network cable of ${HOME}`,
  expected: 'both see the network alike again; auto_failback brings the group home',
  goalMs: ORDERLY_GOAL_MS,
  async act(stage) {
    const since = stage.cluster.feed.mark;
    await stage.lab.site.plug(HOME);
    nodeView(stage, HOME).cable = true;
    await moved(stage, HOME, since);
    expectBothAlive(stage, since);
    expectOneHolder(stage, since);
    expectOrder(stage, OTHER, 'stop', since);
    expectOrder(stage, HOME, 'start', since);
    await weighted(stage, ALL_SERVE);
    return `back on ${HOME}, never held twice`;
  },
};

const stopRealServer: Step = {
  title: `stop the web server of ${VICTIM}`,
  expected: 'ldirectord quiesces it: weight 0, and nobody is sent there',
  goalMs: ORDERLY_GOAL_MS,
  async act(stage) {
    await stopWebServer(stage.lab.site, VICTIM);
    await weighted(stage, { [REALS[VICTIM] ?? '']: 0 });
    // What was sent there before it was quiesced fails within its own limit, and belongs to before.
    await watch(stage.lab, IN_FLIGHT_MS);
    const before = await closeSpan(stage);
    await watch(stage.lab, WATCH_MS);
    const after = await closeSpan(stage);
    if (stage.lab.balances && (after.answers[VICTIM] ?? 0) > 0) {
      throw new Otherwise(`${VICTIM} still answers`);
    }
    // A request that was sent there is refused at once. One that is late tells of the machine.
    if (after.refused > 0) throw new Otherwise(`${after.refused} requests refused afterwards`);
    return `weight 0 after ${before.refused} refused requests, none afterwards`;
  },
};

const startRealServer: Step = {
  title: `start the web server of ${VICTIM}`,
  expected: 'it comes back with weight 1',
  goalMs: ORDERLY_GOAL_MS,
  async act(stage) {
    await startWebServer(stage.lab.site, VICTIM);
    await weighted(stage, ALL_SERVE);
    await watch(stage.lab, WATCH_MS);
    return 'weight 1';
  },
};

const gracefulStop: Step = {
  title: `/etc/init.d/heartbeat stop on ${HOME}`,
  expected: `${HOME} stops the group in reverse, then ${OTHER} starts it in order`,
  goalMs: ORDERLY_GOAL_MS,
  async act(stage) {
    const since = stage.cluster.feed.mark;
    await stage.cluster.stop(HOME);
    await moved(stage, OTHER, since);
    expectOneHolder(stage, since);
    expectOrder(stage, HOME, 'stop', since);
    expectOrder(stage, OTHER, 'start', since);
    return `handed over to ${OTHER}, never held twice`;
  },
};

/** The home node comes back, by its init script or by a whole boot. */
async function comeBack(stage: Stage, start: () => Promise<void>): Promise<string> {
  const since = stage.cluster.feed.mark;
  await start();
  await moved(stage, HOME, since);
  expectOneHolder(stage, since);
  expectOrder(stage, OTHER, 'stop', since);
  expectOrder(stage, HOME, 'start', since);
  await weighted(stage, ALL_SERVE);
  return `failback to ${HOME}, never held twice`;
}

const startAgain: Step = {
  title: `/etc/init.d/heartbeat start on ${HOME}`,
  expected: `auto_failback on: ${HOME} gets the group back`,
  goalMs: ORDERLY_GOAL_MS,
  act: (stage) => comeBack(stage, () => stage.cluster.start(HOME)),
};

const powerOff: Step = {
  title: `power off the active node, ${HOME}`,
  expected: `${OTHER} takes over everything in order`,
  goalMs: CRASH_GOAL_MS,
  detects: true,
  async act(stage) {
    const since = stage.cluster.feed.mark;
    const at = await stage.lab.site.now();
    await stage.cluster.powerOff(HOME);
    const node = nodeView(stage, HOME);
    Object.assign(node, { power: false, status: 'stopped' });
    node.links.clear();
    const dead = new RegExp(`node ${HOME}: is dead`);
    const seen = await stage.cluster.logged(OTHER, dead, since, stage.limitMs);
    await moved(stage, OTHER, since);
    expectOrder(stage, OTHER, 'start', since);
    // The dead node is a real server too: until it is quiesced, its share of requests fails.
    await weighted(stage, { ...ALL_SERVE, [REALS[HOME] ?? '']: 0 });
    return `declared dead after ${((seen.at - at) / 1000).toFixed(1)} s, taken over by ${OTHER}`;
  },
};

const powerOn: Step = {
  title: `power on ${HOME}`,
  expected: 'it boots as a real server, then heartbeat gives it the group back',
  goalMs: ORDERLY_GOAL_MS,
  act: (stage) => comeBack(stage, () => bootDirector(stage, HOME)),
};

/** In the order they are shown. */
export const STEPS: readonly Step[] = [
  pullCable,
  joinCable,
  stopRealServer,
  startRealServer,
  gracefulStop,
  startAgain,
  powerOff,
  powerOn,
];
