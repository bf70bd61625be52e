/** The judge of "exactly one holder" sees what it must see. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Ledger } from './ledger.js';

/** `100 a+` is: at 100 ms node a begins to hold. */
function ledger(...changes: readonly string[]): Ledger {
  const made = new Ledger();
  for (const change of changes) {
    const [, at, node = '', sign] = /^(\d+) (\w+)([+-])$/.exec(change) ?? [];
    made.add({ at: Number(at), node, group: 'g', held: sign === '+' });
  }
  return made;
}

test('a handover leaves a gap and no moment with two holders', () => {
  const moved = ledger('100 a+', '500 a-', '700 b+');
  assert.deepEqual(moved.judge('g', 200, 1000), { bothMs: 0, noneMs: 200 });
  assert.deepEqual(moved.holders('g'), ['b']);
  assert.deepEqual(moved.heldBy('b'), ['g']);
  assert.deepEqual(moved.heldBy('a'), []);
});

test('two holders are seen, in whatever order the changes arrive', () => {
  const torn = ledger('700 b+', '100 a+', '750 a-');
  assert.deepEqual(torn.judge('g', 0, 1000), { bothMs: 50, noneMs: 100 });
});

test('only the time between the instants counts', () => {
  const moved = ledger('100 a+', '500 a-', '700 b+');
  assert.deepEqual(moved.judge('g', 550, 600), { bothMs: 0, noneMs: 50 });
  assert.deepEqual(moved.judge('g', 800, 900), { bothMs: 0, noneMs: 0 });
  assert.deepEqual(ledger().judge('g', 0, 300), { bothMs: 0, noneMs: 300 });
});

test('a start of what is held, and a stop of what is not, change nothing', () => {
  const still = ledger('100 a+', '200 b-', '300 a+');
  assert.deepEqual(still.judge('g', 100, 400), { bothMs: 0, noneMs: 0 });
});
