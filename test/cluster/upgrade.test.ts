/**
 * A rolling upgrade from the genuine heartbeat to ours and back, one node at a time, while a client
 * asks for a page at the virtual address: C/C, C/TS, TS/TS, TS/C, C/C.
 *
 * Each step is what an operator does: hand over the group with hb_standby if the node has it, stop
 * heartbeat, install the other programs, start. The files a node has written stay on its disk, so
 * each program goes on with the generation and the identity that the other has left.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { recordingScripts, type Timers, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { LoadClient } from '../lab/load/client.js';
import { openPair, type Pair } from '../lab/pair.js';
import { startWebServer } from '../lab/webserver.js';
import { heldBy, heldByNobody } from './holders.js';
import { type Kind, type Kinds, Programs, title } from './kinds.js';
import { printTable, seconds } from './table.js';

const START_LIMIT_MS = 60_000;
const MOVE_LIMIT_MS = 40_000;
/** Longer than any orderly move takes, whoever runs it; shorter than a takeover after a death. */
const OUTAGE_MAX_MS = 3000;

const [HOME, OTHER] = DIRECTORS;
const GROUP = ['lvs', 'IPaddr', 'ipvsadm', 'ldirectord'];
const otherOf = (node: Director): Director => (node === HOME ? OTHER : HOME);

const TIMERS: Timers = { keepalive: '500ms', deadtime: '4', warntime: '2', initdead: '8' };

interface Step {
  readonly node: Director;
  /** Whose programs are installed on it. */
  readonly kind: Kind;
  /** Installing takes longer than deadtime: the node, which has said goodbye, is dead then. */
  readonly slow: boolean;
}

const STEPS: readonly Step[] = [
  { node: OTHER, kind: 'TS', slow: false },
  { node: HOME, kind: 'TS', slow: true },
  { node: OTHER, kind: 'C', slow: true },
  { node: HOME, kind: 'C', slow: false },
];

/** What must not be in any log: a peer that has lost its generation or its identity. */
const STRANGER = /replay attack|changed its uuid|returning after partition/;

/** A part of a step: what the operator did, and what it did to the service. */
interface Row {
  readonly pair: string;
  readonly what: string;
  readonly holder: string;
  /** How long nobody had the address. */
  readonly nobodyMs: number;
  /** The longest time in which the client got no page, and who answered. */
  readonly gapMs: number;
  readonly answers: string;
}

interface Stage {
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly client: LoadClient;
  readonly rows: Row[];
  kinds: Kinds;
}

let programs: Programs;
let pair: Pair | undefined;

before(() => {
  programs = new Programs();
});

after(async () => {
  await pair?.close();
  programs.dispose();
});

/** What each node keeps of its life: generation and identity, as they lie on its disk. */
interface Identity {
  readonly generation: number;
  readonly uuid: string;
}

async function identity(stage: Stage, node: Director): Promise<Identity> {
  const read = async (argv: readonly string[]): Promise<string> => {
    const outcome = await stage.pair.site.run(node, argv);
    assert.equal(outcome.code, 0, `${argv.join(' ')} on ${node}: ${outcome.stderr}`);
    return outcome.stdout;
  };
  const generation = await read(['cat', '/var/lib/heartbeat/hb_generation']);
  assert.match(generation, /^ *\d+\n$/);
  assert.equal(generation.length, 16);
  const uuid = await read(['od', '-An', '-v', '-tx1', '/var/lib/heartbeat/hb_uuid']);
  assert.match(uuid.trim(), /^([0-9a-f]{2} ?){16}$/);
  return { generation: Number(generation), uuid: uuid.trim() };
}

/**
 * Does a part of a step, after which `holder` must have the group. Never did two nodes have it: not
 * the address, and no script was started on one before it was stopped on the other.
 */
async function part(
  stage: Stage,
  what: string,
  holder: Director,
  act: (since: number) => Promise<void>,
): Promise<void> {
  const { cluster, client, rows } = stage;
  await client.span();
  const since = cluster.feed.mark;
  const before = cluster.holders;
  await act(since);
  await cluster.holding(holder, true, MOVE_LIMIT_MS);
  await cluster.settled(MOVE_LIMIT_MS);
  await heldBy(cluster, [holder], what);
  const span = await client.span();
  const row: Row = {
    pair: title(stage.kinds),
    what,
    holder: cluster.holders.join(' and '),
    nobodyMs: heldByNobody(cluster.feed.since(since), before),
    gapMs: span.longestGapMs,
    answers: Object.entries(span.answers)
      .map(([server, count]) => `${server} ${count}`)
      .join(', '),
  };
  rows.push(row);
  assert.equal(cluster.doublyHeldMs(since), 0, what);
  const moves = before.join() !== holder;
  assert.ok(row.nobodyMs <= (moves ? OUTAGE_MAX_MS : 0), `${what}: nobody for ${row.nobodyMs} ms`);
  assert.ok(row.gapMs <= OUTAGE_MAX_MS, `${what}: no page for ${row.gapMs} ms`);
}

