/**
 * Every kind of medium at once and some alone, between our daemon and the genuine one and between
 * two of ours: the same links and ping nodes, and nobody dies while one medium is left.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { ipv6Of, type Pair, type PairOptions } from '../lab/pair.js';
import { type Kinds, Programs, title } from './kinds.js';
import { storyFiles, type Wishes } from './storyfiles.js';
import { printTable, seconds } from './table.js';

const [HOME, OTHER] = DIRECTORS;
const KINDS: readonly Kinds[] = [
  ['TS', 'TS'],
  ['C', 'TS'],
  ['TS', 'C'],
];

const START_LIMIT_MS = 60_000;
const LIMIT_MS = 30_000;
const TIMERS = { keepalive: '500ms', deadtime: '3', warntime: '1500ms', initdead: '8' };
const DEADPING = 'deadping 3';

const PING6 = ipv6Of('client');
const CABLES = 4;
const DEVICES = ['eth0', 'eth1', ...Array.from({ length: CABLES }, (_, n) => `/dev/ttyS${n}`)];

/** All kinds of media; both nodes read the same lines, so some name the node itself. */
const EVERYTHING = [
  'serial /dev/ttyS0 /dev/ttyS1',
  'serial /dev/ttyS2 /dev/ttyS3',
  'bcast eth0 eth1',
  'mcast eth0 225.0.0.1 694 1 0',
  'mcast eth0 225.0.0.2 695 1 0',
  'mcast eth1 225.0.0.1 694 1 0',
  'ucast eth0 192.168.136.11',
  'ucast eth0 192.168.136.12',
  'mcast6 eth0 ff12::694 694 1 0',
  ...DIRECTORS.map((node) => `ucast6 eth0 ${ipv6Of(node)}`),
  `ping6 ${PING6}`,
  'ping 192.168.136.1',
  'ping_group group1 nosuch 192.168.136.2',
  // No host twice: a genuine group takes the answer to another one for its own.
  'ping_group group2 192.168.136.101',
  DEADPING,
];
const PING_NODES = [PING6, '192.168.136.1', 'group1', 'group2'];

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

interface Bench {
  readonly name: string;
  readonly kinds: Kinds;
  readonly pair: Pair;
  readonly cluster: Cluster;
}

async function prepare(
  kinds: Kinds,
  media: readonly string[],
  options: PairOptions = {},
): Promise<Bench> {
  const pair = await programs.open(kinds, options);
  const wishes: Wishes = { media, timers: TIMERS, autoFailback: 'on' };
  const cluster = await Cluster.open(pair, storyFiles(wishes));
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  return { name: title(kinds), kinds, pair, cluster };
}

const other = (node: Director): Director => (node === HOME ? OTHER : HOME);

/** Waits until both nodes have logged a line, each about its own view. */
async function both({ cluster }: Bench, since: number, line: (of: Director) => string) {
  for (const node of DIRECTORS) {
    const text = line(node).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    await cluster.logged(node, new RegExp(`: ${text}`), since, LIMIT_MS);
  }
}

/** Lines about nodes and links that died. */
function deaths({ cluster }: Bench, since: number): string[] {
  const pattern = /node \S+: is dead|Link \S+ dead/;
  return DIRECTORS.flatMap((node) =>
    cluster.lines(node, pattern, since).map((text) => text.replace(/^.*?: \[\d+\]: /, '')),
  );
}

async function status({ pair }: Bench, node: Director, words: string): Promise<string> {
  const { code, stdout } = await pair.site.run(node, ['cl_status', ...words.split(' ')]);
  return `${words}: ${code} ${stdout.trim().split(/\s+/).sort().join(' ')}`;
}

/** What both nodes say of every node and link, which must be what the other one says. */
async function sameView(bench: Bench): Promise<void> {
  for (const device of DEVICES) {
    await both(bench, 0, (node) => `info: Link ${other(node)}:${device} up.`);
  }
  // A node hears its own broadcasts, and what it sends to its own address.
  for (const device of ['eth0', 'eth1']) {
    await both(bench, 0, (node) => `info: Link ${node}:${device} up.`);
  }
  const questions = [
    'listnodes',
    ...PING_NODES.flatMap((name) => [
      `nodestatus ${name}`,
      `nodetype ${name}`,
      `listhblinks ${name}`,
      `hblinkstatus ${name} ${name}`,
    ]),
  ];
  for (const words of questions) {
    const [ours, theirs] = await Promise.all(DIRECTORS.map((node) => status(bench, node, words)));
    assert.equal(ours, theirs, bench.name);
    assert.match(ours ?? '', / 0 \S/, bench.name);
  }
  for (const node of DIRECTORS) {
    const about = other(node);
    const links = await status(bench, node, `listhblinks ${about}`);
    assert.deepEqual(links.split(' ').slice(3).sort(), [...DEVICES].sort(), bench.name);
  }
}

/**
 * What the media of a node said at its start. The genuine bcast also says that it has closed a
 * socket, which is not so.
 */
function opened({ cluster }: Bench, node: Director): string[] {
  const lines = cluster.lines(node, /: glib: .*(started|bound|set |Starting|unknown host)/, 0);
  return lines.map((text) => text.replace(/^.*?: \[\d+\]: /, '')).sort();
}

