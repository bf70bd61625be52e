/** Makes new inputs out of old ones. Everything is decided by the numbers of one generator. */
import type { Random } from '../sim/random.js';

/** Bytes that formats give a meaning to, and the limits of what a byte holds. */
const BYTES = Uint8Array.from(
  Buffer.from('\0\t\n\r\x13\x14 "#%(),-./0129:;<=>@A[\\]_az{}\x7f\x80\xff', 'latin1'),
);

/** Numbers at which something changes: widths of integers, limits of fields and of messages. */
const NUMBERS = [
  ...[0, 1, -1, 2, 7, 8, 15, 16, 17, 31, 63, 64, 127, 128, 255, 256, 999, 1000, 1001, 4096],
  ...[5119, 5120, 32767, 32768, 65_507, 65_535, 65_536, 262_144, 262_145, 999_999, 1_000_000],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64],
];

/** More digits than any number has. */
const ENDLESS = '9'.repeat(40);

/** The longest stretch that is usually taken in one step. */
const STRETCH = 48;
/** A long input is worth the time of many short ones: one in so many may become one. */
const LONG_SHARE = 1 / 4000;
/** What an input may usually grow to. */
const USUAL_BYTES = 640;

const DIGIT_0 = 48;
const DIGIT_9 = 57;
const NEWLINE = 10;

type Step = (mutator: Mutator) => void;

export class Mutator {
  readonly #random: Random;
  readonly #tokens: readonly Uint8Array[];
  readonly #bytes: Uint8Array;
  /** The input that a stretch may be taken from. */
  #other: Uint8Array = new Uint8Array(0);
  #length = 0;
  #room = USUAL_BYTES;

  /** @param bytesMax no input is ever longer */
  constructor(random: Random, tokens: readonly Uint8Array[], bytesMax: number) {
    this.#random = random;
    this.#tokens = tokens;
    this.#bytes = new Uint8Array(bytesMax);
  }

  /** A new input; it is good until the next call. */
  mutate(from: Uint8Array, other: Uint8Array): Uint8Array {
    const long = this.#random.chance(LONG_SHARE);
    this.#room = long ? this.#bytes.length : Math.min(this.#bytes.length, USUAL_BYTES);
    this.#length = Math.min(from.length, this.#bytes.length);
    this.#bytes.set(from.length > this.#length ? from.subarray(0, this.#length) : from);
    this.#other = other;
    if (long) this.#grow();
    for (let left = 1 << this.#below(4); left > 0; left -= 1) this.#step();
    return this.#bytes.subarray(0, this.#length);
  }

  #below(limit: number): number {
    return this.#random.whole(0, Math.max(0, limit - 1));
  }

