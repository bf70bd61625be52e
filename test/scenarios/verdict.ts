/** What one play came to, beside the recording and the list of deliberate differences. */

import type { Director } from '../lab/lab.js';
import { type Call, differences, groupsOf, type Strand, spelledOut, strandsOf } from './calls.js';
import {
  type NodeCalls,
  OTHER_CALLS,
  OTHER_LINES,
  type OtherCalls,
  type PairName,
} from './deliberate.js';
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
  const deliberate = excuses.map(({ row }) => row);
  const besides = (calls: (excuse: OtherCalls) => NodeCalls): readonly string[] => {
    const instead = excuses.reduce((so, one) => replaced(so, calls(one), haresources), expected);
    return differences(instead, seen);
  };
  const differs = besides(({ calls }) => calls);
  if (differs.length === 0) return { deliberate, differs };
  const otherwise = besides(({ calls, orCalls }) => orCalls ?? calls);
  return { deliberate, differs: otherwise.length === 0 ? [] : differs };
}

function replaced(
  strands: readonly Strand[],
  calls: NodeCalls,
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
