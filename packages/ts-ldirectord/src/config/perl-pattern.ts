/**
 * Translates a Perl regular expression (perlre, 5.36) to one of JavaScript that matches the same
 * byte strings, decoded as latin1. What cannot be translated is refused with a reason.
 *
 * One difference stays: a back reference to a group that did not take part, because it stands in
 * another alternative, matches nothing at all in Perl, and the empty text in JavaScript.
 */
import { ByteSet, ESCAPE_CLASSES } from './byte-set.js';
import { byteOf, parseClass, readEscapedByte } from './perl-class.js';
import { PatternError, PatternText } from './perl-pattern-text.js';

/** Deeper nesting than any sensible pattern; keeps the recursion bounded. */
const DEPTH_MAX = 50;
/** Perl's own limit of a counted repeat (REG_INFTY - 1). */
const REPEAT_MAX = 65_534;

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false, multiline: false, extended: false };
const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  s: 'dotAll',
  m: 'multiline',
  x: 'extended',
};

const ANY = '[^]';
const NOT_NEWLINE = '[^\\n]';
const LINE_START = '(?:(?<![^])|(?<=\\n)(?=[^]))';
const LINE_END = '(?![^\\n])';
const TEXT_END = '(?=\\n?(?![^]))';

/** The groups of a pattern, counted before it is translated: references may look forward. */
interface Groups {
  readonly count: number;
  readonly byName: ReadonlyMap<string, number>;
}

/** @throws PatternError when the pattern is invalid or has no translation */
export function translatePerl(source: string): RegExp {
  const groups = countGroups(source);
  const translator = new Translator(source, groups);
  const translated = translator.whole();
  try {
    return new RegExp(translated);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, '') : String(error);
    throw new PatternError(reason.toLowerCase());
  }
}

