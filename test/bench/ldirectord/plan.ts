/** What the bench measures: how many servers, how many of them dead already, how often. */
import type { Fault } from './job.js';

export interface DeathCase {
  readonly reals: number;
  readonly others: number;
  /** How often one more server dies in each way, watched by ours and by the genuine program. */
  readonly ours: number;
  readonly genuine: number;
}

export interface Plan {
  /** The cases of one list are run at the same time. */
  readonly deaths: readonly (readonly DeathCase[])[];
  /** How late ours may be beyond what interval and timeout explain, milliseconds. */
  readonly slackMs: number;
  readonly speed: { readonly count: number; readonly rounds: number; readonly share: number };
  readonly restSeconds: number;
  /** Checks over which the memory of ours may not grow, and by how much it may seem to. */
  readonly checks: number;
  readonly growthMb: number;
  readonly memoryMb: number;
}

/** The genuine program needs half a minute to notice a server while ten others are dead. */
const GENUINE_DEATHS = 2;

function together(others: number, ours: number): readonly DeathCase[] {
  return [1, 10, 100].map((reals) => ({ reals, others, ours, genuine: GENUINE_DEATHS }));
}

const LARGE: DeathCase = { reals: 1000, others: 100, ours: 10, genuine: 0 };

export const FULL: Plan = {
  deaths: [together(0, 10), together(1, 10), together(10, 10), [LARGE]],
  slackMs: 200,
  speed: { count: 50_000, rounds: 5, share: 1 },
  restSeconds: 30,
  checks: 1_000_000,
  growthMb: 1,
  memoryMb: 60,
};

/** For a machine that is slow and busy: little of everything, and wide limits. */
export const REDUCED: Plan = {
  deaths: [
    [
      { reals: 10, others: 0, ours: 2, genuine: 1 },
      { reals: 100, others: 1, ours: 2, genuine: 1 },
      { reals: 10, others: 10, ours: 2, genuine: 0 },
    ],
    [{ ...LARGE, ours: 1 }],
  ],
  slackMs: 2000,
  speed: { count: 10_000, rounds: 3, share: 0.4 },
  restSeconds: 10,
  checks: 50_000,
  growthMb: 6,
  memoryMb: 90,
};

/** What interval and timeout of the check explain, seconds (see `director.ts`). */
export const BOUND_S: Readonly<Record<Fault, number>> = { refused: 1, blackholed: 4 };
export const HTTP_PER_SECOND = 5000;
export const CONNECT_PER_SECOND = 10_000;
