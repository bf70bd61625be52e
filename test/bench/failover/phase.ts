/** Instants between two heartbeats, drawn from a seed. */

/** From 0 to 1, the same for the same seed (a linear congruential generator: nothing hangs on it). */
export function phases(seed: number, count: number): readonly number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}
