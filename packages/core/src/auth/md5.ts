/**
 * HMAC-MD5 of our own (RFC 1321, RFC 2104), for systems whose OpenSSL is not allowed to compute MD5
 * (FIPS): a node with `md5` in its authkeys could otherwise not talk to the rest of its cluster.
 */

const BLOCK = 64;
/** Place of the message's length, in bits, in the last block. */
const LENGTH_AT = 56;

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

const SINES = Int32Array.from({ length: 64 }, (_, step) =>
  Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32),
);

/** The keyed digest of bytes in parts; lower case hexadecimal. */
export function hmacMd5(key: Uint8Array, parts: readonly Uint8Array[]): string {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? md5([key]) : key);
  const inner = md5([block.map((byte) => byte ^ 0x36), ...parts]);
  const outer = md5([block.map((byte) => byte ^ 0x5c), inner]);
  return [...outer].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function md5(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  let place = 0;
  for (const part of parts) {
    padded.set(part, place);
    place += part.length;
  }
  padded[length] = 0x80;
  const words = new DataView(padded.buffer);
  const end = padded.length - BLOCK + LENGTH_AT;
  words.setUint32(end, length * 8, true);
  words.setUint32(end + 4, Math.floor(length / 2 ** 29), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let at = 0; at < padded.length; at += BLOCK) mix(state, words, at);
  const result = new DataView(new ArrayBuffer(16));
  for (const [index, word] of state.entries()) result.setInt32(index * 4, word, true);
  return new Uint8Array(result.buffer);
}

/** Takes one block into the state. */
function mix(state: Int32Array, words: DataView, at: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const { value, index } = choose(round, step, b, c, d);
    const sum = (a + value + (SINES[step] ?? 0) + words.getInt32(at + index * 4, true)) | 0;
    const shift = SHIFTS[round]?.[step & 3] ?? 0;
    [a, d, c] = [d, c, b];
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  for (const [index, word] of [a, b, c, d].entries()) state[index] = (state[index] ?? 0) + word;
}

/** The function of a round, and the word of the block that its step takes. */
function choose(
  round: number,
  step: number,
  b: number,
  c: number,
  d: number,
): { readonly value: number; readonly index: number } {
  if (round === 0) return { value: (b & c) | (~b & d), index: step };
  if (round === 1) return { value: (d & b) | (~d & c), index: (5 * step + 1) & 15 };
  if (round === 2) return { value: b ^ c ^ d, index: (3 * step + 5) & 15 };
  return { value: c ^ (b | ~d), index: (7 * step) & 15 };
}
