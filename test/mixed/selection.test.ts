/** The matrices have what they promise. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { cellName, MEDIA, METHODS, SPECIAL_MEDIA } from './cell.js';
import { fullMatrix, PAIRS, reducedMatrix } from './selection.js';

const ALL_MEDIA = [...MEDIA, ...SPECIAL_MEDIA];

test('the full matrix has every combination once', () => {
  const cells = fullMatrix(PAIRS);
  const names = new Set(cells.map(cellName));
  assert.equal(names.size, cells.length);
  for (const pair of PAIRS) {
    const of = cells.filter((cell) => cell.pair === pair);
    for (const medium of MEDIA) {
      const here = of.filter((cell) => cell.medium === medium);
      const on = here.filter((cell) => cell.failback === 'on').map((cell) => cell.method);
      assert.deepEqual(on, METHODS);
      const others = here.map((cell) => cell.failback).filter((failback) => failback !== 'on');
      assert.deepEqual(others, ['off', 'legacy']);
    }
    assert.deepEqual(new Set(of.map((cell) => cell.medium)), new Set(ALL_MEDIA));
    assert.equal(of.filter((cell) => cell.address).length, 1);
  }
});

test('the reduced matrix has every value', () => {
  const cells = reducedMatrix(PAIRS);
  assert.deepEqual(new Set(cells.map((cell) => cell.medium)), new Set(ALL_MEDIA));
  assert.deepEqual(new Set(cells.map((cell) => cell.method)), new Set(METHODS));
  assert.deepEqual(new Set(cells.map((cell) => cell.failback)), new Set(['on', 'off', 'legacy']));
  for (const pair of PAIRS) {
    assert.ok(cells.some((cell) => cell.pair === pair && cell.address));
  }
});
