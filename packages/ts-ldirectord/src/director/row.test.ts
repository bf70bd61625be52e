/** A list in parts: what it holds, and that it is never changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Row } from './row.js';

test('a row is as long as what it is made of, and gives it back in order', () => {
  for (const length of [0, 1, 31, 32, 33, 1000]) {
    const entries = Array.from({ length }, (_, index) => `${index}`);
    const row = Row.of(entries);
    assert.equal(row.length, length);
    assert.deepEqual([...row], entries);
    assert.equal(row.at(length - 1), entries.at(-1));
    assert.equal(row.at(length), undefined);
    assert.equal(row.at(-1), undefined);
  }
});

test('a row with one entry replaced is another one; the first stays as it is', () => {
  const first = Row.of(Array.from({ length: 100 }, (_, index) => index));
  const second = first.with(64, -1);
  assert.equal(first.at(64), 64);
  assert.equal(second.at(64), -1);
  assert.deepEqual(
    [...second],
    [...first].map((entry) => (entry === 64 ? -1 : entry)),
  );
  for (const index of [100, -1]) assert.throws(() => first.with(index, 0), RangeError);
});
