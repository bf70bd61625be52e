/** What one play came to, beside the recording and the list of deliberate differences. */

import type { Director } from '../lab/lab.js';
import { type Call, differences, groupsOf, type Strand, spelledOut, strandsOf } from './calls.js';
import { OTHER_CALLS, OTHER_LINES, type OtherCalls, type PairName } from './deliberate.js';
import { judged, type Lines, type LogDifference } from './logorder.js';
import type { Recording } from './recording.js';

export interface Verdict {
  readonly recording: string;
  readonly pair: PairName;
  readonly seconds: number;
  /** Rows of the document that explain what is different. */
  readonly deliberate: readonly string[];
  /** What nothing explains. */
  readonly differs: readonly string[];
}

/** Judges the calls of both nodes. */
export function judgeCalls(
  recording: Recording,
  pair: PairName,
  calls: readonly Call[],
): Pick<Verdict, 'deliberate' | 'differs'> {
  const { name, haresources } = recording;
  const expected = strandsOf(recording.calls, haresources);
  const seen = strandsOf(calls, haresources);
  const excuses = OTHER_CALLS.filter(
    ({ recordings, pairs }) => recordings.includes(name) && pairs.includes(pair),
  );
  const asRecorded = differences(expected, seen);
  if (asRecorded.length === 0 && excuses.every(({ either }) => either === true)) {
    return { deliberate: [], differs: [] };
  }
  const instead = excuses.reduce((so, excuse) => replaced(so, excuse, haresources), expected);
  return { deliberate: excuses.map(({ row }) => row), differs: differences(instead, seen) };
}

function replaced(
  strands: readonly Strand[],
  { calls }: OtherCalls,
  haresources: string,
): readonly Strand[] {
  const groups = groupsOf(haresources);
  const other = Object.entries(calls).flatMap(([node, byGroup]) =>
    Object.entries(byGroup ?? {}).map(([number, short]) => {
      const group = Number(number);
      return { node: node as Director, group, calls: spelledOut(short, groups[group - 1] ?? []) };
    }),
  );
  const kept = strands.filter(
    (strand) => !other.some(({ node, group }) => strand.node === node && strand.group === group),
  );
  return [...kept, ...other];
}

/** Judges the monitored lines of one node of ours. */
export function judgeLog(
  name: string,
  pair: PairName,
  node: Director,
  genuine: readonly Lines[],
  ours: Lines,
): Pick<Verdict, 'deliberate' | 'differs'> {
  const deliberate = new Set<string>();
  const differs: string[] = [];
  for (const difference of judged(genuine, ours)) {
    const excuse = OTHER_LINES.find(
      ({ kinds, line, recordings, pairs }) =>
        kinds.includes(difference.kind) &&
        (recordings?.includes(name) ?? true) &&
        (pairs?.includes(pair) ?? true) &&
        line.test(difference.line),
    );
    if (excuse === undefined) differs.push(`${node} log: ${told(difference)}`);
    else deliberate.add(excuse.row);
  }
  return { deliberate: [...deliberate], differs };
}

function told({ kind, line, beside }: LogDifference): string {
  return beside === undefined ? `${kind}: ${line}` : `order: "${line}" beside "${beside}"`;
}
