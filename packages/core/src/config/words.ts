/** Lines of ha.cf as words: what is a comment, and what stands between words (heartbeat 3.0.6). */
import type { Word } from './draft.js';
import type { Piece } from './file.js';

/** A line that is not empty: its first word, and what follows. */
export interface Line {
  readonly directive: Word;
  /** From the second word to the end, without commas before it; empty where there is none. */
  readonly rest: Word;
}

/** Cuts off comment and line end; undefined for a line without a word. */
export function lineOf({ text, line, column }: Piece): Line | undefined {
  // No quoting: a # ends the line wherever it stands, and so does a carriage return.
  const end = text.search(/[#\r]/);
  const content = end < 0 ? text : text.slice(0, end);
  const [, blank = '', directive = '', gap = '', rest = ''] =
    /^([ \t\f]*)([^ \t\f]*)([ \t\f,]*)(.*)$/s.exec(content) ?? [];
  if (directive === '') return undefined;
  const start = column + blank.length;
  return {
    directive: { text: directive, line, column: start },
    rest: { text: rest, line, column: start + directive.length + gap.length },
  };
}

function wordsBetween(separators: RegExp, { text, line, column }: Word): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (const word of text.split(separators)) {
    if (word !== '') words.push({ text: word, line, column: column + at });
    // A separator is one character.
    at += word.length + 1;
  }
  return words;
}

/** Words between blanks. */
export function blankWords(rest: Word): readonly Word[] {
  return wordsBetween(/[ \t\f]/, rest);
}

/** Words between blanks and commas. */
export function commaWords(rest: Word): readonly Word[] {
  return wordsBetween(/[ \t\f,]/, rest);
}
