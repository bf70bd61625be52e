/**
 * All media between the nodes are cut, and joined again: between ours and the genuine heartbeat it
 * ends as between two genuine nodes. Two genuine nodes play the same beside them, by the same rule.
 *
 * Heartbeat 3.0.6 (recorded): each declares the other dead and takes its group as well. When they
 * hear each other again, both say that the other returns after a partition, give up everything two
 * seconds later, in the order of the file and each group in reverse, and begin a new life. From it
 * each takes its own group, whatever auto_failback says.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import { heldBy } from './holders.js';
import { type Kinds, Programs, title } from './kinds.js';
import { MULTICAST, SERIAL, storyFiles } from './storyfiles.js';
import { printTable, seconds } from './table.js';

const START_LIMIT_MS = 60_000;
const SPLIT_LIMIT_MS = 30_000;
const HEAL_LIMIT_MS = 90_000;
/** Heartbeat 3.0.6 gives up this long after it saw the other return. */
const GIVE_UP_MS = 2000;
const ENDING = /Heartbeat shutdown in progress/;
/** By how much it may seem less, since lines of a log are read with a delay of their own. */
const EARLIER_MS = 500;
/** By how much it may be more, on a machine that is busy. */
const LATER_MS = 8000;

const [HOME, OTHER] = DIRECTORS;

const GROUPS: Readonly<Record<Director, readonly string[]>> = {
  loadbalancer: ['lvs', 'IPaddr', 'ipvsadm', 'ldirectord'],
  backup: ['IPaddr', 'web'],
};

const starts = (node: Director): string[] => GROUPS[node].map((script) => `${script} start`);
const stops = (node: Director): string[] =>
  [...GROUPS[node]].reverse().map((script) => `${script} stop`);
const otherOf = (node: Director): Director => (node === HOME ? OTHER : HOME);

const PAIRS: readonly Kinds[] = [
  ['C', 'C'],
  ['C', 'TS'],
  ['TS', 'C'],
];

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

function files(autoFailback: 'on' | 'off'): ClusterFiles {
  const made = storyFiles({
    media: [MULTICAST, SERIAL],
    timers: { keepalive: '500ms', deadtime: '3', warntime: '2', initdead: '6' },
    autoFailback,
    moreGroups: [`${OTHER} IPaddr::192.168.136.20/24/eth0 web`],
  });
  const script = made['/etc/ha.d/resource.d/lvs'];
  return script === undefined ? made : { ...made, '/etc/ha.d/resource.d/web': script };
}

function callsOf(cluster: Cluster, node: string, since: number): string[] {
  return cluster.calls(node, since).map((call) => `${call.script} ${call.verb}`);
}

/** Waits until a node has called the last script of a group. */
async function started(
  cluster: Cluster,
  node: Director,
  group: Director,
  since: number,
  limitMs: number,
): Promise<void> {
  await cluster.called(node, starts(group).at(-1) ?? '', since, limitMs);
}

/** How one pair went through it. */
interface Course {
  readonly kinds: Kinds;
  readonly autoFailback: string;
  /** From the cut to the moment when both hold everything. */
  readonly bothAfterMs: number;
  /** From the heal to the moment when nobody holds anything, and when each has its own group. */
  readonly noneAfterMs: number;
  readonly servesAfterMs: number;
  /** What `cl_status rscstatus` says on both nodes afterwards. */
  readonly end: string;
}

async function coldStart(cluster: Cluster, name: string): Promise<void> {
  const since = cluster.feed.mark;
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  for (const node of DIRECTORS) await started(cluster, node, node, since, START_LIMIT_MS);
  const held = await cluster.settled(START_LIMIT_MS);
  assert.deepEqual(held, { [HOME]: 'local', [OTHER]: 'local' }, name);
}

/** Cuts everything between the nodes; both take everything. */
async function split(pair: Pair, cluster: Cluster, name: string): Promise<void> {
  const since = cluster.feed.mark;
  await pair.site.unplug(HOME);
  await pair.serial.cut();
  for (const node of DIRECTORS) {
    const peer = otherOf(node);
    await cluster.logged(node, new RegExp(`node ${peer}: is dead`), since, SPLIT_LIMIT_MS);
    await started(cluster, node, peer, since, SPLIT_LIMIT_MS);
  }
  const held = await cluster.settled(SPLIT_LIMIT_MS);
  assert.deepEqual(held, { [HOME]: 'all', [OTHER]: 'all' }, name);
  for (const node of DIRECTORS) {
    assert.deepEqual(callsOf(cluster, node, since), starts(otherOf(node)), `${name}: ${node}`);
  }
  await heldBy(cluster, DIRECTORS, name);
}

