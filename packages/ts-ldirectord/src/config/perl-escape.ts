/** What a backslash begins in a Perl pattern, outside of classes. */
import { ByteSet, ESCAPE_CLASSES } from './byte-set.js';
import { byteOf, readEscapedByte } from './perl-class.js';
import { COUNT, PatternError, type PatternText } from './perl-pattern-text.js';
import { NOTHING, type Place, type Tree } from './perl-tree.js';

/* \N{name} or \N{U+41}, not a counted \N. */
const NAMED_CHARACTER = /\{(?! *\d* *(?:, *\d* *)?\})/y;

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'lastLine'],
  ['b', 'word'],
  ['B', 'notWord'],
]);

const CARRIAGE_RETURN = 0x0d;
const NEWLINE = 0x0a;
const OTHER_BREAKS = ByteSet.of(NEWLINE, 0x0b, 0x0c, CARRIAGE_RETURN, 0x85);

/** `\R`: a carriage return before a newline never stands alone. */
const LINE_BREAK: Tree = {
  kind: 'choice',
  branches: [
    { kind: 'sequence', items: [byte(CARRIAGE_RETURN), byte(NEWLINE)] },
    {
      kind: 'sequence',
      items: [
        {
          kind: 'look',
          behind: false,
          negative: true,
          body: { kind: 'sequence', items: [byte(CARRIAGE_RETURN), byte(NEWLINE)] },
        },
        { kind: 'byte', set: OTHER_BREAKS },
      ],
    },
  ],
};

function byte(code: number): Tree {
  return { kind: 'byte', set: ByteSet.of(code) };
}

/** After a backslash: what it and the next characters stand for; no reference to a group. */
export function readEscape(text: PatternText, ignoreCase: boolean): Tree {
  const letter = text.match(/(?=([A-Za-z]))/y)?.[1];
  const code = readEscapedByte(text);
  if (code !== undefined) {
    // \x{41}, \x41 and \cA may be followed by a brace, but no single letter may.
    if (letter !== undefined && !'xoc'.includes(letter)) refuseBrace(text);
    return literal(code, ignoreCase);
  }
  if (text.done) throw new PatternError('trailing \\');
  const char = text.next();
  if (char === 'N' && text.match(NAMED_CHARACTER)) {
    throw new PatternError('\\N{} is not supported');
  }
  if ((char === 'b' || char === 'B') && text.at('{')) {
    throw new PatternError(`\\${char}{} is not supported`);
  }
  if ('GXCpPgk'.includes(char)) throw new PatternError(`\\${char} is not supported`);
  if (letter !== undefined) refuseBrace(text);
  if (char === 'R') return LINE_BREAK;
  // Where a match begins does not matter: all that is asked is whether there is one.
  if (char === 'K') return NOTHING;
  const set = ESCAPE_CLASSES.get(char);
  if (set) return { kind: 'byte', set };
  const place = PLACES.get(char);
  return place ? { kind: 'at', place } : literal(char.charCodeAt(0), ignoreCase);
}

/** As Perl does: the letter and the brace may have been meant as one. */
function refuseBrace(text: PatternText): void {
  if (!text.at('{') || text.sees(COUNT)) return;
  throw new PatternError('unescaped left brace after an escaped letter');
}

/** @throws PatternError for a character that is no byte */
export function literal(code: number, ignoreCase: boolean): Tree {
  const set = ByteSet.of(byteOf(code));
  return { kind: 'byte', set: ignoreCase ? set.foldCase() : set };
}
