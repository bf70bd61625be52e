/** Character classes and escaped single bytes of a Perl pattern. */
import { ByteSet, ESCAPE_CLASSES, POSIX_CLASSES } from './byte-set.js';
import type { Flags } from './perl-flags.js';
import { PatternError, type PatternText } from './perl-pattern-text.js';

const CONTROL: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['f', 0x0c],
  ['r', 0x0d],
  ['a', 0x07],
  ['e', 0x1b],
]);

/**
 * After a backslash: an escape that stands for one byte (`\n`, `\x41`, `\x{41}`, `\012`, `\o{12}`,
 * `\cA`), taken; undefined, with nothing taken, for anything else.
 */
export function readEscapedByte(text: PatternText): number | undefined {
  const hex = text.match(/x(?:\{\s*([0-9A-Fa-f]*)\s*\}|(?!\{)([0-9A-Fa-f]{0,2}))/y);
  if (hex) return byteOf(Number.parseInt(hex[1] || hex[2] || '0', 16));
  const octal = text.match(/o\{\s*([0-7]+)\s*\}|([0-7]{1,3})/y);
  if (octal) return byteOf(Number.parseInt(octal[1] ?? octal[2] ?? '0', 8));
  const control = text.match(/c([ -z|}~])/y);
  if (control) return (control[1] ?? '').toUpperCase().charCodeAt(0) ^ 0x40;
  const unfinished = text.match(/[xoc]/y)?.[0];
  if (unfinished) throw new PatternError(`\\${unfinished} is followed by nothing that it can mean`);
  const letter = text.match(/[tnfrae]/y);
  return letter ? CONTROL.get(letter[0]) : undefined;
}

/** A body is bytes: a character beyond them could never match, and is surely a mistake. */
export function byteOf(code: number): number {
  if (code > 0xff) throw new PatternError('characters beyond \\xff are not supported');
  return code;
}

/** One item of a class: a byte, which may begin a range, or a set. */
function classItem(text: PatternText, ignoreCase: boolean): number | ByteSet {
  const posix = text.match(/\[:(\^?)(\w+):\]/y);
  if (posix) {
    const [, , name = ''] = posix;
    // Without case both are the letters, also where that is turned round.
    const cased = ignoreCase && (name === 'upper' || name === 'lower');
    const set = POSIX_CLASSES.get(cased ? 'alpha' : name);
    if (!set) throw new PatternError(`POSIX class ${posix[0]} unknown`);
    return posix[1] ? set.complement() : set;
  }
  if (text.match(/\[[=.]/y)) throw new PatternError('POSIX syntax [= =] and [. .] is reserved');
  if (!text.accept('\\')) return byteOf(text.next().charCodeAt(0));
  if (text.accept('b')) return 0x08;
  const byte = readEscapedByte(text);
  if (byte !== undefined) return byte;
  const char = text.next();
  if (char === '') throw new PatternError('unmatched [');
  if ('NpP'.includes(char)) {
    throw new PatternError(`\\${char} in a class is not supported`);
  }
  return ESCAPE_CLASSES.get(char) ?? char.charCodeAt(0);
}

const MINUS = ByteSet.of(0x2d);

function setOf(item: number | ByteSet): ByteSet {
  return typeof item === 'number' ? ByteSet.of(item) : item;
}

/** Reads a class whose `[` was taken, up to and with its `]`. */
export function parseClass(text: PatternText, flags: Flags): ByteSet {
  const skipBlanks = (): void => {
    if (flags.extendedMore) text.match(/[ \t]+/y);
  };
  skipBlanks();
  const negated = text.accept('^');
  skipBlanks();
  const minus = flags.extendedMore ? /-[ \t]*(?![ \t]*\])/y : /-(?!\])/y;
  let set = ByteSet.EMPTY;
  for (let first = true; first || !text.accept(']'); first = false) {
    if (text.done) throw new PatternError('unmatched [');
    const item = classItem(text, flags.ignoreCase);
    skipBlanks();
    // A minus is literal at the end of the class and beside a set: there it begins no range.
    if (!text.match(minus)) {
      set = set.union(setOf(item));
      continue;
    }
    if (typeof item !== 'number') {
      set = set.union(item).union(MINUS);
      continue;
    }
    const end = classItem(text, flags.ignoreCase);
    if (typeof end === 'number') {
      if (end < item) throw new PatternError('invalid [] range');
      set = set.union(ByteSet.range(item, end));
    } else {
      set = set.union(ByteSet.of(item)).union(MINUS).union(end);
      if (text.match(minus)) set = set.union(MINUS);
    }
    skipBlanks();
  }
  if (flags.ignoreCase) set = set.foldCase();
  return negated ? set.complement() : set;
}