/** Joins everything again; both give up everything, and each ends with its own group. */
async function heal(pair: Pair, cluster: Cluster, name: string): Promise<string> {
  const since = cluster.feed.mark;
  await pair.serial.join();
  await pair.site.plug(HOME);
  for (const node of DIRECTORS) {
    await cluster.logged(node, /Heartbeat restart triggered/, since, HEAL_LIMIT_MS);
  }
  for (const node of DIRECTORS) await started(cluster, node, node, since, HEAL_LIMIT_MS);
  const held = await cluster.settled(HEAL_LIMIT_MS);
  assert.deepEqual(held, { [HOME]: 'local', [OTHER]: 'local' }, name);
  await heldBy(cluster, [HOME], name);
  for (const node of DIRECTORS) {
    const course = [...stops(HOME), ...stops(OTHER), ...starts(node)];
    assert.deepEqual(callsOf(cluster, node, since), course, `${name}: ${node}`);
    const returned = new RegExp(`Cluster node ${otherOf(node)} returning after partition`);
    const seen = await cluster.logged(node, returned, since, HEAL_LIMIT_MS);
    const ending = await cluster.logged(node, ENDING, since, HEAL_LIMIT_MS);
    const after = ending.at - seen.at;
    const words = `${name}: ${node} gave up ${Math.round(after)} ms after it saw the other return`;
    assert.ok(after > GIVE_UP_MS - EARLIER_MS && after < GIVE_UP_MS + LATER_MS, words);
  }
  // Everything was given up before anything was taken: no address was ever taken twice.
  const calls = DIRECTORS.flatMap((node) => cluster.calls(node, since));
  const lastStop = Math.max(...calls.filter((c) => c.verb === 'stop').map((c) => c.at));
  const firstStart = Math.min(...calls.filter((c) => c.verb === 'start').map((c) => c.at));
  assert.ok(firstStart > lastStop, name);
  return Object.entries(held)
    .map(([node, word]) => `${node} ${word}`)
    .join(', ');
}

async function play(kinds: Kinds, autoFailback: 'on' | 'off'): Promise<Course> {
  const name = `${title(kinds)}, auto_failback ${autoFailback}`;
  const pair = await programs.open(kinds);
  const cluster = await Cluster.open(pair, files(autoFailback));
  await coldStart(cluster, name);
  const cutAt = await pair.site.now();
  const cutMark = cluster.feed.mark;
  await split(pair, cluster, name);
  const changes = (since: number, held: boolean): number[] =>
    cluster.feed
      .since(since)
      .flatMap((seen) => (seen.kind === 'address' && seen.held === held ? [seen.at] : []));
  const takenAt = Math.max(...changes(cutMark, true));
  const healMark = cluster.feed.mark;
  const healAt = await pair.site.now();
  const end = await heal(pair, cluster, name);
  await Promise.all(DIRECTORS.map((node) => cluster.stop(node)));
  return {
    kinds,
    autoFailback,
    bothAfterMs: takenAt - cutAt,
    noneAfterMs: Math.max(...changes(healMark, false).slice(0, 2)) - healAt,
    servesAfterMs: Math.max(...changes(healMark, true)) - healAt,
    end,
  };
}

test('partition and heal between C and TS end as between two genuine nodes', async () => {
  const courses: Course[] = [];
  for (const autoFailback of ['on', 'off'] as const) {
    courses.push(...(await Promise.all(PAIRS.map((kinds) => play(kinds, autoFailback)))));
  }
  printTable(
    'partition and heal, deadtime 3 s',
    ['pair', 'auto_failback', 'both hold', 'both let go', 'served again', 'in the end'],
    courses.map((one) => [
      title(one.kinds),
      one.autoFailback,
      `${seconds(one.bothAfterMs)} after the cut`,
      `${seconds(one.noneAfterMs)} after the heal`,
      `${seconds(one.servesAfterMs)} after the heal`,
      one.end,
    ]),
  );
});
