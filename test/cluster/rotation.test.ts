/**
 * The cluster's key is changed while it works: key 2 is added on both nodes, one signs with it,
 * then the other, and key 1 is taken away. Nobody is taken for dead and no message refused.
 *
 * Heartbeat 3.0.6 cannot do this among its own: it verifies a message of its own form with the text
 * of the key that it signs with itself, whatever key the message names. Our messages have the other
 * form. What two genuine nodes make of the same steps is printed beside it, not judged.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DIRECTORS } from '../lab/lab.js';
import { type Bench, openBench } from './bench.js';
import { heldBy } from './holders.js';
import { type Kinds, Programs, title } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';
import { printTable } from './table.js';

const STEP_LIMIT_MS = 15_000;
const DEADTIME_MS = 3000;

const [HOME, OTHER] = DIRECTORS;

const KEY_1 = '1 sha1 the-first-key';
const KEY_2 = '2 md5 the-second-key';
const AUTHKEYS = '/etc/ha.d/authkeys';

interface Step {
  readonly what: string;
  readonly nodes: readonly string[];
  readonly authkeys: readonly string[];
  /** The key that these nodes sign with from now on. */
  readonly signs: number;
}

const STEPS: readonly Step[] = [
  { what: 'add key 2', nodes: DIRECTORS, authkeys: ['auth 1', KEY_1, KEY_2], signs: 1 },
  { what: `${HOME} signs with 2`, nodes: [HOME], authkeys: ['auth 2', KEY_1, KEY_2], signs: 2 },
  { what: `${OTHER} signs with 2`, nodes: [OTHER], authkeys: ['auth 2', KEY_1, KEY_2], signs: 2 },
  { what: 'remove key 1', nodes: DIRECTORS, authkeys: ['auth 2', KEY_2], signs: 2 },
];

/**
 * Networks alone: a serial line may damage a message, as when a genuine node on a busy machine
 * empties its line by force, and a damaged one is refused with the very same words.
 */
const FILES = storyFiles({
  media: [MULTICAST, 'mcast eth0 225.0.0.2 695 1 0'],
  timers: { keepalive: '500ms', deadtime: '3', warntime: '2', initdead: '6' },
  autoFailback: 'on',
  authkeys: `auth 1\n${KEY_1}\n`,
});

/** Every line that says that a message was refused for its signature. */
const REFUSED = /authent|authtoken|auth token|auth string/i;
/** That the keys were read again, which the words above hit as well. */
const REREAD = /Rereading authentication file/i;
const DEATH = /node \S+ is dead|returning after partition/;
/** A genuine node takes its serial link for dead now and then, for a moment, also when idle. */
const LINK_DEATH = /Link \S+ dead/;

const SUBJECTS: readonly Kinds[] = [
  ['C', 'TS'],
  ['TS', 'C'],
  ['TS', 'TS'],
];
const REFERENCE: Kinds = ['C', 'C'];

/** What one step brought with it on both nodes. */
interface Outcome {
  readonly deaths: readonly string[];
  /** Links taken for dead: printed, not judged. */
  readonly links: number;
  readonly refused: readonly string[];
  readonly calls: readonly string[];
}

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

/** Writes a node's keys, and has it read them with the start script's reload. */
async function reload(bench: Bench, node: string, step: Step): Promise<void> {
  const { pair, cluster, wire } = bench;
  const since = cluster.feed.mark;
  await pair.site.put(node, AUTHKEYS, `${step.authkeys.join('\n')}\n`, 0o600);
  // A file counts as changed by the second in which it was written: each step has its own.
  const written = 1_600_000_000 + STEPS.indexOf(step);
  await pair.site.run(node, ['touch', '-d', `@${written}`, AUTHKEYS]);
  const outcome = await pair.site.run(node, ['/etc/init.d/heartbeat', 'reload']);
  assert.equal(outcome.code, 0, `reload on ${node}: ${outcome.stdout} ${outcome.stderr}`);
  await cluster.logged(node, REREAD, since, STEP_LIMIT_MS);
  const what = `${title(bench.kinds)}: ${node} signs with key ${step.signs}`;
  const fits = (one: { from: string; type: string; key: number }): boolean =>
    one.from === node && one.type === 'status' && one.key === step.signs;
  await wire.hears(what, fits, wire.feed.mark, STEP_LIMIT_MS);
}

async function play(bench: Bench, step: Step): Promise<Outcome> {
  const { cluster } = bench;
  const since = cluster.feed.mark;
  for (const node of step.nodes) await reload(bench, node, step);
  // Whoever could not read the other any more would have to say so within deadtime.
  await pause(DEADTIME_MS + 500);
  const lines = (pattern: RegExp): string[] =>
    DIRECTORS.flatMap((node) => cluster.lines(node, pattern, since));
  return {
    deaths: lines(DEATH),
    links: lines(LINK_DEATH).length,
    refused: lines(REFUSED).filter((text) => !REREAD.test(text)),
    calls: DIRECTORS.flatMap((node) => cluster.calls(node, since)).map(
      (call) => `${call.node}: ${call.script} ${call.verb}`,
    ),
  };
}

async function rotate(bench: Bench): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of STEPS) outcomes.push(await play(bench, step));
  return outcomes;
}

/** As far as two genuine nodes get: they may fall out over it. */
async function rotateIfPossible(bench: Bench): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    for (const step of STEPS) outcomes.push(await play(bench, step));
  } catch (error) {
    console.log(`  ${title(bench.kinds)} did not get through: ${String(error)}`);
  }
  return outcomes;
}

/** A cell of the table: refused messages by their log lines, and what is worse. */
function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not done';
  const { refused, deaths, links, calls } = outcome;
  const parts = [
    `${refused.length} refused`,
    ...(links > 0 ? [`${links} links dead`] : []),
    ...(deaths.length > 0 ? [`${deaths.length} nodes dead`] : []),
    ...(calls.length > 0 ? [`${calls.length} calls`] : []),
  ];
  return parts.join(', ');
}

test('key rotation by SIGHUP: nobody dead, no takeover, no message refused', async () => {
  const reference = await openBench(programs, REFERENCE, FILES);
  const benches = await Promise.all(SUBJECTS.map((kinds) => openBench(programs, kinds, FILES)));
  const beside = rotateIfPossible(reference);
  const outcomes = await Promise.all(benches.map(rotate));
  const columns = [...outcomes, await beside];
  printTable(
    'key rotation: log lines about refused messages, and deaths, on both nodes of a pair',
    ['step', ...[...benches, reference].map(({ kinds }) => title(kinds))],
    STEPS.map((step, n) => [step.what, ...columns.map((steps) => cell(steps[n]))]),
  );
  for (const [n, { kinds, cluster }] of benches.entries()) {
    for (const [place, outcome] of (outcomes[n] ?? []).entries()) {
      const { deaths, refused, calls } = outcome;
      const none = { deaths: [], refused: [], calls: [] };
      assert.deepEqual({ deaths, refused, calls }, none, `${title(kinds)}: ${STEPS[place]?.what}`);
    }
    await heldBy(cluster, [HOME], title(kinds));
  }
});
