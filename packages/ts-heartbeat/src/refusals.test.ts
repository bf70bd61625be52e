/** Tests of counting and telling what was refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from './refusals.js';

test('all is counted, and one line a second is made and told', () => {
  let now = 0;
  let made = 0;
  const lines: string[] = [];
  const refusals = new Refusals(
    (severity, text) => void lines.push(`${severity}: ${text}`),
    () => now,
  );
  const line = (text: string) => () => {
    made += 1;
    return { severity: 'warn', text } as const;
  };
  assert.deepEqual(refusals.rows, []);
  for (; now < 3000; now += 100) {
    refusals.note('eth0', 'auth.digest', line('bad'));
    refusals.note('eth1', 'replay', line('old'));
    refusals.note('eth1', 'malformed.start');
    refusals.note('eth1', 'malformed.size', () => undefined);
  }
  assert.deepEqual(lines, [
    'warn: bad',
    'warn: bad (and 29 more refused messages)',
    'warn: bad (and 29 more refused messages)',
  ]);
  assert.equal(made, 3);
  assert.deepEqual(refusals.rows, [
    'Messages refused on eth0: 30 (auth.digest 30)',
    'Messages refused on eth1: 90 (replay 30, malformed.start 30, malformed.size 30)',
  ]);
});
