/** A configuration file as the outside read it, and its lines as the genuine parsers see them. */

export interface ConfigFile {
  /** As texts name it; heartbeat 3.0.6 writes `/etc/ha.d//ha.cf`. */
  readonly path: string;
  /** The content; absent when it could not be read. authkeys is read as latin1. */
  readonly text?: string;
  /** True when it could not be read for want of permission (EACCES, EPERM). */
  readonly denied?: boolean;
  /** The permission bits of the file; only authkeys cares. */
  readonly mode?: number;
}

/** What one read of a line gives: a whole line, or a piece of one that is too long. */
export interface Piece {
  /** Without the line's end; cut at a NUL. */
  readonly text: string;
  /** The number of the line it stands in, from 1. */
  readonly line: number;
  /** The column of its first character, from 1. */
  readonly column: number;
  /** True when the line's end follows; false for all but the last piece of a long line. */
  readonly complete: boolean;
}

/**
 * The line buffer of all three genuine parsers holds 5120 bytes with the ending zero: what is
 * longer is read in pieces, each parsed as a line of its own (measured, 3.0.6).
 */
export const LINE_LENGTH_MAX = 5119;

/** Cuts a text into lines as `fgets` does for heartbeat 3.0.6. */
export function* piecesOf(text: string): Generator<Piece> {
  let line = 1;
  let lineStart = 0;
  while (lineStart < text.length) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline < 0 ? text.length : newline;
    let start = lineStart;
    // The newline itself needs a place in the buffer.
    while (lineEnd - start >= LINE_LENGTH_MAX) {
      yield piece(text, line, lineStart, start, start + LINE_LENGTH_MAX, false);
      start += LINE_LENGTH_MAX;
    }
    if (newline >= 0 || start < lineEnd) {
      yield piece(text, line, lineStart, start, lineEnd, newline >= 0);
    }
    lineStart = lineEnd + 1;
    line += 1;
  }
}

function piece(
  text: string,
  line: number,
  lineStart: number,
  start: number,
  end: number,
  complete: boolean,
): Piece {
  const content = text.slice(start, end);
  const nul = content.indexOf('\0');
  return {
    text: nul < 0 ? content : content.slice(0, nul),
    line,
    column: start - lineStart + 1,
    // A NUL hides the newline behind it.
    complete: complete && nul < 0,
  };
}
