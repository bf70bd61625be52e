/** What the bench prints of its runs, and its verdict. */

import { type Outage, STAGES } from './contest.js';
import { DEADTIME_MS, type Name, type Way } from './contestant.js';

export interface Result {
  readonly name: Name;
  readonly way: Way;
  readonly runs: readonly Outage[];
}

/** A number that ours must not exceed. */
export interface Goal {
  readonly way: Way;
  readonly what: string;
  readonly limitMs: number;
  readonly of: (run: Outage) => number | undefined;
}

/** The outage of a crash without what the deadtime explains: undefined without heartbeats. */
export function beyondDeadtime({ outage, age }: Outage): number | undefined {
  return age === undefined ? undefined : outage - (DEADTIME_MS - age);
}

export const GOALS: readonly Goal[] = [
  {
    way: 'crash',
    what: 'from declared dead to the first answer',
    limitMs: 40,
    of: ({ before }) => before.decided,
  },
  {
    way: 'crash',
    what: 'outage minus (deadtime minus age of the last beat)',
    limitMs: 50,
    of: beyondDeadtime,
  },
  { way: 'stop', what: 'outage', limitMs: 60, of: ({ outage }) => outage },
  { way: 'standby', what: 'outage', limitMs: 60, of: ({ outage }) => outage },
];

/** The median; undefined for nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

function numbers(
  runs: readonly Outage[],
  of: (run: Outage) => number | undefined,
): readonly number[] {
  return runs.map(of).filter((value) => value !== undefined);
}

function cell(value: number | undefined): string {
  return (value === undefined ? '-' : value.toFixed(0)).padStart(9);
}

/** One row for each stack and way: least, median and longest outage, and of what it consists. */
export function table(results: readonly Result[]): readonly string[] {
  const stages = STAGES.map((stage) => `${stage}>`.padStart(9)).join('');
  const head = `${'outage, ms'.padEnd(21)}runs${'min'.padStart(9)}${'median'.padStart(9)}`;
  const rows = results.map(({ name, way, runs }) => {
    const outages = runs.map(({ outage }) => outage);
    const least = outages.length === 0 ? undefined : Math.min(...outages);
    const most = outages.length === 0 ? undefined : Math.max(...outages);
    const medians = STAGES.map((stage) =>
      cell(median(numbers(runs, ({ before }) => before[stage]))),
    );
    const label = `${way.padEnd(9)}${name.padEnd(12)}${String(runs.length).padStart(4)}`;
    return `${label}${cell(least)}${cell(median(outages))}${cell(most)}${medians.join('')}`;
  });
  return [`${head}${'max'.padStart(9)}${stages}`, ...rows];
}

export interface Judged {
  readonly reached: boolean;
  readonly text: string;
}

/**
 * Each goal by its worst run; with a `factor`, which a busy machine needs, by the median, and the
 * limit is that many times as high. A goal of whose way nothing was measured is not judged.
 */
export function judge(results: readonly Result[], factor?: number): readonly Judged[] {
  return GOALS.flatMap(({ way, what, limitMs, of }) => {
    const runs = results.find((result) => result.name === 'ours' && result.way === way)?.runs;
    if (runs === undefined) return [];
    const values = numbers(runs, of);
    const worst = values.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...values);
    const middle = median(values) ?? Number.POSITIVE_INFINITY;
    const limit = limitMs * (factor ?? 1);
    const reached = values.length === runs.length && (factor ? middle : worst) <= limit;
    const values2 = `median ${middle.toFixed(0)}, max ${worst.toFixed(0)}`;
    const allowed = factor ? `median at most ${limit}` : `max at most ${limit}`;
    return [
      {
        reached,
        text: `${reached ? 'reached' : 'MISSED '} ${way}: ${what}: ${values2} (${allowed} ms)`,
      },
    ];
  });
}
