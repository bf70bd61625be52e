/**
 * Twenty per cent of all packets lost in both directions for two minutes: nobody is taken for
 * dead, the group is moved and moved back, lost messages are asked for and sent again, and in the
 * end nothing is missing.
 *
 * Two genuine nodes suffer the same beside ours; what they make of it is printed, not judged.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Seen } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';
import { excuse, type Stall, Watch } from '../realtime/watch.js';
import { type Bench, openBench } from './bench.js';
import { heldBy } from './holders.js';
import { type Kinds, Programs, title } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';
import { printTable, seconds } from './table.js';

const LOSS_PERCENT = 20;
const LOSS_MS = 120_000;

const DEADTIME_MS = 2000;
/** How long every node must have asked for nothing: each asks for what it misses every 250 ms. */
const QUIET_MS = 2000;
const QUIET_LIMIT_MS = 15_000;
const MOVE_LIMIT_MS = 30_000;

const FILES = storyFiles({
  // The network alone: a second medium would bring what the first one loses.
  media: [MULTICAST],
  timers: { keepalive: '200ms', deadtime: '2', warntime: '1', initdead: '5' },
  autoFailback: 'on',
});

/** Judged, in this order of columns. */
const SUBJECTS: readonly Kinds[] = [
  ['TS', 'TS'],
  ['C', 'TS'],
  ['TS', 'C'],
];
const REFERENCE: Kinds = ['C', 'C'];

/** What came of it. Lines of the logs, and messages on the wire. */
interface Outcome {
  readonly kinds: Kinds;
  readonly dropped: number;
  readonly delivered: number;
  /** Requests for a lost message that were sent, and the different messages they were for. */
  readonly requests: number;
  readonly messages: number;
  /** Messages that were on the wire more than once. */
  readonly sentAgain: number;
  readonly refusals: number;
  readonly deaths: readonly Seen[];
  readonly givenUp: readonly string[];
  /** Gaps that the logs tell of, and the nodes whose log does not end with "No pkts missing". */
  readonly gaps: number;
  readonly unclosed: readonly string[];
  readonly late: number;
  /** How long after the loss the last request was made. */
  readonly quietAfterMs: number;
  /** How long it took to move the group away and back again, in the middle of the loss. */
  readonly moves: readonly number[];
  readonly doublyHeldMs: number;
}

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

/** A filter of a host that loses heartbeats on their way in, and counts what it does. */
const FILTER = `table inet loss {
  counter dropped {}
  counter delivered {}
  chain incoming {
    type filter hook input priority 0
    udp dport 694 numgen random mod 100 < ${LOSS_PERCENT} counter name dropped drop
    udp dport 694 counter name delivered
  }
}
`;

async function nft(
  bench: Bench,
  node: string,
  argv: readonly string[],
  stdin = '',
): Promise<string> {
  const outcome = await bench.pair.site.run(node, ['nft', ...argv], { stdin });
  assert.equal(outcome.code, 0, `nft on ${node}: ${outcome.stderr}`);
  return outcome.stdout;
}

/** How many packets a counter of both nodes has seen. */
async function counted(bench: Bench, name: string): Promise<number> {
  let sum = 0;
  for (const node of DIRECTORS) {
    const text = await nft(bench, node, ['list', 'counter', 'inet', 'loss', name]);
    sum += Number(/packets (\d+)/.exec(text)?.[1]);
  }
  return sum;
}

/**
 * Moves the group with hb_standby and waits until nothing is on the move; returns how long that
 * took. The genuine programs, and so ours, give a request up that is not answered within 10 s.
 */
async function move(bench: Bench, from: string, to: string, share: string): Promise<number> {
  const { cluster, pair } = bench;
  const since = cluster.feed.mark;
  const began = performance.now();
  const outcome = await pair.site.run(from, ['/usr/share/heartbeat/hb_standby', share]);
  assert.equal(outcome.code, 0, outcome.stderr);
  await cluster.called(to, 'ldirectord start', since, MOVE_LIMIT_MS);
  await cluster.holding(to, true, MOVE_LIMIT_MS);
  await cluster.settled(MOVE_LIMIT_MS);
  return performance.now() - began;
}

/** Waits until nobody has asked for a message for a while; rejects when that does not come. */
async function quiet(bench: Bench): Promise<number> {
  const since = bench.wire.feed.mark;
  const ended = performance.now();
  for (;;) {
    const asked = bench.wire.feed.since(since).filter((one) => one.type === 'NS_rexmit');
    const last = asked.at(-1)?.at;
    const now = await bench.pair.site.now();
    const silent = last === undefined ? performance.now() - ended : now - last;
    if (silent >= QUIET_MS) return performance.now() - ended - silent;
    const what = `${title(bench.kinds)}: asking goes on: ${JSON.stringify(asked.slice(-3))}`;
    assert.ok(performance.now() - ended < QUIET_LIMIT_MS, what);
    await pause(QUIET_MS - silent);
  }
}

const DEATH = /node \S+ is dead|Link \S+ dead/;
const GAP = /lost packet\(s\) for/;
const CLOSED = /No pkts missing from/;

/** Genuine nodes whose log tells of a gap after it told for the last time that none is left. */
function unclosed({ kinds, cluster }: Bench, since: number): string[] {
  const told = (node: string): string | undefined =>
    cluster.lines(node, new RegExp(`${GAP.source}|${CLOSED.source}`), since).at(-1);
  // Ours tells of one gap a second at most, so its last line proves nothing; the wire does.
  const genuine = DIRECTORS.filter((_node, n) => kinds[n] === 'C');
  return genuine.filter((node) => GAP.test(told(node) ?? ''));
}