/** The address of the pinged host goes, and comes back. */
async function losePing6(bench: Bench): Promise<void> {
  const { pair, cluster } = bench;
  const address = async (verb: string): Promise<void> => {
    const words = ['ip', '-6', 'addr', verb, `${PING6}/64`, 'dev', 'eth0', 'nodad'];
    const { code, stderr } = await pair.site.run('client', words);
    assert.equal(code, 0, stderr);
  };
  const gone = cluster.feed.mark;
  await address('del');
  await both(bench, gone, () => `WARN: node ${PING6}: is dead`);
  await both(bench, gone, () => `info: Link ${PING6}:${PING6} dead.`);
  const words = `nodestatus ${PING6}`;
  for (const node of DIRECTORS) {
    assert.equal(await status(bench, node, words), `${words}: 1 dead`, bench.name);
  }
  const back = cluster.feed.mark;
  await address('add');
  await both(bench, back, () => `info: Link ${PING6}:${PING6} up.`);
  await both(bench, back, () => `info: Status update for node ${PING6}: status ping`);
  // Nobody else died. The genuine daemon may tell of a death twice.
  const told = [`WARN: node ${PING6}: is dead`, `info: Link ${PING6}:${PING6} dead.`];
  assert.deepEqual([...new Set(deaths(bench, gone))].sort(), told, bench.name);
}

/** One medium after the other fails, until one serial line is left; then all come back. */
async function loseAllButOne(bench: Bench): Promise<void> {
  const { pair, cluster } = bench;
  const since = cluster.feed.mark;
  const cables = [pair.serial, ...(pair.furtherSerial ?? [])];
  const lost = ['eth1', 'eth0', '/dev/ttyS0', '/dev/ttyS1', '/dev/ttyS2'];
  await pair.site.unplug(OTHER, 'eth1');
  await pair.site.unplug(OTHER, 'eth0');
  for (const cable of cables.slice(0, -1)) await cable.cut();
  for (const device of lost) {
    await both(bench, since, (node) => `info: Link ${other(node)}:${device} dead.`);
  }
  const directors = deaths(bench, since).filter((text) => /node (loadbalancer|backup)/.test(text));
  assert.deepEqual(directors, [], bench.name);
  assert.deepEqual(cluster.holders, [HOME], bench.name);
  const back = cluster.feed.mark;
  for (const cable of cables.slice(0, -1)) await cable.join();
  for (const device of ['eth0', 'eth1'] as const) await pair.site.plug(OTHER, device);
  for (const device of lost) {
    await both(bench, back, (node) => `info: Link ${other(node)}:${device} up.`);
  }
  const again = deaths(bench, back).filter((text) =>
    /(node|Link) (loadbalancer|backup)/.test(text),
  );
  assert.deepEqual(again, [], bench.name);
}

/** Every message comes a dozen times; each counts once. */
function nothingTwice({ cluster, name }: Bench): void {
  const pattern = /replay|Irretrievably|bad node|failed authentication/;
  for (const node of DIRECTORS) assert.deepEqual(cluster.lines(node, pattern, 0), [], name);
}

test('every kind of medium at once', async () => {
  const options = { cables: CABLES, secondNetwork: true, others: ['real1'] };
  const play = async (kinds: Kinds): Promise<readonly string[]> => {
    const began = performance.now();
    const bench = await prepare(kinds, EVERYTHING, options);
    const startedMs = performance.now() - began;
    await sameView(bench);
    nothingTwice(bench);
    if (kinds[0] !== kinds[1]) {
      assert.deepEqual(opened(bench, OTHER), opened(bench, HOME), bench.name);
    }
    await losePing6(bench);
    await loseAllButOne(bench);
    await bench.cluster.stop(HOME);
    await bench.cluster.holding(OTHER, true, LIMIT_MS);
    return [bench.name, seconds(startedMs), seconds(performance.now() - began)];
  };
  const rows = await Promise.all(KINDS.map(play));
  printTable('14 media and four ping nodes', ['', 'cold start', 'whole story'], rows);
});

/** The address of a host that its device makes of its hardware address. */
function linkLocalOf(node: Director): string {
  return node === HOME ? 'fe80::c0ff:fea8:880b' : 'fe80::c0ff:fea8:880c';
}

/** Media that are alone; the first word is also the name. */
const ALONE: readonly (readonly string[])[] = [
  ['mcast6 eth0 ff02::694 694 1 0', DEADPING, `ping6 ${PING6}`],
  DIRECTORS.map((node) => `ucast6 eth0 ${linkLocalOf(node)}%eth0`),
  ['serial /dev/ttyS0 /dev/ttyS1'],
];

test('alone: takeover after a crash, and failback', async () => {
  const play = async (kinds: Kinds, media: readonly string[]): Promise<readonly string[]> => {
    const bench = await prepare(kinds, media, { cables: 2 });
    const { cluster, name } = bench;
    await cluster.powerOff(HOME);
    const off = performance.now();
    await cluster.holding(OTHER, true, LIMIT_MS);
    const takenMs = performance.now() - off;
    await cluster.powerOn(HOME);
    await cluster.start(HOME);
    await cluster.holding(OTHER, false, LIMIT_MS);
    await cluster.holding(HOME, true, LIMIT_MS);
    await cluster.settled(LIMIT_MS);
    assert.equal(cluster.doublyHeldMs(0), 0, name);
    return [media[0] ?? '', name, seconds(takenMs)];
  };
  const rows: (readonly string[])[] = [];
  for (const media of ALONE) {
    rows.push(...(await Promise.all(KINDS.map((kinds) => play(kinds, media)))));
  }
  printTable('one kind of medium, deadtime 3 s', ['', 'pair', 'takeover after'], rows);
});
