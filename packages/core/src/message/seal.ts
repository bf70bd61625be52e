/**
 * Finds what is signed in the bytes of a message, and the signature, without reading the message.
 *
 * Whoever can reach a port can send to it. So a message is verified before it is read: no text is
 * made of the bytes and no field of them, and the work is bounded for a message of any length.
 */
import type { Encoding } from './datagram.js';
import type { Malformed } from './decoded.js';
import { FIELDS_MAX } from './limits.js';

export interface Seal {
  readonly encoding: Encoding;
  /** The signed bytes, in order. */
  readonly signed: readonly Uint8Array[];
  /** `N digest`; undefined when there is none, or one too long to be one. */
  readonly token: string | undefined;
}

const NEWLINE = 10;
const COMMA = 44;
const COLON = 58;
const PARENTHESIS = 40;

const CLASSIC_START = ascii('>>>\n');
const CLASSIC_END = ascii('<<<\n');
const NETSTRING_START = ascii('###\n');
const NETSTRING_END = ascii('%%%\n');
const AUTH = ascii('auth=');

/** A token is `15 ` and 40 digits at most; longer ones are not looked at. */
const TOKEN_LENGTH_MAX = 72;

/** Lines of the string form, empty ones among them, which the genuine programs pass over. */
const LINES_MAX = 2 * FIELDS_MAX;

/** Netstrings of a message: three for each field in the form of 1.99.4, and the signature. */
const PIECES_MAX = 3 * FIELDS_MAX + 1;

/** Digits of a netstring's length, as many as its decoder takes. */
const DIGITS_MAX = 6;

function ascii(text: string): readonly number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function holds(bytes: Uint8Array, at: number, word: readonly number[]): boolean {
  return word.every((byte, index) => bytes[at + index] === byte);
}

/** Finds the signature of a datagram in any of the three forms. Never throws. */
export function findSeal(bytes: Uint8Array): Seal | Malformed {
  if (holds(bytes, 0, CLASSIC_START)) return sealOfClassic(bytes);
  return holds(bytes, 0, NETSTRING_START) ? sealOfNetstring(bytes) : 'start';
}

/**
 * The string form: all lines between the markers are signed but empty ones and those that begin
 * with `auth=`, wherever they stand; the last of these counts (heartbeat 3.0.6, measured). A NUL
 * ends the text.
 */
function sealOfClassic(whole: Uint8Array): Seal | Malformed {
  const nul = whole.indexOf(0);
  const bytes = nul < 0 ? whole : whole.subarray(0, nul);
  const signed: Uint8Array[] = [];
  let token: string | undefined;
  let position = CLASSIC_START.length;
  let begin = position;
  const upTo = (end: number): void => {
    if (end > begin) signed.push(bytes.subarray(begin, end));
  };
  for (let lines = 0; !holds(bytes, position, CLASSIC_END); lines += 1) {
    if (lines >= LINES_MAX) return 'size';
    const newline = bytes.indexOf(NEWLINE, position);
    if (newline < 0) return 'end';
    const isAuth = holds(bytes, position, AUTH);
    if (isAuth || newline === position) {
      upTo(position);
      begin = newline + 1;
    }
    if (isAuth) token = shortText(bytes, position + AUTH.length, newline);
    position = newline + 1;
  }
  upTo(position);
  return { encoding: 'string', signed, token };
}

/**
 * The netstring forms. Up to the end marker all is signed, and the signature follows (2.1 and
 * 3.0.6); or the signature is the last netstring before the end marker, and signs those before it
 * (1.99.4, whose first netstring is a name and not a type in parentheses).
 */
function sealOfNetstring(bytes: Uint8Array): Seal | Malformed {
  const start = NETSTRING_START.length;
  let position = start;
  let last: Piece | undefined;
  let old = false;
  for (let pieces = 0; !holds(bytes, position, NETSTRING_END); pieces += 1) {
    if (pieces >= PIECES_MAX) return 'size';
    const piece = pieceAt(bytes, position);
    if (piece === undefined) return 'end';
    if (last === undefined) old = bytes[piece.begin] !== PARENTHESIS;
    last = piece;
    position = piece.end + 1;
  }
  if (old && last !== undefined) {
    const signed = [bytes.subarray(start, last.at)];
    return { encoding: 'netstring-1.99.4', signed, token: shortText(bytes, last.begin, last.end) };
  }
  const end = position + NETSTRING_END.length;
  const trailer = pieceAt(bytes, end);
  const token = trailer && shortText(bytes, trailer.begin, trailer.end);
  return { encoding: 'netstring', signed: [bytes.subarray(0, end)], token };
}

/** Where a netstring stands: its first digit, its content, and the comma behind it. */
interface Piece {
  readonly at: number;
  readonly begin: number;
  readonly end: number;
}

function pieceAt(bytes: Uint8Array, at: number): Piece | undefined {
  let position = at;
  let length = 0;
  for (;;) {
    const digit = (bytes[position] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (position - at >= DIGITS_MAX) return undefined;
    length = length * 10 + digit;
    position += 1;
  }
  if (position === at || bytes[position] !== COLON) return undefined;
  const begin = position + 1;
  const end = begin + length;
  return bytes[end] === COMMA ? { at, begin, end } : undefined;
}

function shortText(bytes: Uint8Array, begin: number, end: number): string | undefined {
  if (end - begin > TOKEN_LENGTH_MAX) return undefined;
  return String.fromCharCode(...bytes.subarray(begin, end));
}
