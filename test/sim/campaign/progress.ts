/** What was played of long ranges of seeds without a failure, kept in a file to be gone on with. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { emptyTally, merge, type Tally } from './tally.js';

/** Seeds of a set, both ends included. */
export interface Range {
  readonly set: string;
  readonly from: number;
  readonly to: number;
  /** Which state of the product played it. */
  readonly commit: string;
}

export interface Progress {
  readonly ranges: readonly Range[];
  /** Processor time in seconds. */
  readonly cpu: number;
  readonly tally: Tally;
}

/** A piece of a range is kept when all of its seeds have passed. */
export const PIECE = 100;

export function readProgress(file: string | undefined): Progress {
  if (file === undefined || !existsSync(file)) return { ranges: [], cpu: 0, tally: emptyTally() };
  return JSON.parse(readFileSync(file, 'utf8')) as Progress;
}

export function writeProgress(file: string, progress: Progress): void {
  writeFileSync(file, `${JSON.stringify(progress, null, 1)}\n`);
}

/** The pieces of a range that were not played yet. */
export function piecesLeft(
  { ranges }: Progress,
  set: string,
  from: number,
  to: number,
): readonly (readonly [from: number, to: number])[] {
  const pieces: [number, number][] = [];
  const played = ranges.filter((range) => range.set === set);
  for (let first = from; first <= to; ) {
    const over = played.find((range) => range.from <= first && first <= range.to);
    if (over !== undefined) {
      first = over.to + 1;
      continue;
    }
    const next = played.map((range) => range.from - 1).filter((last) => last >= first);
    const last = Math.min(to, first + PIECE - 1, ...next);
    pieces.push([first, last]);
    first = last + 1;
  }
  return pieces;
}

/** With a piece that was played; ranges that touch become one. */
export function withRange(before: Progress, added: Range, cpu: number, tally: Tally): Progress {
  const sum = emptyTally();
  merge(sum, before.tally);
  merge(sum, tally);
  const ranges: Range[] = [];
  for (const range of [...before.ranges, added].sort(byPlace)) {
    const last = ranges.at(-1);
    if (
      last &&
      last.commit === range.commit &&
      last.set === range.set &&
      last.to + 1 === range.from
    )
      ranges.splice(-1, 1, { ...last, to: range.to });
    else ranges.push(range);
  }
  return { ranges, cpu: before.cpu + cpu, tally: sum };
}

function byPlace(one: Range, other: Range): number {
  if (one.set !== other.set) return one.set < other.set ? -1 : 1;
  return one.from - other.from;
}
