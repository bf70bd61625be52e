/** The machine's monotonic clock, the same for every process on it. */

/** Milliseconds of CLOCK_MONOTONIC: instants taken by two processes of one machine compare. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
