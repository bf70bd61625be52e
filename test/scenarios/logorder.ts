/** Judges a log by what the genuine pair has written in several runs of the same scenario. */

/** The monitored lines of one node in one run. */
export type Lines = readonly string[];

/** How a log differs from every genuine one. */
export interface LogDifference {
  readonly kind: 'missing' | 'extra' | 'order';
  readonly line: string;
  /** For an order: the line that always came first there, and comes later here. */
  readonly after?: string;
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
 * A line is missing when all genuine logs have it, extra when none has; an order is wrong when all
 * genuine logs agree on it and this one has it the other way round. Of the orders only the last line
 * that should have come first is told, for each line.
 */
export function judged(genuine: readonly Lines[], ours: Lines): readonly LogDifference[] {
  const runs = genuine.map(places);
  const [first = new Map<string, number>()] = runs;
  const here = places(ours);
  const found: LogDifference[] = [];
  for (const line of first.keys()) {
    if (runs.every((run) => run.has(line)) && !here.has(line))
      found.push({ kind: 'missing', line });
  }
  for (const line of here.keys()) {
    if (!runs.some((run) => run.has(line))) found.push({ kind: 'extra', line });
  }
  const common = [...here.keys()].filter((line) => runs.every((run) => run.has(line)));
  for (const [n, line] of common.entries()) {
    const late = common
      .slice(n + 1)
      .filter((other) => runs.every((run) => isBefore(run, other, line)));
    const after = late.at(-1);
    if (after !== undefined) found.push({ kind: 'order', line, after });
  }
  return found;
}

function isBefore(run: ReadonlyMap<string, number>, a: string, b: string): boolean {
  return (run.get(a) ?? 0) < (run.get(b) ?? 0);
}
