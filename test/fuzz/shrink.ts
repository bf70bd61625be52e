/** Makes an input smaller as long as it keeps what it is kept for. */

/**
 * Takes out stretches, long ones first, and keeps what still counts.
 *
 * @param counts whether a smaller input is as good; it is asked `triesMax` times at most
 */
export async function shrink(
  input: Uint8Array,
  triesMax: number,
  counts: (smaller: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input;
  let tries = triesMax;
  for (let size = input.length >> 1; size >= 1 && tries > 0; size >>= 1) {
    for (let at = 0; at < smallest.length && tries > 0; tries -= 1) {
      const smaller = without(smallest, at, size);
      if (await counts(smaller)) smallest = smaller;
      else at += size;
    }
  }
  return smallest;
}

function without(bytes: Uint8Array, at: number, size: number): Uint8Array {
  const left = new Uint8Array(Math.max(at, bytes.length - size));
  left.set(bytes.subarray(0, at));
  left.set(bytes.subarray(at + size), at);
  return left;
}
