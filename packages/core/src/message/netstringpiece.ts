/** One netstring, `LENGTH:bytes,`: the brick of both netstring forms and of lists. */

/** Digits of a length; six hold every length below the message limit. */
const DIGITS_MAX = 6;

export interface Piece {
  readonly content: string;
  /** The place after the closing comma. */
  readonly end: number;
}

/** Reads the netstring that starts at that place; undefined when there is none. */
export function readNetstring(text: string, start: number): Piece | undefined {
  let position = start;
  let length = 0;
  for (;;) {
    const digit = text.charCodeAt(position) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (position - start >= DIGITS_MAX) return undefined;
    length = length * 10 + digit;
    position++;
  }
  if (position === start || text[position] !== ':') return undefined;
  const end = position + 1 + length;
  if (text[end] !== ',') return undefined;
  return { content: text.slice(position + 1, end), end: end + 1 };
}

/** The netstring of a text. */
export function writeNetstring(content: string): string {
  return `${content.length}:${content},`;
}
