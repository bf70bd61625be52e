/** The closed list of deliberate differences from the recordings; docs/differences.md explains them. */

import type { Director } from '../lab/lab.js';
import type { LogDifference } from './logorder.js';

/** Whose programs the nodes run, the first node's first; C is genuine, TS ours. */
export const PAIRS = ['TS/TS', 'C/TS', 'TS/C'] as const;

export type PairName = (typeof PAIRS)[number] | 'C/C';

/** Other calls than the recorded ones. */
export interface OtherCalls {
  /** The name of its row in the document. */
  readonly row: string;
  readonly recordings: readonly string[];
  readonly pairs: readonly PairName[];
  /** For each node the calls of its groups (`spelledOut`); 0 are reboots. All that is not said is as recorded. */
  readonly calls: Readonly<Partial<Record<Director, Readonly<Record<number, string>>>>>;
  /** Either this or the recorded calls: two genuine nodes do the one or the other, too. */
  readonly either?: true;
}

/** Every pair, also the genuine one: what the lab does otherwise. */
const ALL_PAIRS: readonly PairName[] = [...PAIRS, 'C/C'];

export const OTHER_CALLS: readonly OtherCalls[] = [
  {
    row: 'reboot-returns',
    recordings: ['failing-stop-still-running'],
    pairs: ALL_PAIRS,
    calls: { loadbalancer: { 0: '!-nf', 1: `+${'-ldirectord'.repeat(11)}` } },
  },
];

/** Other lines in the log of a node of ours. */
export interface OtherLines {
  readonly row: string;
  readonly kinds: readonly LogDifference['kind'][];
  readonly line: RegExp;
  /** Left out: in all of them. */
  readonly recordings?: readonly string[];
  readonly pairs?: readonly PairName[];
}

export const OTHER_LINES: readonly OtherLines[] = [];
