/** The three parsers given anything at all: no exception, bounded time, problems that say where. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ConfigFile } from './file.js';
import { machineFixture } from './machine.fixture.js';
import { ROWS } from './rows/rows.fixture.js';
import { readStartup, type Startup } from './startup.js';

/** A megabyte must take no longer; linear work takes a twentieth of it. */
const MEGABYTE_MS_MAX = 5000;
const MEGABYTE = 1024 * 1024;

function readAll(hacf: string, authkeys: string, haresources: string): Startup {
  const file = (name: string, text: string): ConfigFile => ({ path: `/etc/ha.d//${name}`, text });
  return readStartup(
    {
      hacf: file('ha.cf', hacf),
      authkeys: file('authkeys', authkeys),
      haresources: file('haresources', haresources),
    },
    machineFixture(),
  );
}

function check(startup: Startup, texts: readonly string[]): void {
  const lines = Math.max(...texts.map((text) => text.split('\n').length));
  for (const { line, column, text, code, file } of startup.problems) {
    assert.ok(Number.isInteger(line) && line >= 0 && line <= lines);
    assert.ok(Number.isInteger(column) && column >= 0);
    assert.ok(text !== '' && code !== '' && file !== '');
  }
  assert.equal(startup.settings === undefined, startup.exitCode !== 0);
  assert.equal(startup.keyring === undefined, startup.exitCode !== 0);
}

const words = ROWS.flatMap(({ lines = '', authkeys, haresources }) =>
  `${lines} ${authkeys ?? ''} ${haresources ?? ''}`.split(/\s+/),
).filter((word) => word !== '' && word.length < 100);
const word = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom('\\', '#', '::', ',', '=', '%', '.', '\0', '\r', '\v', '\f', '\ufeff', '\ud800'),
  fc.string({ maxLength: 20, unit: 'binary' }),
);
const separator = fc.constantFrom(' ', '\t', ',', '\n', '\\\n', '', '\r\n', ' #');
const text = fc
  .array(fc.tuple(word, separator), { maxLength: 60 })
  .map((pairs) => pairs.flat().join(''));

test('any words in any order', () => {
  fc.assert(
    fc.property(text, text, text, (hacf, authkeys, haresources) => {
      check(readAll(hacf, authkeys, haresources), [hacf, authkeys, haresources]);
    }),
    { numRuns: 2000 },
  );
});

test('any characters', () => {
  const any = fc.string({ maxLength: 400, unit: 'binary' });
  fc.assert(
    fc.property(any, any, any, (hacf, authkeys, haresources) => {
      check(readAll(hacf, authkeys, haresources), [hacf, authkeys, haresources]);
    }),
    { numRuns: 1000 },
  );
});

/** Shapes that make a careless parser slow. */
const SHAPES: Readonly<Record<string, string>> = {
  'one word': 'x',
  blanks: ' ',
  commas: ',',
  'deep continuation': 'a\\\n',
  'continued comments': '#\\\n',
  points: '1.',
  colons: '::',
  digits: '9',
  'short lines': 'b c\n',
  nodes: 'node x\n',
  'ping nodes': 'ping 10.0.0.1 10.0.0.2\n',
  'bad keys': '1 sha1\n',
  keys: 'auth 1\n1 sha1 x\n',
  'users and groups': 'apiauth x uid=root,root,root gid=,\n',
  commands: 'respawn root /bin/true\n',
  'empty lines': '\n',
  zeros: '\0',
};

const STARTS = ['', 'mcast eth0 ', 'apiauth x uid=', 'ping_group g ', 'stonith_host * '];

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`a megabyte of ${name}`, () => {
    for (const start of STARTS) {
      // Long enough for anything worse than linear to show, behind every start.
      const length = start === '' ? MEGABYTE : MEGABYTE / 16;
      const many = shape.repeat(length / shape.length);
      const begin = process.cpuUsage();
      const startup = readAll(`${start}${many}`, `1 sha1 ${many}`, `n ${many}`);
      // By the processor's time: other programs may want the processors as well.
      const { user, system } = process.cpuUsage(begin);
      assert.ok((user + system) / 1000 < MEGABYTE_MS_MAX);
      assert.notEqual(startup.exitCode, 0);
      assert.ok(startup.printed.length < 2000);
    }
  });
}
