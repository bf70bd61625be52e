/** Sets of bytes: what a Perl character class means, written as a class of JavaScript. */

const BYTES = 256;

export class ByteSet {
  readonly #has: readonly boolean[];

  private constructor(has: readonly boolean[]) {
    this.#has = has;
  }

  static readonly EMPTY = new ByteSet(Array(BYTES).fill(false));

  static where(member: (byte: number) => boolean): ByteSet {
    const has: boolean[] = [];
    for (let byte = 0; byte < BYTES; byte++) has.push(member(byte));
    return new ByteSet(has);
  }

  static of(...bytes: readonly number[]): ByteSet {
    return ByteSet.where((byte) => bytes.includes(byte));
  }

  static range(from: number, to: number): ByteSet {
    return ByteSet.where((byte) => byte >= from && byte <= to);
  }

  has(byte: number): boolean {
    return this.#has[byte] ?? false;
  }

  /** The one byte of a set of one. */
  only(): number | undefined {
    const first = this.#has.indexOf(true);
    return first >= 0 && first === this.#has.lastIndexOf(true) ? first : undefined;
  }

  union(other: ByteSet): ByteSet {
    return ByteSet.where((byte) => this.has(byte) || other.has(byte));
  }

  complement(): ByteSet {
    return ByteSet.where((byte) => !this.has(byte));
  }

  /** With the other case of every ASCII letter in it. Perl folds no other byte of a byte string. */
  foldCase(): ByteSet {
    return ByteSet.where((byte) => this.has(byte) || this.has(otherCase(byte)));
  }

  /** A class that matches exactly these bytes of a text decoded as latin1. */
  toClass(): string {
    let ranges = '';
    for (let from = 0; from < BYTES; from++) {
      if (!this.has(from)) continue;
      let to = from;
      while (this.has(to + 1)) to++;
      ranges += from === to ? hex(from) : `${hex(from)}-${hex(to)}`;
      from = to;
    }
    return `[${ranges}]`;
  }
}

function otherCase(byte: number): number {
  const letter = byte & ~0x20;
  return letter >= 0x41 && letter <= 0x5a ? byte ^ 0x20 : byte;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

const digit = ByteSet.range(0x30, 0x39);
const upper = ByteSet.range(0x41, 0x5a);
const lower = ByteSet.range(0x61, 0x7a);
const alpha = upper.union(lower);
const alnum = alpha.union(digit);
const word = alnum.union(ByteSet.of(0x5f));
const graph = ByteSet.range(0x21, 0x7e);
const space = ByteSet.of(0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d);
const blank = ByteSet.of(0x20, 0x09);

/** POSIX classes for bytes, without a locale. */
export const POSIX_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', alpha],
  ['digit', digit],
  ['alnum', alnum],
  ['upper', upper],
  ['lower', lower],
  ['word', word],
  ['space', space],
  ['blank', blank],
  ['graph', graph],
  ['print', graph.union(ByteSet.of(0x20))],
  ['punct', ByteSet.where((byte) => graph.has(byte) && !alnum.has(byte))],
  ['cntrl', ByteSet.range(0, 0x1f).union(ByteSet.of(0x7f))],
  ['xdigit', ByteSet.range(0x41, 0x46).union(ByteSet.range(0x61, 0x66)).union(digit)],
  ['ascii', ByteSet.range(0, 0x7f)],
]);

const horizontal = ByteSet.of(0x20, 0x09, 0xa0);
const vertical = ByteSet.of(0x0a, 0x0b, 0x0c, 0x0d, 0x85);

/** What a backslash and a letter stand for, where that is a set. */
export const ESCAPE_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['d', digit],
  ['D', digit.complement()],
  ['w', word],
  ['W', word.complement()],
  ['s', space],
  ['S', space.complement()],
  ['h', horizontal],
  ['H', horizontal.complement()],
  ['v', vertical],
  ['V', vertical.complement()],
  ['N', ByteSet.of(0x0a).complement()],
]);
