/**
 * The sequence window of one peer: which of its messages are new, which are copies, which are
 * missing. Messages are accepted in the order they arrive, without reordering (heartbeat 3.0.6).
 */
import type { Instant } from '../time.js';

/** A larger gap is not asked for: the window is begun anew behind it (heartbeat 3.0.6). */
export const GAP_MAX = 250;
/** Several gaps together may not be larger than what a peer keeps (heartbeat 2.1 and 3.0.6). */
export const MISSING_MAX = 500;

export interface Window {
  /** The highest number accepted; undefined before the first message of a generation. */
  readonly last: number | undefined;
  /** Missing numbers and when to ask for each. */
  readonly missing: ReadonlyMap<number, Instant>;
  /** The peer was dead since the last one: whatever lies between is not asked for. */
  readonly lapsed?: true;
}

export const EMPTY_WINDOW: Window = { last: undefined, missing: new Map() };

export type Verdict =
  /** New, and the next in order, or the first of all. */
  | { readonly kind: 'next'; readonly window: Window }
  /** New, with a gap before it: `lost` numbers must be asked for. */
  | {
      readonly kind: 'gap';
      readonly window: Window;
      readonly lost: readonly number[];
      readonly from: number;
    }
  /** New, but too much is missing to ask for. */
  | { readonly kind: 'resync'; readonly window: Window; readonly from: number }
  /** One that was missing; `complete` when it was the last one. */
  | { readonly kind: 'filled'; readonly window: Window; readonly complete: boolean }
  /** A copy of what was accepted before. */
  | { readonly kind: 'duplicate' };

/** Judges one sequence number (> 0). Asking times of new gaps are drawn by `askAt`. */
export function judge(window: Window, seq: number, askAt: (seq: number) => Instant): Verdict {
  const { last, missing, lapsed } = window;
  if (last === undefined || seq === last + 1 || (lapsed && seq > last)) {
    return { kind: 'next', window: { last: seq, missing } };
  }
  if (seq > last) {
    const count = seq - last - 1;
    if (count > GAP_MAX || missing.size + count > MISSING_MAX) {
      return { kind: 'resync', window: { last: seq, missing: new Map() }, from: last };
    }
    const lost = Array.from({ length: count }, (_, index) => last + 1 + index);
    const grown = new Map(missing);
    for (const number of lost) grown.set(number, askAt(number));
    return { kind: 'gap', window: { last: seq, missing: grown }, lost, from: last };
  }
  if (!missing.has(seq)) return { kind: 'duplicate' };
  return forget(window, seq);
}

/**
 * The window of a peer that is dead: nothing is asked for any more. What was accepted is kept in
 * mind for copies that are still under way; the genuine program forgets it, and takes them again.
 */
export function lapse({ last }: Window): Window {
  return { last, missing: new Map(), lapsed: true };
}

/** Takes a number off the missing list, because it arrived or can no longer be had. */
export function forget(window: Window, seq: number): Extract<Verdict, { kind: 'filled' }> {
  const missing = new Map(window.missing);
  missing.delete(seq);
  return { kind: 'filled', window: { last: window.last, missing }, complete: missing.size === 0 };
}

/** The numbers whose time to be asked for has come, and the window with their next times. */
export function due(
  window: Window,
  at: Instant,
  again: number,
  most: number,
): { readonly numbers: readonly number[]; readonly window: Window } {
  const numbers: number[] = [];
  for (const [seq, when] of window.missing) {
    if (when <= at && numbers.length < most) numbers.push(seq);
  }
  if (numbers.length === 0) return { numbers, window };
  const missing = new Map(window.missing);
  for (const seq of numbers) missing.set(seq, at + again);
  return { numbers, window: { last: window.last, missing } };
}

/** The highest number below which nothing is missing: what may be acknowledged. */
export function acknowledgeable(window: Window): number | undefined {
  if (window.last === undefined) return undefined;
  let lowest = window.last + 1;
  for (const seq of window.missing.keys()) lowest = Math.min(lowest, seq);
  return lowest - 1;
}