async function suffer(bench: Bench): Promise<Outcome> {
  const { cluster, wire, kinds } = bench;
  const since = cluster.feed.mark;
  const wireSince = wire.feed.mark;
  for (const node of DIRECTORS) await nft(bench, node, ['-f', '-'], FILTER);
  const began = performance.now();
  const [home, other] = DIRECTORS;
  const moves = [await move(bench, home, other, 'all'), await move(bench, other, home, 'foreign')];
  await pause(LOSS_MS - (performance.now() - began));
  const dropped = await counted(bench, 'dropped');
  const delivered = await counted(bench, 'delivered');
  for (const node of DIRECTORS) await nft(bench, node, ['delete', 'table', 'inet', 'loss']);
  const quietAfterMs = await quiet(bench);

  const heard = wire.feed.since(wireSince);
  const requests = heard.filter((one) => one.type === 'NS_rexmit');
  const numbered = heard.filter((one) => one.seq > 0);
  const lines = (pattern: RegExp): string[] =>
    DIRECTORS.flatMap((node) => cluster.lines(node, pattern, since));
  return {
    kinds,
    dropped,
    delivered,
    requests: requests.length,
    messages: new Set(requests.map((one) => `${one.to} ${one.asksFor}`)).size,
    sentAgain: numbered.length - new Set(numbered.map((one) => `${one.from} ${one.seq}`)).size,
    refusals: heard.filter((one) => one.type === 'NS_nak_rexmit').length,
    deaths: cluster.feed
      .since(since)
      .filter((seen) => seen.kind === 'log' && DEATH.test(seen.text)),
    givenUp: lines(/Irretrievably lost|lost a lot of packets|Cannot rexmit/),
    gaps: lines(GAP).length,
    unclosed: unclosed(bench, since),
    late: lines(/Late heartbeat/).length,
    quietAfterMs,
    moves,
    doublyHeldMs: cluster.doublyHeldMs(since),
  };
}

function print(outcomes: readonly Outcome[]): void {
  const rows: readonly [string, (one: Outcome) => string | number][] = [
    ['packets lost', (one) => one.dropped],
    ['packets delivered', (one) => one.delivered],
    ['NS_rexmit sent', (one) => one.requests],
    ['messages asked for', (one) => one.messages],
    ['messages sent again', (one) => one.sentAgain],
    ['NS_nak_rexmit sent', (one) => one.refusals],
    ['nodes or links taken for dead', (one) => one.deaths.length],
    ['late heartbeats logged', (one) => one.late],
    ['gaps logged', (one) => one.gaps],
    ['messages given up', (one) => one.givenUp.length],
    ['hb_standby and back', (one) => one.moves.map(seconds).join(', ')],
    ['last request after the loss', (one) => `${Math.round(one.quietAfterMs)} ms`],
  ];
  printTable(
    `${LOSS_PERCENT} % of all packets lost for ${LOSS_MS / 1000} s, keepalive 200 ms, deadtime 2 s`,
    ['', ...outcomes.map((one) => title(one.kinds))],
    rows.map(([what, value]) => [what, ...outcomes.map((one) => String(value(one)))]),
  );
}

/** The deaths that the machine is not to blame for: it had not stood still itself. */
function falseDeaths(outcome: Outcome, stalls: readonly Stall[]): string[] {
  const words: string[] = [];
  for (const seen of outcome.deaths) {
    const text = seen.kind === 'log' ? `${title(outcome.kinds)}: ${seen.text}` : '';
    const stall = excuse(stalls, seen.at, DEADTIME_MS);
    if (stall === undefined) words.push(text);
    else console.log(`  the machine stood still for ${Math.round(stall.ms)} ms before: ${text}`);
  }
  return words;
}

/** The genuine pair's outcome, where it got through; what kept it from that is printed. */
async function sufferIfPossible(bench: Bench): Promise<readonly Outcome[]> {
  try {
    return [await suffer(bench)];
  } catch (error) {
    console.log(`  ${title(bench.kinds)} did not get through: ${String(error)}`);
    return [];
  }
}

test('two minutes of loss: no false death, and nothing is missing in the end', async () => {
  const reference = await openBench(programs, REFERENCE, FILES);
  const benches = await Promise.all(SUBJECTS.map((kinds) => openBench(programs, kinds, FILES)));
  const watch = await Watch.begin(reference.pair.site, 'client');
  const beside = sufferIfPossible(reference);
  const outcomes = await Promise.all(benches.map(suffer));
  print([...outcomes, ...(await beside)]);
  await watch.end();
  for (const outcome of outcomes) {
    const name = title(outcome.kinds);
    const share = outcome.dropped / (outcome.dropped + outcome.delivered);
    assert.ok(Math.abs(share - LOSS_PERCENT / 100) < 0.05, `${name}: ${share} was lost`);
    assert.deepEqual(falseDeaths(outcome, watch.stalls), [], name);
    assert.deepEqual(outcome.givenUp, [], name);
    assert.deepEqual(outcome.unclosed, [], name);
    assert.equal(outcome.refusals, 0, name);
    assert.equal(outcome.doublyHeldMs, 0, name);
    assert.ok(outcome.requests > 0 && outcome.sentAgain > 0, name);
  }
  for (const { kinds, cluster } of benches) {
    await heldBy(cluster, [DIRECTORS[0]], title(kinds));
  }
});
