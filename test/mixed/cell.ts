/** One cell of the matrix: which programs, over which medium, how signed, with which failback. */

import type { StackName } from '../lab/stack.js';

/** C is the genuine heartbeat, TS is ours. */
export const PROGRAMS = { C: 'genuine', TS: 'ours' } as const satisfies Record<string, StackName>;

export type Program = keyof typeof PROGRAMS;

/** The programs of loadbalancer and backup. */
export type Pair = readonly [Program, Program];

export const MEDIA = ['mcast', 'bcast', 'ucast', 'serial', 'mcast+serial+ucast'] as const;

/** Media of which one cell for each pair is enough; a ping node needs a medium beside it. */
export const SPECIAL_MEDIA = ['mcast6', 'ucast6', 'mcast+ping6', 'serial+serial'] as const;

export type Medium = (typeof MEDIA)[number] | (typeof SPECIAL_MEDIA)[number];

export const METHODS = ['crc', 'md5', 'sha1'] as const;

export type Method = (typeof METHODS)[number];

export type Failback = 'on' | 'off' | 'legacy';

export interface Cell {
  readonly pair: Pair;
  readonly medium: Medium;
  readonly method: Method;
  readonly failback: Failback;
  /** The first group begins with a real address; else all resources only record. */
  readonly address: boolean;
}

/** Such as `C/TS mcast sha1 on`; unique in a matrix. */
export function cellName({ pair, medium, method, failback, address }: Cell): string {
  return `${pair.join('/')} ${medium} ${method} ${failback}${address ? ' address' : ''}`;
}
