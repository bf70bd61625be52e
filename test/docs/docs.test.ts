/** Every command that the documents have a reader type is run by some test. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sources } from '../house/sources.js';
import { REPOSITORY } from '../lab/place.js';
import { type Command, commandsOf, programsOf } from './commands.js';
import { ELSEWHERE, type Elsewhere, OWN_SUITE, SPOKEN_OF } from './elsewhere.js';
import { LAB_SHELL, STEPS } from './onnode.js';
import { SCRIPTS, wrongInTree } from './tree.js';

/** A changelog tells of what was; what it names need not be there any more. */
const DOCUMENTS = sources().filter(({ path }) => /(?<!^CHANGELOG)\.md$/.test(path));

const ALL = DOCUMENTS.flatMap(({ path, text }) => commandsOf(path, text));
const OWN = ALL.filter(({ document, inline }) =>
  OWN_SUITE.some(
    ({ documents, covers }) => documents.test(document) && (covers === 'everything' || !inline),
  ),
);
const COMMANDS = ALL.filter((command) => !OWN.includes(command));

/** What is run in this suite, word for word. */
const RUN_HERE = new Set([
  ...STEPS.map(({ command }) => command),
  LAB_SHELL.command,
  ...LAB_SHELL.orders.map((order) => `lab> ${order}`),
]);
const SHOWN = DOCUMENTS.flatMap(({ path, text }) => programsOf(path, text));
const NAMED = new Set([...ELSEWHERE.map(({ command }) => command), ...SPOKEN_OF]);
const RUN = [...RUN_HERE, ...NAMED, ...OWN.map(({ text }) => text)];

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

/** Why a command is run by no test; undefined if it is. A sentence may name the beginning of one. */
function unrun({ text, inline }: Command): string | undefined {
  if (RUN.some((one) => one === text || (inline && one.startsWith(`${text} `)))) return undefined;
  const wrong = wrongInTree(text);
  return wrong === null ? 'no test runs it: see onnode.ts and elsewhere.ts' : wrong;
}

test('each command is run by a test', () => {
  assert.ok(COMMANDS.length > 150);
  const found = COMMANDS.flatMap((command) => {
    const why = unrun(command);
    return why === undefined
      ? []
      : [`${command.document}:${command.line}: ${command.text}: ${why}`];
  });
  assert.deepEqual(found, []);
});

test('each program that a document shows is run by a test', () => {
  assert.ok(SHOWN.length > 5);
  assert.deepEqual(
    SHOWN.filter(({ text }) => !RUN_HERE.has(text)),
    [],
  );
});

/** Whether the words stand in a line of the file that is no remark, and go on with none. */
function stands(words: string, file: string): boolean {
  const place = new RegExp(
    `(?<![\\w-])${words.replace(/[.*+?^$\\/()[\]{}|]/g, '\\$&')}(?![\\w./-])`,
  );
  const lines = read(file).split('\n');
  return lines.some((line) => place.test(line) && !/^\s*(?:\/?\*|\/\/)/.test(line));
}

/** Whether what is typed is the command, but for words in capitals. */
function isTyped({ command, typed }: Elsewhere): boolean {
  const words = typed.split(' ');
  return command.split(' ').every((word, i) => word === words[i] || /^[A-Z]+$/.test(word));
}

test('what is said to be run elsewhere stands there, as it is typed', () => {
  const missing = ELSEWHERE.filter(
    (one) => !/^test\/.*\.ts$/.test(one.file) || !isTyped(one) || !stands(one.typed, one.file),
  );
  assert.deepEqual(missing, []);
  const documents = DOCUMENTS.map(({ path }) => path);
  for (const { documents: pattern, file } of OWN_SUITE) {
    const folder = documents
      .find((path) => pattern.test(path))
      ?.split('/', 2)
      .join('/');
    assert.ok(folder !== undefined && read(file).includes(folder), file);
  }
});

test('nothing is in a table that no document says', () => {
  const said = new Set([...COMMANDS, ...SHOWN].map(({ text }) => text));
  const stale = [...RUN_HERE, ...NAMED].filter((command) => !said.has(command));
  assert.deepEqual(stale, []);
});

test('each script that the documents name is one of package.json', () => {
  const found = DOCUMENTS.flatMap(({ path, text }) => {
    const names = [...text.matchAll(/`((?:test|bench):\w+)`/g)].map(([, name = '']) => name);
    return names.filter((name) => SCRIPTS[name] === undefined).map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(found, []);
});

test('what is wrong is noticed', () => {
  const text = [
    '    npm run no:such',
    '    npm run sim -- --nosuch 3',
    '    node test/run.mjs test/nosuch',
    '    node --test test/dist/docs/nosuch.test.js',
    '    node test/dist/docs/nosuch.js',
    '    TS_NOSUCH=1 npm test',
    '    npx tsc -b packages/nosuch',
    '    heartbeat --nosuch',
    'So far.',
    '    backup# uname -s',
    '    Linux',
    '',
    'Or `ldirectord nosuch.cf start`, which says `node backup: is dead`.',
  ].join('\n');
  const reasons = commandsOf('a document', text).map(unrun);
  assert.equal(reasons.length, 10);
  assert.deepEqual(
    reasons.filter((why) => why === undefined),
    [],
  );
  const unclear = '    npm test\n    all is well';
  assert.throws(() => commandsOf('a document', unclear), /a document:2: is this a command/);
});
