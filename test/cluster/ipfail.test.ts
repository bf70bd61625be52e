/**
 * The ping nodes no longer answer one side: its ipfail gives the group up, whichever daemon started
 * it, and with auto_failback gives it back when they answer again. The messages come in the order
 * of a recorded pair of genuine nodes.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { heldBy } from './holders.js';
import { type Kinds, title } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';
import { printTable, seconds } from './table.js';
import { Hosts, visitor } from './visitors.js';
import { type Heard, Wiretap } from './wiretap.js';

const [HOME, OTHER] = DIRECTORS;
const START_LIMIT_MS = 60_000;
const MOVE_LIMIT_MS = 40_000;
/** By how much the wire's listener may lag behind, on a busy machine. */
const LATE_MS = 20_000;
const HACF = '/etc/ha.d/ha.cf';

interface Story {
  readonly daemons: Kinds;
  /** Whose ipfail each of them starts. */
  readonly ipfails: Kinds;
  readonly autoFailback: 'on' | 'off';
  /** Seconds; longer than deadtime, so that the group's link dies before the group. */
  readonly deadping?: number;
  /** A second ping node besides the group: its messages mingle with those of the group. */
  readonly second?: boolean;
}

const STORIES: readonly Story[] = [
  { daemons: ['TS', 'C'], ipfails: ['C', 'C'], autoFailback: 'on' },
  { daemons: ['C', 'TS'], ipfails: ['TS', 'TS'], autoFailback: 'on' },
  { daemons: ['TS', 'TS'], ipfails: ['C', 'TS'], autoFailback: 'off' },
  { daemons: ['C', 'C'], ipfails: ['TS', 'C'], autoFailback: 'off' },
  { daemons: ['C', 'C'], ipfails: ['C', 'C'], autoFailback: 'on' },
  { daemons: ['TS', 'TS'], ipfails: ['TS', 'C'], autoFailback: 'on' },
  // Two genuine ipfails would move nothing here.
  { daemons: ['C', 'TS'], ipfails: ['TS', 'TS'], autoFailback: 'off', deadping: 8 },
  { daemons: ['TS', 'C'], ipfails: ['TS', 'C'], autoFailback: 'off', deadping: 8 },
  // When both return, two genuine ipfails would leave the group where it is.
  { daemons: ['C', 'TS'], ipfails: ['C', 'TS'], autoFailback: 'on', second: true },
];

/** At the same time: more would make the machine late. */
const AT_ONCE = 3;

/** The messages of a standby: asked for, agreed to, released, taken over. */
const standby = (from: string, to: string): readonly string[] =>
  [from, to, from, to].map((node) => `${node} ask_resources`);

/** As recorded; several of the same in a row count as one. */
const LOSS = [`${HOME} num_ping_nodes`, `${OTHER} you_are_dead`, ...standby(HOME, OTHER)];
const RETURN = [`${HOME} num_ping_nodes`, `${OTHER} abort_giveup`];
const SPOKEN = ['num_ping_nodes', 'you_are_dead', 'abort_giveup', 'ask_resources'];

/** Echo replies do not arrive. */
const DEAF = `table inet deaf {
  chain input {
    type filter hook input priority 0;
    icmp type echo-reply drop
  }
}`;

let hosts: Hosts;
/** What must be closed in the end, the last first. */
const open: { close(): Promise<void> }[] = [];

before(() => {
  hosts = new Hosts();
});

after(async () => {
  for (const one of open.reverse()) await one.close();
  hosts.dispose();
});

