/** docs/compatibility.md: every row names tests that exist, and nothing is without a row. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SUBCOMMANDS } from '@ts-heartbeat/client/subcommand';
import { REQUEST_TYPES } from '@ts-heartbeat/core/api/requests';
import { DIRECTIVES } from '@ts-heartbeat/core/config/hacf';
import { USAGE } from 'ts-heartbeat/command/options';
import { VERBS } from 'ts-ldirectord/command/arguments';
import { SERVICES } from 'ts-ldirectord/config/config';
import { LDIRECTORD_DIRECTIVES } from './ldirectorddirectives.js';
import { cellsOf, namedIn, notThere, type Row, read, rowsOf, without } from './shownby.js';
import { ROOT } from './sources.js';
import { unwritten } from './writtenlines.js';

const FOLDER = 'docs/compatibility';
const TABLES = readdirSync(path.join(ROOT, FOLDER));

const VERDICT = /^(?:same|better|accepted|refused)(?<unseen>, not shown by a test)?$|^left out$/;

const ROWS = TABLES.flatMap((table) => rowsOf(`${FOLDER}/${table}`));

/** What is wrong with the verdict and the tests of a row. */
function missing(row: Row): readonly string[] {
  const { about, verdict } = row;
  const seen = VERDICT.exec(verdict);
  if (seen === null) return [`${about}: "${verdict}" is no verdict`];
  const count = namedIn(row.tests).length;
  const unseen = seen.groups?.unseen !== undefined || verdict === 'left out';
  return unseen !== (count === 0) ? [`${about}: ${verdict}, and ${count} tests`] : notThere(row);
}

test('every row has a verdict and names tests that exist', () => {
  assert.ok(ROWS.length > 250);
  assert.deepEqual(ROWS.flatMap(missing), []);
});

test('rows that are wrong are caught', () => {
  const row = { document: 'x.md', about: 'x', verdict: 'same', tests: '' };
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

/** The first cells of one of the tables. */
function aboutOf(table: string): readonly string[] {
  return ROWS.filter(({ document }) => document === `${FOLDER}/${table}`).map(({ about }) => about);
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
  for (const { document, about, verdict, tests } of ROWS) {
    if (document !== `${FOLDER}/log-lines.md` || verdict !== 'same') continue;
    // A line that is put together of parts stands as a whole in the test.
    const texts = namedIn(tests).map(({ file }) => read(file));
    for (const [, line = ''] of about.matchAll(/`([^`]+)`/g)) {
      assert.deepEqual(unwritten(line.replace(/^ipfail: /, ''), texts), [], line);
      count += 1;
    }
  }
  assert.ok(count > 80);
});
