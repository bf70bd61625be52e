/** Judges a log by what the genuine pair has written in several runs of the same scenario. */

import { causeOf } from './monitored.js';

/** The monitored lines of one node in one run. */
export type Lines = readonly string[];

/** How a log differs from every genuine one. */
export interface LogDifference {
  readonly kind: 'missing' | 'extra' | 'order';
  readonly line: string;
  /** For an order: a line beside which it stands wrong. */
  readonly beside?: string;
}

/** A line that occurs more than once is told apart by its count. */
function counted(lines: Lines): readonly string[] {
  const counts = new Map<string, number>();
  return lines.map((line) => {
    const count = (counts.get(line) ?? 0) + 1;
    counts.set(line, count);
    return count === 1 ? line : `${line} (${count})`;
  });
}

function places(lines: Lines): ReadonlyMap<string, number> {
  return new Map(counted(lines).map((line, place) => [line, place]));
}

/**
 * A line is missing when all genuine logs have it, and extra when none has. Two lines of one cause
 * are in the wrong order when all genuine logs agree on theirs and this one has it the other way
 * round; of the lines that take part in wrong orders the fewest are told that explain all of them,
 * or nearly so.
 */
export function judged(genuine: readonly Lines[], ours: Lines): readonly LogDifference[] {
  if (genuine.length === 0) return [];
  const runs = genuine.map(places);
  const here = places(ours);
  const inAll = (line: string): boolean => runs.every((run) => run.has(line));
  const missing = [...(runs[0]?.keys() ?? [])].filter((line) => inAll(line) && !here.has(line));
  const extra = [...here.keys()].filter((line) => !runs.some((run) => run.has(line)));
  return [
    ...missing.map((line) => ({ kind: 'missing', line }) as const),
    ...extra.map((line) => ({ kind: 'extra', line }) as const),
    ...misplaced([...here.keys()].filter(inAll), runs),
  ];
}

/** Takes out the line with the most wrong orders, until none is left. */
function misplaced(
  lines: readonly string[],
  runs: readonly ReadonlyMap<string, number>[],
): readonly LogDifference[] {
  const wrong = new Map(lines.map((line) => [line, new Set<string>()]));
  for (const [n, line] of lines.entries()) {
    for (const later of lines.slice(n + 1)) {
      if (causeOf(line) !== causeOf(later)) continue;
      if (!runs.every((run) => (run.get(later) ?? 0) < (run.get(line) ?? 0))) continue;
      wrong.get(line)?.add(later);
      wrong.get(later)?.add(line);
    }
  }
  const found: LogDifference[] = [];
  for (;;) {
    const [line, against] = [...wrong].reduce(
      (a, b) => (b[1].size > a[1].size ? b : a),
      ['', new Set<string>()],
    );
    if (against.size === 0) return found;
    found.push({ kind: 'order', line, beside: [...against].at(-1) ?? '' });
    for (const other of against) wrong.get(other)?.delete(line);
    wrong.delete(line);
  }
}
