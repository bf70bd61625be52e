/** Tests of the pace of a serial line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinePace } from './linepace.js';

test('no more is put on the line than it carries in two seconds', () => {
  const pace = new LinePace(19200);
  let put = 0;
  while (pace.mayPut(1000)) {
    pace.put(240, 1000);
    put += 240;
  }
  // 1920 bytes a second, and the message that goes beyond the limit.
  assert.equal(put, 4080);
  assert.equal(pace.mayPut(1100), false);
  assert.equal(pace.mayPut(1250), true);
});

test('a message longer than the limit follows an empty line, and no other follows it', () => {
  const pace = new LinePace(9600);
  assert.equal(pace.mayPut(0), true);
  pace.put(12_000, 0);
  assert.equal(pace.mayPut(10_000), false);
  assert.equal(pace.mayPut(10_600), true);
});