/** The scripts that run on a node after what its log tells, given those that ran at first. */
function expectOneOwner(cluster: Cluster, since: number, first: Director): void {
  const running: Record<string, Set<string>> = {
    [HOME]: new Set(first === HOME ? GROUP : []),
    [OTHER]: new Set(first === OTHER ? GROUP : []),
  };
  const calls = DIRECTORS.flatMap((node) => cluster.calls(node, since));
  for (const { node, script, verb } of calls.sort((a, b) => a.at - b.at)) {
    const own = running[node];
    if (verb === 'stop') own?.delete(script);
    else own?.add(script);
    const doubly = [...(running[HOME] ?? [])].filter((one) => running[OTHER]?.has(one));
    assert.deepEqual(doubly, [], `after ${script} ${verb} on ${node}`);
  }
  assert.deepEqual([...(running[HOME] ?? [])].sort(), [...GROUP].sort());
}

/** `hb_standby` by the operator's hand. */
async function handOver(stage: Stage, from: Director): Promise<void> {
  const to = otherOf(from);
  await part(stage, `${from}: hb_standby`, to, async (since) => {
    const outcome = await stage.pair.site.run(from, ['/usr/share/heartbeat/hb_standby']);
    assert.equal(outcome.code, 0, outcome.stderr);
    await stage.cluster.called(to, 'ldirectord start', since, MOVE_LIMIT_MS);
  });
}

async function upgrade(stage: Stage, { node, kind, slow }: Step): Promise<void> {
  const { cluster, pair: lab } = stage;
  const since = cluster.feed.mark;
  const before = await identity(stage, node);
  if (node === HOME) await handOver(stage, HOME);
  const peer = otherOf(node);
  await part(stage, `${node}: stop, install ${kind}`, peer, async (mark) => {
    await cluster.stop(node);
    const dead = new RegExp(`node ${node}: is dead`);
    if (slow) await cluster.logged(peer, dead, mark, MOVE_LIMIT_MS);
    await cluster.powerOff(node);
    await lab.refit(node, programs.of(kind));
    await cluster.powerOn(node);
    await startWebServer(lab.site, node);
  });
  stage.kinds = node === HOME ? [kind, stage.kinds[1]] : [stage.kinds[0], kind];
  await part(stage, `${node}: start`, HOME, async (mark) => {
    await cluster.start(node);
    const active = new RegExp(`Status update for node ${node}: status active`);
    await cluster.logged(peer, active, mark, START_LIMIT_MS);
    // With auto_failback on, the home node gets the group back.
    if (node === HOME) await cluster.called(HOME, 'ldirectord start', mark, START_LIMIT_MS);
  });
  expectOneOwner(cluster, since, HOME);
  const then = await identity(stage, node);
  assert.deepEqual(then, { ...before, generation: before.generation + 1 });
  for (const one of DIRECTORS) assert.deepEqual(cluster.lines(one, STRANGER, since), [], one);
}

function print(rows: readonly Row[]): void {
  printTable(
    'rolling upgrade and back: who holds the group, and each part’s outage',
    ['pair', 'what', 'holder then', 'nobody', 'client’s longest gap', 'answers'],
    rows.map((row) => [
      row.pair,
      row.what,
      row.holder,
      seconds(row.nobodyMs),
      seconds(row.gapMs),
      row.answers,
    ]),
  );
}

test('a rolling upgrade and back: exactly one node holds the group throughout', async () => {
  const kinds: Kinds = ['C', 'C'];
  const lab = await openPair(programs.pair(kinds));
  pair = lab;
  const cluster = await Cluster.open(lab, { ...tutorialFiles(TIMERS), ...recordingScripts() });
  for (const node of DIRECTORS) await startWebServer(lab.site, node);
  const client = await LoadClient.start(lab.site, 'client');
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.called(HOME, 'ldirectord start', 0, START_LIMIT_MS);
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  const stage: Stage = { pair: lab, cluster, client, rows: [], kinds };
  try {
    for (const step of STEPS) await upgrade(stage, step);
  } finally {
    print(stage.rows);
  }
  assert.deepEqual(stage.kinds, kinds);
});