  /** How long a stretch is: mostly short. */
  #stretch(): number {
    return this.#random.spread(1, STRETCH);
  }

  #step(): void {
    const step = STEPS[this.#below(STEPS.length)];
    step?.(this);
  }

  /** The same stretch again and again, up to the longest input. */
  #grow(): void {
    const size = Math.min(this.#length, this.#random.spread(1, 4 * STRETCH));
    if (size === 0) return;
    const at = this.#below(this.#length - size + 1);
    const stretch = this.#bytes.slice(at, at + size);
    const times = this.#random.spread(2, Math.max(2, Math.floor(this.#room / size)));
    this.#repeat(at, stretch, times);
  }

  #repeat(at: number, stretch: Uint8Array, times: number): void {
    const fitting = Math.min(times, Math.floor((this.#room - this.#length) / stretch.length));
    if (fitting <= 0) return;
    this.#makeRoom(at, fitting * stretch.length);
    for (let count = 0; count < fitting; count += 1) {
      this.#bytes.set(stretch, at + count * stretch.length);
    }
  }

  /** Moves what stands from a place on; false when that does not fit. */
  #makeRoom(at: number, size: number): boolean {
    if (this.#length + size > this.#room) return false;
    this.#bytes.copyWithin(at + size, at, this.#length);
    this.#length += size;
    return true;
  }

  #insert(at: number, bytes: Uint8Array): void {
    if (this.#makeRoom(at, bytes.length)) this.#bytes.set(bytes, at);
  }

  #remove(at: number, size: number): void {
    this.#bytes.copyWithin(at, at + size, this.#length);
    this.#length -= Math.min(size, this.#length - at);
  }

  flipBit(): void {
    const at = this.#below(this.#length);
    if (at < this.#length) this.#bytes[at] = (this.#bytes[at] ?? 0) ^ (1 << this.#below(8));
  }

  setByte(): void {
    const at = this.#below(this.#length);
    if (at < this.#length) this.#bytes[at] = this.#byte();
  }

  addToByte(): void {
    const at = this.#below(this.#length);
    const sum = (this.#bytes[at] ?? 0) + this.#random.whole(-16, 16);
    if (at < this.#length) this.#bytes[at] = sum & 0xff;
  }

  insertByte(): void {
    this.#insert(this.#below(this.#length + 1), Uint8Array.of(this.#byte()));
  }

  #byte(): number {
    return this.#random.chance(0.8) ? (BYTES[this.#below(BYTES.length)] ?? 0) : this.#below(256);
  }

  removeStretch(): void {
    this.#remove(this.#below(this.#length), this.#stretch());
  }

  cutOff(): void {
    if (this.#random.chance(0.2)) this.#length = this.#below(this.#length + 1);
  }

  copyStretch(): void {
    const at = this.#below(this.#length);
    const stretch = this.#bytes.slice(at, Math.min(this.#length, at + this.#stretch()));
    this.#insert(this.#below(this.#length + 1), stretch);
  }

  repeatStretch(): void {
    const at = this.#below(this.#length);
    const stretch = this.#bytes.slice(at, Math.min(this.#length, at + this.#stretch()));
    if (stretch.length > 0) this.#repeat(at, stretch, this.#random.spread(1, 32));
  }

  insertToken(): void {
    const token = this.#tokens[this.#below(this.#tokens.length)];
    if (token !== undefined) this.#insert(this.#below(this.#length + 1), token);
  }

  writeToken(): void {
    const token = this.#tokens[this.#below(this.#tokens.length)];
    const at = this.#below(this.#length);
    if (token !== undefined && at + token.length <= this.#length) this.#bytes.set(token, at);
  }

  takeFromOther(): void {
    const from = this.#below(this.#other.length);
    const stretch = this.#other.subarray(from, from + this.#stretch());
    this.#insert(this.#below(this.#length + 1), stretch);
  }

  /** The beginning of one and the end of the other. */
  splice(): void {
    const at = this.#below(this.#length + 1);
    const tail = this.#other.subarray(this.#below(this.#other.length + 1));
    const size = Math.min(tail.length, this.#room - at);
    if (size < 0) return;
    this.#bytes.set(tail.subarray(0, size), at);
    this.#length = at + size;
  }

  takeLineOfOther(): void {
    const [begin, end] = lineAround(
      this.#other,
      this.#other.length,
      this.#below(this.#other.length),
    );
    const [at] = lineAround(this.#bytes, this.#length, this.#below(this.#length));
    this.#insert(at, this.#other.subarray(begin, end));
  }

  removeLine(): void {
    const [begin, end] = lineAround(this.#bytes, this.#length, this.#below(this.#length));
    this.#remove(begin, end - begin);
  }

  moveLine(): void {
    const [begin, end] = lineAround(this.#bytes, this.#length, this.#below(this.#length));
    const line = this.#bytes.slice(begin, end);
    this.#remove(begin, line.length);
    const [at] = lineAround(this.#bytes, this.#length, this.#below(this.#length));
    this.#insert(at, line);
  }

  /** Another number in the place of one in digits. */
  changeNumber(): void {
    let begin = this.#below(this.#length);
    while (begin < this.#length && !isDigit(this.#bytes[begin])) begin += 1;
    let end = begin;
    while (end < this.#length && isDigit(this.#bytes[end])) end += 1;
    if (begin === end) return;
    const old = Number(Buffer.from(this.#bytes.subarray(begin, end)).toString('latin1'));
    const near = this.#random.chance(0.5);
    const number = near ? old + this.#random.whole(-2, 2) : this.#number();
    const digits = Number.isFinite(number) ? BigInt(number).toString() : ENDLESS;
    this.#remove(begin, end - begin);
    this.#insert(begin, Buffer.from(digits, 'latin1'));
  }

  /** A number of two or four bytes, in either order. */
  writeNumber(): void {
    const size = this.#random.chance(0.5) ? 2 : 4;
    const at = this.#below(this.#length);
    if (at + size > this.#length) return;
    const number = (this.#number() % 2 ** 32) | 0;
    const view = new DataView(this.#bytes.buffer, at, size);
    const little = this.#random.chance(0.5);
    if (size === 2) view.setInt16(0, number, little);
    else view.setInt32(0, number, little);
  }

  #number(): number {
    return NUMBERS[this.#below(NUMBERS.length)] ?? 0;
  }
}

/** All that one step can be; what helps more often stands more often. */
const STEPS: readonly Step[] = [
  (mutator) => mutator.flipBit(),
  (mutator) => mutator.setByte(),
  (mutator) => mutator.setByte(),
  (mutator) => mutator.addToByte(),
  (mutator) => mutator.insertByte(),
  (mutator) => mutator.insertByte(),
  (mutator) => mutator.removeStretch(),
  (mutator) => mutator.removeStretch(),
  (mutator) => mutator.cutOff(),
  (mutator) => mutator.copyStretch(),
  (mutator) => mutator.repeatStretch(),
  (mutator) => mutator.insertToken(),
  (mutator) => mutator.insertToken(),
  (mutator) => mutator.writeToken(),
  (mutator) => mutator.takeFromOther(),
  (mutator) => mutator.splice(),
  (mutator) => mutator.takeLineOfOther(),
  (mutator) => mutator.removeLine(),
  (mutator) => mutator.moveLine(),
  (mutator) => mutator.changeNumber(),
  (mutator) => mutator.changeNumber(),
  (mutator) => mutator.writeNumber(),
];

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** Where the line with that place begins, and where it ends, its newline included. */
function lineAround(
  bytes: Uint8Array,
  length: number,
  at: number,
): readonly [begin: number, end: number] {
  let begin = at;
  while (begin > 0 && bytes[begin - 1] !== NEWLINE) begin -= 1;
  let end = at;
  while (end < length && bytes[end] !== NEWLINE) end += 1;
  return [begin, Math.min(length, end + 1)];
}