async function nft(pair: Pair, argv: readonly string[], stdin = ''): Promise<void> {
  const outcome = await pair.site.run(HOME, ['nft', ...argv], { stdin });
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** What the clients said to each other, without repetitions. */
function spoken(wire: Wiretap, since: number): readonly string[] {
  return wire.feed
    .since(since)
    .filter(({ type }) => SPOKEN.includes(type))
    .map(({ from, type }: Heard) => `${from} ${type}`)
    .filter((one, n, all) => one !== all[n - 1] || one.endsWith('ask_resources'));
}

/** Clients that have just met say what they see, and find a tie; it may come after the mark. */
function withoutStart(heard: readonly string[]): readonly string[] {
  const compared = heard.indexOf(`${OTHER} you_are_dead`);
  const ties = heard.slice(0, Math.max(compared, 0)).map((one) => one.endsWith(' abort_giveup'));
  return heard.slice(ties.lastIndexOf(true) + 1);
}

/** Waits until as many messages as expected have come, and compares them. */
async function said(
  wire: Wiretap,
  since: number,
  expected: readonly string[],
  name: string,
): Promise<void> {
  const heard = (): readonly string[] => withoutStart(spoken(wire, since));
  const all = (): boolean => heard().length >= expected.length;
  if (!all()) await wire.hears(`the end of ${expected.join(', ')}`, all, wire.feed.mark, LATE_MS);
  assert.deepEqual(heard(), expected, name);
}

async function start(
  pair: Pair,
  { ipfails, autoFailback, deadping = 4, second = false }: Story,
): Promise<Cluster> {
  const files = storyFiles({
    media: [
      MULTICAST,
      // No host twice: a genuine group takes the answer to another one for its own.
      ...(second
        ? ['ping_group group1 192.168.136.2', 'ping 192.168.136.1']
        : ['ping_group group1 192.168.136.1 192.168.136.2']),
      'apiauth ipfail gid=root uid=root',
      `deadping ${deadping}`,
    ],
    timers: { keepalive: '300ms', deadtime: '4', warntime: '2', initdead: '8' },
    autoFailback,
  });
  const cluster = await Cluster.open(pair, files);
  open.push(cluster);
  const since = cluster.feed.mark;
  for (const [n, node] of DIRECTORS.entries()) {
    const respawn = `respawn root ${visitor(ipfails[n] ?? 'TS', 'ipfail')}\n`;
    await pair.site.put(node, HACF, (files[HACF]?.text ?? '') + respawn);
  }
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.called(HOME, 'ldirectord start', since, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  return cluster;
}

async function play(story: Story): Promise<readonly string[]> {
  const { daemons, ipfails, autoFailback, deadping = 4, second = false } = story;
  const name = `${title(daemons)} with ipfail ${title(ipfails)}, auto_failback ${autoFailback}`;
  const pair = await openPair(hosts.pair(daemons));
  open.push(pair);
  const wire = await Wiretap.open(pair.site);
  open.push(wire);
  const cluster = await start(pair, story);

  // The clients have met, and seen the same.
  await wire.hears('abort_giveup', ({ type }) => type === 'abort_giveup', 0, START_LIMIT_MS);
  const lost = { log: cluster.feed.mark, wire: wire.feed.mark, at: performance.now() };
  await nft(pair, ['-f', '-'], DEAF);
  await cluster.holding(OTHER, true, MOVE_LIMIT_MS);
  const movedMs = performance.now() - lost.at;
  const moved = await cluster.settled(MOVE_LIMIT_MS);
  assert.deepEqual(moved, { [HOME]: 'none', [OTHER]: 'all' }, name);
  await heldBy(cluster, [OTHER], name);
  if (!second) await said(wire, lost.wire, LOSS, name);
  await cluster.logged(
    HOME,
    /ipfail: .*Giving up because we were told that we have less ping nodes/,
    lost.log,
    MOVE_LIMIT_MS,
  );

  const back = { wire: wire.feed.mark, at: performance.now() };
  await nft(pair, ['delete', 'table', 'inet', 'deaf']);
  const isTie = ({ type, from }: Heard): boolean => type === 'abort_giveup' && from === OTHER;
  await wire.hears('abort_giveup', isTie, back.wire, MOVE_LIMIT_MS);
  const returns = autoFailback === 'on';
  if (returns) await cluster.holding(HOME, true, MOVE_LIMIT_MS);
  const backMs = performance.now() - back.at;
  const held = await cluster.settled(MOVE_LIMIT_MS);
  const holder = returns ? HOME : OTHER;
  await heldBy(cluster, [holder], name);
  assert.equal(held[HOME], returns ? 'local' : 'none', name);
  assert.equal(held[OTHER], returns ? 'local' : 'all', name);
  const order = returns ? [...RETURN, ...standby(OTHER, HOME)] : RETURN;
  if (!second) await said(wire, back.wire, order, name);
  assert.equal(cluster.doublyHeldMs(lost.log), 0, name);
  await Promise.all(DIRECTORS.map((node) => cluster.stop(node)));
  return [
    title(daemons),
    title(ipfails),
    autoFailback,
    `${deadping} s`,
    second ? '2' : '1',
    seconds(movedMs),
    returns ? seconds(backMs) : 'stays',
    holder,
  ];
}

test('the group moves to the side that reaches the ping group', async () => {
  const rows: (readonly string[])[] = [];
  const queue = [...STORIES];
  const worker = async (): Promise<void> => {
    for (let story = queue.shift(); story !== undefined; story = queue.shift()) {
      rows.push(await play(story));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  printTable(
    'ping group lost on the home node, deadtime 4 s',
    [
      'daemons',
      'ipfail',
      'auto_failback',
      'deadping',
      'ping nodes',
      'moved after',
      'returned after',
      'holder',
    ],
    rows,
  );
});
