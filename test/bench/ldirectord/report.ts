/** The bench's table: what the genuine program does, what ours does, the goal, and whether it is met. */
import type { Death, Fault, Memory, Rest, Speed } from './job.js';
import { BOUND_S, type DeathCase, type Plan } from './plan.js';

export interface Row {
  readonly what: string;
  readonly genuine: string;
  readonly ours: string;
  readonly goal: string;
  /** Absent: a figure for which there is no goal. */
  readonly met?: boolean;
}

/** Milliseconds that the machine stood still between two instants. */
export type Stalled = (from: number, to: number) => number;

type Part = 'weight 0' | 'back';

/** Seconds from a death to weight 0, or from the return to the weight; without what is excepted. */
function times(deaths: readonly Death[], part: Part, stalled: Stalled): readonly number[] {
  return deaths.map(({ diedAt, noticedAt, returnedAt, backAt }) => {
    const [from, to] = part === 'back' ? [returnedAt, backAt] : [diedAt, noticedAt];
    return to === undefined ? Number.POSITIVE_INFINITY : (to - from - stalled(from, to)) / 1000;
  });
}

const NOTHING = '-';

function spread(values: readonly number[]): string {
  if (values.length === 0) return NOTHING;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const least = sorted[0] ?? Number.NaN;
  const most = sorted[sorted.length - 1] ?? Number.NaN;
  const shown = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : 'never');
  return [least, middle, most].map(shown).join(' ');
}

/** Four rows: each way to die, and to be noticed and taken back. */
export function deathRows(
  { reals, others }: DeathCase,
  deaths: { readonly ours: readonly Death[]; readonly genuine: readonly Death[] },
  stalled: Stalled,
  slackMs: number,
): readonly Row[] {
  const faults: readonly Fault[] = ['refused', 'blackholed'];
  const parts: readonly Part[] = ['weight 0', 'back'];
  const nothing = (): number => 0;
  return faults.flatMap((fault) =>
    parts.map((part) => {
      const of = (all: readonly Death[]) => all.filter((death) => death.fault === fault);
      const ours = times(of(deaths.ours), part, stalled);
      const limit = BOUND_S[fault] + slackMs / 1000;
      const title = `${reals} reals, ${others} others dead`.padEnd(28);
      return {
        what: `${title} ${fault}: ${part}`,
        genuine: spread(times(of(deaths.genuine), part, nothing)),
        ours: spread(ours),
        goal: `${limit.toFixed(1)} s`,
        met: ours.length > 0 && ours.every((value) => value <= limit),
      };
    }),
  );
}

/** A number of hundreds or thousands, for people. */
function whole(value: number): string {
  return value.toFixed(0);
}

/** @param genuine at rest: what it makes in a second, by what that costs of the processor */
export function speedRow(check: string, ours: Speed, genuine: Rest | undefined, goal: number): Row {
  const { byProcessorTime, byClock, ofServer } = ours;
  const rate = genuine && (100 * genuine.checksPerSecond) / genuine.cpuPercent;
  return {
    what: `${check} checks a second on one processor`,
    genuine: rate === undefined ? NOTHING : whole(rate),
    ours: `${whole(byProcessorTime)} (by the clock ${whole(byClock)}; server ${whole(ofServer)})`,
    goal: `at least ${whole(goal)}`,
    met: byProcessorTime >= goal,
  };
}

function restText({ cpuPercent, checksPerSecond }: Rest): string {
  const ms = (10 * cpuPercent) / checksPerSecond;
  return `${cpuPercent.toFixed(1)} (${whole(checksPerSecond)}/s, ${ms.toFixed(2)} ms each)`;
}

/** Processor time with a hundred servers. */
export function processorRow(ours: Rest, genuine: Rest): Row {
  return {
    what: 'CPU, 100 reals, checkinterval 1, % of one',
    genuine: restText(genuine),
    ours: restText(ours),
    goal: 'less than genuine',
    met: ours.cpuPercent < genuine.cpuPercent,
  };
}

function memoryText({ pssMb, pssMostMb, anonymousMb, processes }: Rest): string {
  const [usual, most, own] = [pssMb, pssMostMb, anonymousMb].map((mb) => mb.toFixed(1));
  return `${usual} (most ${most}, of no file ${own}; processes: ${processes})`;
}

/** Memory with a hundred servers, beside the genuine program's, and with a thousand. */
export function memoryRows(
  small: { readonly ours: Rest; readonly genuine: Rest },
  large: Rest,
  goalMb: number,
): readonly Row[] {
  return [
    {
      what: 'PSS, 100 reals, MiB',
      genuine: memoryText(small.genuine),
      ours: memoryText(small.ours),
      goal: NOTHING,
    },
    {
      what: 'PSS, 1000 reals, checkinterval 1, MiB',
      genuine: NOTHING,
      ours: memoryText(large),
      goal: `at most ${goalMb}`,
      met: large.pssMb <= goalMb,
    },
    {
      what: 'CPU, 1000 reals, checkinterval 1, % of one',
      genuine: NOTHING,
      ours: restText(large),
      goal: NOTHING,
    },
  ];
}

/** The least of the last notes against the least of the first. */
export function growthRow(notes: readonly Memory[], { checks, growthMb }: Plan): Row {
  const least = (some: readonly Memory[]) => Math.min(...some.map(({ pssMb }) => pssMb));
  const third = Math.ceil(notes.length / 3);
  const grown = least(notes.slice(-third)) - least(notes.slice(0, third));
  return {
    what: `PSS grown over ${checks} checks, MiB`,
    genuine: NOTHING,
    ours: grown.toFixed(1),
    goal: `none (at most ${growthMb} by chance)`,
    met: notes.length > 0 && grown <= growthMb,
  };
}

/** The table, a line a row. */
export function lines(rows: readonly Row[]): readonly string[] {
  const head = { what: '', genuine: 'genuine', ours: 'ours', goal: 'goal' };
  const cells = [head, ...rows].map(({ what, genuine, ours, goal }) => [what, genuine, ours, goal]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  const verdicts = [
    '',
    ...rows.map(({ met }) => (met === undefined ? '' : met ? 'met' : 'MISSED')),
  ];
  return cells.map((row, index) => {
    const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    return `${text}  ${verdicts[index]}`.trimEnd();
  });
}
