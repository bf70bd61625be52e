/** The flags of a Perl pattern, written in it: `(?i)`, `(?s-m:…)`, `(?^x)`. */
import { PatternError, type PatternText } from './perl-pattern-text.js';

export interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
  /** `(?xx)`: blanks in classes mean nothing either. */
  readonly extendedMore: boolean;
  /** `(?n)`: plain groups do not capture. */
  readonly noCapture: boolean;
  /** `(?a)`: changes nothing for bytes, but for how case is folded. */
  readonly ascii: boolean;
}

export const NO_FLAGS: Flags = {
  ignoreCase: false,
  dotAll: false,
  multiline: false,
  extended: false,
  extendedMore: false,
  noCapture: false,
  ascii: false,
};

const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  s: 'dotAll',
  m: 'multiline',
  n: 'noCapture',
};

/**
 * Takes flags after `(?`, up to the `end` that follows them; undefined, with nothing taken, where
 * something else stands there.
 *
 * @throws PatternError for a flag that cannot be followed
 */
export function readFlags(text: PatternText, flags: Flags, end: ')' | ':'): Flags | undefined {
  const found = text.match(
    end === ')' ? /\(\?(\^?)([a-z]*)(-?)([a-z]*)\)/y : /\?(\^?)([a-z]*)(-?)([a-z]*):/y,
  );
  if (!found) return undefined;
  const [, reset = '', on = '', minus = '', off = ''] = found;
  if (reset !== '' && minus !== '') throw new PatternError('sequence (?^-...) not recognized');
  let changed = reset === '' ? flags : NO_FLAGS;
  // One x takes back the second one of an outer (?xx).
  if (on.includes('x')) changed = { ...changed, extendedMore: /x.*x/.test(on) };
  for (const letter of on) changed = changeFlag(changed, letter, true);
  for (const letter of off) changed = changeFlag(changed, letter, false);
  if (changed.ascii && changed.ignoreCase) {
    // Perl then folds letters beyond ASCII, and one of them to two.
    throw new PatternError('flags (?a) and (?i) together are not supported');
  }
  return changed;
}

function changeFlag(flags: Flags, letter: string, value: boolean): Flags {
  const name = FLAG_NAMES[letter];
  if (name) return { ...flags, [name]: value };
  if (letter === 'x') {
    return { ...flags, extended: value, extendedMore: value && flags.extendedMore };
  }
  // Nothing is kept of a match, so that how to keep it means nothing.
  if (letter === 'p') return flags;
  if (value && letter === 'a') return { ...flags, ascii: true };
  if (value && letter === 'd' && !flags.ascii) return flags;
  throw new PatternError(`flag (?${value ? '' : '-'}${letter}) is not supported`);
}
