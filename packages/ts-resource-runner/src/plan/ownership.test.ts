/** The texts measured on the genuine ResourceManager 3.0.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { saysRunning } from './ownership.js';

const OWNED = [
  'running',
  'foo is running (pid 3)',
  'Running',
  'OK',
  'NOT OK',
  'notrunning',
  'INFO:  Running OK',
];
const NOT_OWNED = [
  'not running',
  'is NOT running',
  'not yet Running',
  'stopped',
  'ok',
  'RUNNING',
  'not ok, running',
  'INFO:  Resource is stopped',
  'loopback',
  '',
];

test('a status text is judged as by ResourceManager', () => {
  for (const text of OWNED) assert.equal(saysRunning(text), true, text);
  for (const text of NOT_OWNED) assert.equal(saysRunning(text), false, text);
});

test('the first "not " in front of any later "running" decides', () => {
  const words = fc.constantFrom('not ', 'NOT', 'running', 'Running', 'OK', ' ', '\n', 'is');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      const denied = /[Nn][Oo][Tt] [\s\S]*[Rr]unning/.test(text);
      const claimed = /[Rr]unning|OK/.test(text);
      assert.equal(saysRunning(text), claimed && !denied);
    }),
  );
});
