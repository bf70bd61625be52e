/** The parsers beside the genuine heartbeat 3.0.6: the same lines and the same exit status. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { filesOf, type Row } from '@ts-heartbeat/core/config/rows/row.fixture';
import { ROWS } from '@ts-heartbeat/core/config/rows/rows.fixture';
import type { Configuration, Outcome } from './outcome.js';

const HEARTBEATS = ['/usr/libexec/heartbeat/heartbeat', '/usr/lib/heartbeat/heartbeat'];
const BOX = fileURLToPath(new URL('../../config/box.sh', import.meta.url));
const INSIDE = fileURLToPath(new URL('./inside.js', import.meta.url));
/** All trials together; one takes a twentieth of a second. */
const TRIALS_MS_MAX = 240_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** Mixtures of lines, beside the single rows. */
const MIXTURES = 120;

function genuine(): string {
  const found = HEARTBEATS.find((path) => existsSync(path));
  assert.ok(found !== undefined, `no genuine heartbeat: ${HEARTBEATS.join(' or ')} is needed`);
  return found;
}

function tryAll(configurations: readonly Configuration[]): readonly Outcome[] {
  const { status, stdout, stderr } = spawnSync(BOX, [process.execPath, INSIDE, genuine()], {
    input: JSON.stringify(configurations),
    encoding: 'utf8',
    timeout: TRIALS_MS_MAX,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  assert.equal(status, 0, `the box failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Said by the genuine program of its own workings, not of a file. */
const NOISE = [
  /\]: debug: /,
  /Core dumps could be lost|Consider setting/,
  /Initializing connection to logging daemon failed/,
  /LoadPlugin on|Lookup extended#2|Table size:/,
  /Invalid dir in cl_set_corerootdir/,
  // Said also where it is not true.
  /setting must precede media statements/,
];
/** Lines in which the genuine program quotes what may be a secret; we do not. */
const QUOTES = [
  /(Auth line \[)[^\]]*(\] is invalid)/,
  /(Invalid auth line \[)[^\]]*(\] in )/,
  /(Invalid Stonith configuration parameter \[)[^\]]*(\])/,
];

function linesOf(stderr: string): readonly string[] {
  // The genuine line without an end, and the one that quotes the end of a line.
  const whole = stderr
    .replace(/(must precede media statements)(?!\n)/g, '$1\n')
    .replace(/(auth line \[[^\n\]]*)\r?\n\]/gi, '$1]');
  return whole
    .split('\n')
    .filter((line) => line !== '' && !NOISE.some((noise) => noise.test(line)))
    .map((line) => line.replace(/^\w{3} [ \d]\d \d\d:\d\d:\d\d (\S+ \w+:) \[\d+\]/, '$1'))
    .map((line) => line.replace(/^(heartbeat)\[\d+\]: \d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/, '$1'))
    .map((line) => QUOTES.reduce((text, quote) => text.replace(quote, '$1...$2'), line));
}

function compare({ genuine, ours }: Outcome): void {
  assert.deepEqual(linesOf(ours.stderr), linesOf(genuine.stderr));
  assert.equal(ours.exitCode, genuine.exitCode);
}

function configurationOf(row: Row): Configuration {
  return { ...filesOf(row), nodeinfo: row.nodeinfo, mode: row.mode };
}

const shortened = (title: string): string => (title.length < 80 ? title : title.slice(0, 79));

describe('every row', () => {
  const rows = ROWS.filter(({ differs }) => differs === undefined);
  let outcomes: readonly Outcome[] = [];
  before(() => {
    outcomes = tryAll(rows.map(configurationOf));
  });
  for (const [index, row] of rows.entries()) {
    test(shortened(row.title), () => {
      const outcome = outcomes[index];
      assert.ok(outcome !== undefined);
      compare(outcome);
      assert.equal(outcome.genuine.exitCode, row.exit);
    });
  }
});

/** A small generator: the same mixtures at every run. */
function* numbers(seed: number): Generator<number> {
  for (let value = seed; ; ) {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    yield value / 2 ** 32;
  }
}

const random = numbers(Number(process.env.MIXTURE_SEED ?? 1));

function pick(lines: readonly string[], count: number): string {
  const next = (): number => Math.floor((random.next().value ?? 0) * lines.length);
  return Array.from({ length: count }, () => lines[next()] ?? '').join('');
}

const NEUTRAL: Row = { title: '', exit: 0, says: [] };
const HACF_LINES = ROWS.filter(({ differs }) => differs === undefined)
  .flatMap(({ lines = '' }) => lines.split('\n'))
  .filter((line) => line !== '' && line.length < 200);
/** A method without a key is not among them: there the texts differ on purpose. */
const KEY_LINES = (
  'auth 1|auth 2x|auth -2|auth|auth x|auth15|abc|1 crc|1 crc k|2 sha1|2sha1 k|\t2 md5 k x|' +
  '15 MD5 k|16 crc|-1 crc|0x1 crc y|+1 crc|99999999999 crc|1|x 1|#1 crc| # x|\r|1 crc\r'
).split('|');
const RESOURCE_LINES = (
  'loadbalancer a|BACKUP b c\\|nosuch d|  e \\| # f \\|#g\\|\\|h \\ |\tbackup i\r|j\\\r|' +
  'loadbalancer|loadbalancer#k l|backup m # n \\'
).split('|');

describe('mixtures of lines', () => {
  const newline = (line: string): string => `${line}\n`;
  const keys = KEY_LINES.map(newline);
  const resources = RESOURCE_LINES.map(newline);
  const mixtures = Array.from({ length: MIXTURES }, (_, index) => {
    if (index % 3 === 0)
      return { ...filesOf(NEUTRAL), authkeys: `auth 1\n${pick(keys, 4)}1 crc\n` };
    if (index % 3 === 1) return { ...filesOf(NEUTRAL), haresources: pick(resources, 4) };
    return filesOf({ ...NEUTRAL, lines: pick(HACF_LINES.map(newline), 3) });
  });
  let outcomes: readonly Outcome[] = [];
  before(() => {
    outcomes = tryAll(mixtures);
  });
  for (const index of mixtures.keys()) {
    test(`mixture ${index}`, (context) => {
      const outcome = outcomes[index];
      assert.ok(outcome !== undefined);
      context.diagnostic(JSON.stringify(mixtures[index]));
      compare(outcome);
    });
  }
});
