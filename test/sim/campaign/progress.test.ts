/** Ranges of seeds that are gone on with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piecesLeft, type Range, readProgress, withRange } from './progress.js';
import { emptyTally } from './tally.js';

const range = (from: number, to: number, commit = 'a'): Range => ({
  set: 'swarm',
  from,
  to,
  commit,
});

test('what was played is not played again, and touching ranges become one', () => {
  const nothing = readProgress(undefined);
  assert.deepEqual(piecesLeft(nothing, 'swarm', 1, 250), [
    [1, 100],
    [101, 200],
    [201, 250],
  ]);
  const tally = { ...emptyTally(), runs: 100 };
  const middle = withRange(nothing, range(101, 200), 5, tally);
  assert.deepEqual(piecesLeft(middle, 'swarm', 50, 350), [
    [50, 100],
    [201, 300],
    [301, 350],
  ]);
  assert.deepEqual(piecesLeft(middle, 'cable', 150, 160), [[150, 160]]);
  const more = withRange(middle, range(201, 300), 6, tally);
  assert.deepEqual(more.ranges, [range(101, 300)]);
  assert.deepEqual([more.cpu, more.tally.runs], [11, 200]);
  const other = withRange(more, range(1, 100, 'b'), 1, tally);
  assert.deepEqual(other.ranges, [range(1, 100, 'b'), range(101, 300)]);
  assert.deepEqual(piecesLeft(other, 'swarm', 1, 300), []);
});
