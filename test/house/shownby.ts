/** Tables of the documents whose rows name, in a column `shown by`, the tests that show them. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './sources.js';

export interface Row {
  readonly document: string;
  /** The first cell: what the row is about. */
  readonly about: string;
  /** The column `here`; empty where the table has none. */
  readonly verdict: string;
  readonly tests: string;
}

export interface Named {
  readonly file: string;
  /** A title, or another text in the file. */
  readonly text?: string;
}

/** A file of the repository. */
export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** The cells of a line; the first and the last are what stands outside of the table. */
export function cellsOf(line: string): readonly string[] {
  return line.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/** The rows of every table of a document. Throws where cells are missing. */
export function rowsOf(document: string): readonly Row[] {
  const rows: Row[] = [];
  let heading: readonly string[] = [];
  for (const line of read(document).split('\n')) {
    if (!line.startsWith('|')) heading = [];
    else if (heading.length === 0) heading = cellsOf(line);
    else if (!line.startsWith('| ---')) {
      const cells = cellsOf(line);
      if (cells.length !== heading.length) throw new Error(`${document}: ${line}`);
      const cell = (name: string): string => cells[heading.indexOf(name)] ?? '';
      const [, about = ''] = cells;
      rows.push({ document, about, verdict: cell('here'), tests: cell('shown by') });
    }
  }
  return rows;
}

/** The tests of a last cell: `file`: text; `file`: text. */
export function namedIn(tests: string): readonly Named[] {
  if (tests === '') return [];
  return tests.split(/; (?=`)/).map((one) => {
    const [, file = '', text] = /^`([^`]+)`(?:: (.+))?$/.exec(one) ?? [];
    return text === undefined ? { file } : { file, text };
  });
}

/** Which of the tests of a row are not there: the file, or the text in it. */
export function notThere({ about, tests }: Row): readonly string[] {
  return namedIn(tests).flatMap(({ file, text = '' }) => {
    const found = file !== '' && existsSync(path.join(ROOT, file)) && contains(read(file), text);
    return found ? [] : [`${about}: not there: ${file}: ${text}`];
  });
}

/** Quotes of a text may be escaped in the file. */
function contains(file: string, text: string): boolean {
  return file.includes(text) || file.replaceAll('\\', '').includes(text);
}

/** Which of these names none of the first cells has. */
export function without(about: readonly string[], names: Iterable<string>): readonly string[] {
  const words = new Set(about.flatMap((cell) => cell.split(/[^\w-]+/)));
  return [...names].filter((name) => !words.has(name));
}
