/** The core's only source of chance: a small generator whose state is a plain number. */

/** Draws from 0 (included) to `bound` (excluded) and returns the generator's next state. */
export function draw(
  seed: number,
  bound: number,
): { readonly value: number; readonly seed: number } {
  const next = (seed + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  const unit = ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  return { value: Math.floor(unit * bound), seed: next };
}