/** Finds the capturing groups by a plain scan over the same tokens. */
function countGroups(source: string): Groups {
  const text = new PatternText(source);
  const byName = new Map<string, number>();
  let count = 0;
  while (!text.done) {
    if (text.accept('\\')) text.next();
    else if (text.accept('[')) text.skipClass();
    else if (text.match(/\(\?#[^)]*/y)) continue;
    else if (text.accept('(')) {
      const named = text.match(/(?:\?P?<([A-Za-z_]\w*)>|\?'([A-Za-z_]\w*)')/y);
      if (named) byName.set(named[1] ?? named[2] ?? '', ++count);
      else if (!text.at('?') && !text.at('*')) count++;
    } else text.next();
  }
  return { count, byName };
}

class Translator {
  readonly #text: PatternText;
  readonly #groups: Groups;
  /** Groups opened so far: what a relative reference counts from. */
  #opened = 0;
  readonly #closed = new Set<number>();
  #depth = 0;

  constructor(source: string, groups: Groups) {
    this.#text = new PatternText(source);
    this.#groups = groups;
  }

  whole(): string {
    const result = this.#alternatives(NO_FLAGS);
    if (!this.#text.done) throw new PatternError('unmatched )');
    return result;
  }

  /** Up to the closing parenthesis or the end. A flag change lasts to the end of its group. */
  #alternatives(outer: Flags): string {
    let flags = outer;
    let result = '';
    while (!this.#text.done && !this.#text.at(')')) {
      if (this.#text.accept('|')) {
        result += '|';
        continue;
      }
      const inline = this.#text.match(/\(\?(\^?)([a-z]*)(?:-([a-z]*))?\)/y);
      if (inline) {
        flags = changeFlags(flags, inline[1] ?? '', inline[2] ?? '', inline[3] ?? '');
        continue;
      }
      const atom = this.#atom(flags);
      if (atom !== '') result += atom + this.#quantifier(flags);
    }
    return result;
  }

  /** One thing a quantifier may follow; empty for a comment or ignored blank. */
  #atom(flags: Flags): string {
    const char = this.#text.next();
    switch (char) {
      case '(':
        return this.#group(flags);
      case '[':
        return parseClass(this.#text, flags.ignoreCase).toClass();
      case '\\':
        return this.#escape(flags);
      case '.':
        return flags.dotAll ? ANY : NOT_NEWLINE;
      case '^':
        return flags.multiline ? LINE_START : '^';
      case '$':
        return flags.multiline ? LINE_END : TEXT_END;
      case '*':
      case '+':
      case '?':
        throw new PatternError(`quantifier ${char} follows nothing`);
      case '#':
        if (!flags.extended) return literal(char, flags);
        this.#text.match(/[^\n]*/y);
        return '';
      default:
        return flags.extended && /[ \t\n\v\f\r]/.test(char) ? '' : literal(char, flags);
    }
  }

  #group(flags: Flags): string {
    if (++this.#depth > DEPTH_MAX) throw new PatternError('groups are nested too deeply');
    const result = this.#groupBody(flags);
    this.#depth--;
    return result;
  }

  #groupBody(flags: Flags): string {
    const text = this.#text;
    if (text.accept('*')) throw new PatternError('verbs (*...) are not supported');
    if (text.match(/\?#/y)) {
      if (!text.match(/[^)]*\)/y)) throw new PatternError('sequence (?#... not terminated');
      return '';
    }
    const look = text.match(/\?<?[=!]/y);
    if (look) return `(${look[0]}${this.#closing(flags)})`;
    if (text.match(/\?(?:P?<[A-Za-z_]\w*>|'[A-Za-z_]\w*')/y) || !text.at('?')) {
      const group = ++this.#opened;
      const inner = this.#closing(flags);
      this.#closed.add(group);
      return `(${inner})`;
    }
    const scoped = text.match(/\?(\^?)([a-z]*)(?:-([a-z]*))?:/y);
    if (scoped) {
      const inner = changeFlags(flags, scoped[1] ?? '', scoped[2] ?? '', scoped[3] ?? '');
      return `(?:${this.#closing(inner)})`;
    }
    const what = text.match(/\?P?./y)?.[0] ?? '?';
    throw new PatternError(`sequence (${what}...) is not supported`);
  }

  #closing(flags: Flags): string {
    const inner = this.#alternatives(flags);
    if (!this.#text.accept(')')) throw new PatternError('unmatched (');
    return inner;
  }

  #escape(flags: Flags): string {
    const text = this.#text;
    const reference = this.#reference(flags);
    if (reference !== undefined) return reference;
    const byte = readEscapedByte(text);
    if (byte !== undefined) return literalByte(byte, flags);
    if (text.done) throw new PatternError('trailing \\');
    const char = text.next();
    if (char === 'N' && text.match(NAMED_CHARACTER)) {
      throw new PatternError('\\N{} is not supported');
    }
    const set = ESCAPE_CLASSES.get(char);
    if (set) return set.toClass();
    switch (char) {
      case 'b':
      case 'B':
        if (text.at('{')) throw new PatternError(`\\${char}{} is not supported`);
        return `\\${char}`;
      case 'A':
        return '(?<![^])';
      case 'z':
        return '(?![^])';
      case 'Z':
        return TEXT_END;
      case 'R':
        // Atomic in Perl: a carriage return before a newline never stands alone.
        return '(?:\\r\\n|[\\n-\\f\\x85]|\\r(?!\\n))';
      case 'G':
      case 'K':
      case 'X':
      case 'C':
      case 'p':
      case 'P':
        throw new PatternError(`\\${char} is not supported`);
      default:
        return literal(char, flags);
    }
  }

  /** `\1`, `\g1`, `\g{-1}`, `\g{name}`, `\k<name>`, `\k'name'`, `\k{name}`; undefined otherwise. */
  #reference(flags: Flags): string | undefined {
    const text = this.#text;
    const number = text.match(/[1-9]\d*/y)?.[0];
    if (number !== undefined) {
      // Perl: from \10 on it is a reference only where there are so many groups, else octal.
      if (Number(number) < 10 || Number(number) <= this.#groups.count) {
        return this.#backTo(Number(number), flags);
      }
      text.back(number.length);
      return undefined;
    }
    const numbered = text.match(/g(?:\{\s*(-?\d+)\s*\}|(-?\d+))/y);
    if (numbered) {
      const value = Number(numbered[1] ?? numbered[2]);
      return this.#backTo(value < 0 ? this.#opened + 1 + value : value, flags);
    }
    const named = text.match(/(?:[gk]\{\s*(\w+)\s*\}|k<(\w+)>|k'(\w+)')/y);
    if (!named) return undefined;
    const name = named[1] ?? named[2] ?? named[3] ?? '';
    return this.#backTo(this.#groups.byName.get(name) ?? 0, flags);
  }

  #backTo(group: number, flags: Flags): string {
    if (group < 1 || group > this.#groups.count) {
      throw new PatternError('reference to nonexistent group');
    }
    if (!this.#closed.has(group)) {
      throw new PatternError('a reference to a later or surrounding group is not supported');
    }
    if (flags.ignoreCase) throw new PatternError('a back reference under (?i) is not supported');
    return `(?:\\${group})`;
  }

  #quantifier(flags: Flags): string {
    if (flags.extended) this.#text.match(/(?:[ \t\n\v\f\r]|#[^\n]*(?:\n|$))+/y);
    const found = this.#count();
    if (found === undefined) return '';
    if (this.#text.accept('+')) throw new PatternError('possessive quantifiers are not supported');
    const lazy = this.#text.accept('?') ? '?' : '';
    if (this.#text.match(/[*+?]/y) || this.#text.match(COUNT)) {
      throw new PatternError('nested quantifiers');
    }
    return found + lazy;
  }

  #count(): string | undefined {
    const simple = this.#text.match(/[*+?]/y);
    if (simple) return simple[0];
    const counted = this.#text.match(COUNT);
    if (!counted) return undefined;
    const least = Number(counted[1] || 0);
    const most = counted[2] === undefined ? least : counted[3] ? Number(counted[3]) : undefined;
    if (Math.max(least, most ?? 0) > REPEAT_MAX) throw new PatternError('quantifier is too big');
    if (most !== undefined && most < least) throw new PatternError("can't do {n,m} with n > m");
    return `{${least},${most ?? ''}}`;
  }
}

/* {n}, {n,}, {,m}, {n,m}, blanks allowed inside; the comma is group 2. */
const COUNT = /\{ *(?=[\d,])(?!, *\})(\d*) *(?:(,) *(\d*) *)?\}/y;
/* \N{name} or \N{U+41}, not a counted \N. */
const NAMED_CHARACTER = /\{(?! *\d* *(?:, *\d* *)?\})/y;

function changeFlags(flags: Flags, reset: string, on: string, off: string): Flags {
  let changed: Flags = reset ? NO_FLAGS : flags;
  if (on.includes('xx')) throw new PatternError('flag (?xx) is not supported');
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const letter of letters) {
      const name = FLAG_NAMES[letter];
      if (name) changed = { ...changed, [name]: value };
      // Character set flags change nothing for bytes in the ASCII range, nor does /p.
      else if (!'adup'.includes(letter)) {
        throw new PatternError(`flag (?${letter}) is not supported`);
      }
    }
  }
  return changed;
}

function literal(char: string, flags: Flags): string {
  return literalByte(byteOf(char.charCodeAt(0)), flags);
}

function literalByte(byte: number, flags: Flags): string {
  const set = ByteSet.of(byte);
  if (flags.ignoreCase) return set.foldCase().toClass();
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9 ]/.test(char) ? char : set.toClass().slice(1, -1);
}
