/** The lines of a configuration file, numbered, with what the grammar makes of their indentation. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its newline. */
  readonly text: string;
  /** With its newline, if it has one: "Unknown command" repeats it. */
  readonly raw: string;
}

/** Beyond any real directive, and a bound on the time the patterns of the grammar can take. */
export const LINE_LENGTH_MAX = 4096;
/** Some twenty thousand reals: more than one director is given. */
export const FILE_SIZE_MAX = 1024 * 1024;

export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const next = newline < 0 ? to : to + 1;
    lines.push({
      number: lines.length + 1,
      text: text.slice(from, to),
      raw: text.slice(from, next),
    });
    from = next;
  }
  return lines;
}

/** A line that is only a comment, indented or not. */
export function isComment(text: string): boolean {
  return /^[ \t\n\v\f\r]*#/.test(text);
}

export function isBlank(text: string): boolean {
  return /^[ \t\n\v\f\r]*$/.test(text);
}

/**
 * The command on a line of a block, or undefined when the line is not indented far enough and so
 * ends the block. A comment is cut off wherever its `#` stands, quotes or not; a tab counts as four
 * blanks everywhere in the line (ldirectord 4.12).
 */
export function blockCommand(text: string): string | undefined {
  const plain = text.replace(/#.*/s, '').replaceAll('\t', '    ');
  return /^ {4,}([^\n]+)/.exec(plain)?.[1];
}

/** A directive: its name and the rest of the line after `=` and any blanks. */
export interface Directive {
  readonly name: string;
  readonly value: string;
}

/** Reads `name = value`; undefined for anything else. Names begin in the first column. */
export function readDirective(text: string): Directive | undefined {
  const match = /^([A-Za-z0-9_]+)[ \t\v\f\r]*=[ \t\v\f\r]*([^\n]*)/.exec(text);
  if (!match) return undefined;
  return { name: match[1] ?? '', value: match[2] ?? '' };
}

/** The column (from 1) where the value of a directive begins, else where the line's text does. */
export function valueColumn(text: string): number {
  const match = /^[^=]*=[ \t\v\f\r]*/.exec(text) ?? /^[ \t]*/.exec(text);
  return (match?.[0].length ?? 0) + 1;
}
