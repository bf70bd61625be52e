/** A configuration's texts, which are bytes, on their way to files, programs and terminals. */

/** The file whose name has exactly these bytes. */
export function fileName(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The text as a terminal or a log in UTF-8 shows it, and as an argument of a program. */
export function readable(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}
