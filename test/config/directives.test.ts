/** docs/directives.md has every directive that the parser knows, and names tests that exist. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DIRECTIVES } from '@ts-heartbeat/core/config/hacf';
import { ROWS } from '@ts-heartbeat/core/config/rows/rows.fixture';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TABLE = readFileSync(`${ROOT}docs/directives.md`, 'utf8');

interface Row {
  readonly name: string;
  readonly here: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

/** One row of the table: six cells, of which the first is the directive. */
function rowOf(line: string): Row | undefined {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, name] = /^`(\w+)`$/.exec(cells[1] ?? '') ?? [];
  if (name === undefined) return undefined;
  assert.equal(cells.length, 8, line);
  const named = (cells[6] ?? '').matchAll(/`([^`]+)`: (.*?)(?=; `|$)/g);
  const tests = [...named].map(([, file = '', title = '']) => ({ file, name: title }));
  return { name, here: cells[5] ?? '', tests };
}

const rows = TABLE.split('\n').flatMap((line) => rowOf(line) ?? []);

test('the table has every directive of the parser, and one that is refused as unknown', () => {
  const told = rows.map(({ name }) => name);
  assert.deepEqual([...told].sort(), [...DIRECTIVES, 'hbaping'].sort());
});

test('every row says what becomes of the directive', () => {
  for (const { name, here } of rows) {
    assert.match(here, /honoured|accepted|refused/, name);
  }
});

/** Configurations that were given to both programs, by what they begin with. */
const TRIED = new Set(ROWS.map(({ title }) => title.split('\n', 1)[0]));
const TRIED_ON_BOTH = new Set(
  ROWS.filter(({ differs }) => differs === undefined).map(({ title }) => title.split('\n', 1)[0]),
);
/** The tests that try the configurations, and which. */
const TRIALS: ReadonlyMap<string, ReadonlySet<string | undefined>> = new Map([
  ['test/config/genuine.test.ts', TRIED_ON_BOTH],
  ['packages/core/src/config/startup.test.ts', TRIED],
]);

/** A name as it stands in a source, quoted in whatever way. */
function contains(file: string, name: string): boolean {
  const trials = TRIALS.get(file);
  if (trials !== undefined) return trials.has(name);
  const path = `${ROOT}${file}`;
  if (!existsSync(path)) return false;
  return ["'", '"', '`'].some((quote) => readFileSync(path, 'utf8').includes(quote + name + quote));
}

test('every directive is shown by a test, and every test that is named exists', () => {
  const missing = rows.flatMap(({ name, tests }) => {
    if (tests.length === 0) return [`${name}: nothing shows it`];
    const absent = tests.filter((one) => !contains(one.file, one.name));
    return absent.map((one) => `${name}: ${one.file}: ${one.name}`);
  });
  assert.deepEqual(missing, []);
});
