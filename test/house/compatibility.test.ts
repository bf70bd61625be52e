/** docs/compatibility.md: every row names tests that exist, and nothing is without a row. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SUBCOMMANDS } from '@ts-heartbeat/client/subcommand';
import { REQUEST_TYPES } from '@ts-heartbeat/core/api/requests';
import { DIRECTIVES } from '@ts-heartbeat/core/config/hacf';
import { USAGE } from 'ts-heartbeat/command/options';
import { VERBS } from 'ts-ldirectord/command/arguments';
import { SERVICES } from 'ts-ldirectord/config/config';
import { LDIRECTORD_DIRECTIVES } from './ldirectorddirectives.js';
import { ROOT } from './sources.js';
import { unwritten } from './writtenlines.js';

const FOLDER = 'docs/compatibility';
const TABLES = readdirSync(path.join(ROOT, FOLDER));

const VERDICT = /^(?:same|better|accepted|refused)(?<unseen>, not shown by a test)?$|^left out$/;

interface Row {
  readonly table: string;
  /** The first cell: what the row is about. */
  readonly about: string;
  readonly verdict: string;
  readonly tests: string;
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function cellsOf(line: string): readonly string[] {
  return line.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/** The rows below a heading that has the two columns. */
function rowsOf(table: string): readonly Row[] {
  const rows: Row[] = [];
  let heading: readonly string[] = [];
  for (const line of read(`${FOLDER}/${table}`).split('\n')) {
    if (!line.startsWith('|')) heading = [];
    else if (heading.length === 0) heading = cellsOf(line);
    else if (!line.startsWith('| ---')) {
      const cells = cellsOf(line);
      assert.equal(cells.length, heading.length, line);
      const cell = (name: string): string => cells[heading.indexOf(name)] ?? '';
      const [, about = ''] = cells;
      rows.push({ table, about, verdict: cell('here'), tests: cell('shown by') });
    }
  }
  return rows;
}

const ROWS = TABLES.flatMap(rowsOf);

interface Named {
  readonly file: string;
  /** A title, or another text in the file. */
  readonly text?: string;
}

/** The tests of a last cell: `file`: text; `file`: text. */
function namedIn(tests: string): readonly Named[] {
  if (tests === '') return [];
  return tests.split(/; (?=`)/).map((one) => {
    const [, file = '', text] = /^`([^`]+)`(?:: (.+))?$/.exec(one) ?? [];
    return text === undefined ? { file } : { file, text };
  });
}

/** What is wrong with the tests of a row: files, and texts in them, that are not there. */
function missing({ about, verdict, tests }: Row): readonly string[] {
  const seen = VERDICT.exec(verdict);
  if (seen === null) return [`${about}: "${verdict}" is no verdict`];
  const named = namedIn(tests);
  const unseen = seen.groups?.unseen !== undefined || verdict === 'left out';
  if (unseen !== (named.length === 0)) return [`${about}: ${verdict}, and ${named.length} tests`];
  return named.flatMap(({ file, text = '' }) => {
    const found = file !== '' && existsSync(path.join(ROOT, file)) && contains(read(file), text);
    return found ? [] : [`${about}: not there: ${file}: ${text}`];
  });
}

/** Quotes of a text may be escaped in the file. */
function contains(file: string, text: string): boolean {
  return file.includes(text) || file.replaceAll('\\', '').includes(text);
}

test('every row has a verdict and names tests that exist', () => {
  assert.ok(ROWS.length > 250);
  assert.deepEqual(ROWS.flatMap(missing), []);
});

test('rows that are wrong are caught', () => {
  const row = { table: 'x.md', about: 'x', verdict: 'same', tests: '' };
  const wrong = [
    row,
    { ...row, verdict: 'nearly' },
    { ...row, verdict: 'left out', tests: '`README.md`' },
    { ...row, tests: '`test/nothing.test.ts`' },
    { ...row, tests: '`README.md`: there is no such text in it' },
    { ...row, tests: 'README.md' },
  ];
  for (const one of wrong) assert.equal(missing(one).length, 1, JSON.stringify(one));
  const tests = '`README.md`; `README.md`: ts-heartbeat';
  assert.deepEqual(missing({ ...row, tests }), []);
});

test('the document names every table, and the other documents that have rows', () => {
  const index = read('docs/compatibility.md');
  for (const table of TABLES) assert.ok(index.includes(`](compatibility/${table})`), table);
  for (const other of ['directives.md', 'resource-scripts.md', 'differences.md']) {
    assert.ok(index.includes(`](${other})`), other);
  }
});

test('every file that is named anywhere in it exists', () => {
  const documents = ['docs/compatibility.md', ...TABLES.map((table) => `${FOLDER}/${table}`)];
  for (const document of documents) {
    for (const [, file = ''] of read(document).matchAll(/`((?:test|packages)\/[^`\s]*)`/g)) {
      assert.ok(existsSync(path.join(ROOT, file)), `${document}: ${file}`);
    }
  }
});

/** Which of these names none of the first cells has. */
function without(about: readonly string[], names: Iterable<string>): readonly string[] {
  const words = new Set(about.flatMap((cell) => cell.split(/[^\w-]+/)));
  return [...names].filter((name) => !words.has(name));
}

/** The first cells of one of the tables. */
function aboutOf(table: string): readonly string[] {
  return ROWS.filter((row) => row.table === table).map(({ about }) => about);
}

test('every directive, service, option, verb, request and function has a row', () => {
  const directives = read('docs/directives.md').split('\n');
  const hacf = directives.map((line) => cellsOf(line)[1] ?? '');
  assert.deepEqual(without(hacf, DIRECTIVES), []);
  assert.deepEqual(without(aboutOf('ldirectord.md'), [...LDIRECTORD_DIRECTIVES, ...SERVICES]), []);
  const [, letters = ''] = /\[-(\w+)\]/.exec(USAGE) ?? [];
  const options = [...`${letters}C`].map((letter) => `-${letter}`);
  assert.deepEqual(
    without(aboutOf('commands.md'), [...options, ...SUBCOMMANDS.keys(), ...VERBS]),
    [],
  );
  assert.deepEqual(without(aboutOf('files.md'), REQUEST_TYPES), []);
  const shellfuncs = read('packages/ts-resource-runner/scripts/shellfuncs');
  const functions = [...shellfuncs.matchAll(/^((?!__)\w+)\(\)/gm)].map(([, name = '']) => name);
  assert.deepEqual(without(aboutOf('scripts.md'), functions), []);
});

test('each log line that is there is one that a program writes, or a test expects', () => {
  let count = 0;
  for (const { table, about, verdict, tests } of ROWS) {
    if (table !== 'log-lines.md' || verdict !== 'same') continue;
    // A line that is put together of parts stands as a whole in the test.
    const texts = namedIn(tests).map(({ file }) => read(file));
    for (const [, line = ''] of about.matchAll(/`([^`]+)`/g)) {
      assert.deepEqual(unwritten(line.replace(/^ipfail: /, ''), texts), [], line);
      count += 1;
    }
  }
  assert.ok(count > 80);
});
