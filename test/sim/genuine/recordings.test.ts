/**
 * The model of the genuine daemon, held against what was recorded of two genuine nodes: the calls
 * of resource scripts, what was said on the wire, and the lines that monitoring looks for.
 *
 * Which of two daemons that start together is a little earlier was chance in the recordings, and
 * decides who settles first: each is played both ways. The calls must be right both ways, the rest
 * in one of them.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { DIRECTORS, type Director } from '../../lab/lab.js';
import type { LogDifference } from '../../scenarios/logorder.js';
import { recording, recordingNames } from '../../scenarios/recording.js';
import { STORIES } from '../../scenarios/stories/index.js';
import { judgeCalls } from '../../scenarios/verdict.js';
import { lineDifferences } from './lines.js';
import { SimulatedStage } from './stage.js';
import { wireDifferences } from './wire.js';

/** After a story: until a node that was stopped is dead for the other, in seconds. */
const AFTERWARDS = 8;

interface Otherwise {
  readonly recordings: readonly string[];
  readonly why: string;
  /** Of the log, only these lines. */
  readonly lines?: RegExp;
  readonly kind?: LogDifference['kind'];
  /** On the wire too. */
  readonly wire?: true;
}

/** What is not compared, and why: a closed list. Every recording is played, and its calls are. */
const OTHERWISE: readonly Otherwise[] = [
  {
    recordings: ['ipfail-auto_failback-on'],
    why: 'the ipfail of this test does not cancel its own failback, as two genuine ones may too',
    lines: /standby|remote resource transition completed/,
    wire: true,
  },
  {
    recordings: ['master-process-killed'],
    why: 'a status of the own group and the takeover of the other run beside one another',
    lines: /Local Resource acquisition completed/,
    kind: 'order',
  },
  {
    recordings: ['legacy', 'off', 'on'].map((word) => `split-brain-heal-auto_failback-${word}`),
    why: 'both nodes give up at about the same time, and hear of one another before or after',
    lines: /Received shutdown notice|All HA resources relinquished|Heartbeat shutdown in progress/,
    kind: 'order',
  },
  {
    recordings: ['start-alone-primary'],
    why: 'the genuine node names now `T_RESOURCES`, now `mach_down` as what came last',
    lines: /Initial resource acquisition complete/,
  },
];

const rowsOf = (name: string): readonly Otherwise[] =>
  OTHERWISE.filter(({ recordings }) => recordings.includes(name));

function strayLines(name: string, stage: SimulatedStage): readonly string[] {
  const excused = ({ line, kind: how }: LogDifference): boolean =>
    rowsOf(name).some(
      ({ lines, kind }) => lines?.test(line) === true && (kind === undefined || kind === how),
    );
  return DIRECTORS.flatMap((node) =>
    lineDifferences(name, node, stage.pair.logged)
      .filter((difference) => !excused(difference))
      .map(({ kind, line, beside }) => `${node} ${kind}: ${line} ${beside ?? ''}`),
  );
}

interface Played {
  readonly calls: readonly string[];
  readonly rest: readonly string[];
}

async function played(name: string, first: Director): Promise<Played> {
  const recorded = recording(name);
  const stage = new SimulatedStage(recorded, first);
  await STORIES[name]?.(stage);
  const calls = judgeCalls(recorded, 'C/C', stage.pair.calls).differs;
  const lines = strayLines(name, stage);
  await stage.pause(AFTERWARDS);
  const differs = wireDifferences(name, stage.pair.sent);
  const wire = rowsOf(name).some((row) => row.wire === true) ? [] : differs;
  return { calls, rest: [...wire, ...lines] };
}

for (const name of recordingNames()) {
  test(name, async () => {
    const plays = await Promise.all(DIRECTORS.map((first) => played(name, first)));
    for (const { calls } of plays) deepEqual(calls, []);
    const [least] = [...plays].sort((a, b) => a.rest.length - b.rest.length);
    deepEqual(least?.rest, []);
  });
}

test('what is not compared is of recordings that exist', () => {
  for (const { recordings } of OTHERWISE) {
    for (const name of recordings) ok(recordingNames().includes(name), name);
  }
});
