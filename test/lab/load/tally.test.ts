/** The counts and the gap arithmetic of the load client. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from './tally.js';

test('answers are counted by server, and the gap runs from answer to answer', () => {
  const tally = new Tally(1000);
  tally.answered('real1', 1050);
  tally.failed('refused');
  tally.failed('late');
  tally.answered('real2', 1400);
  tally.answered('real1', 1450);
  assert.deepEqual(tally.take(1500), {
    fromMs: 1000,
    toMs: 1500,
    answers: { real1: 2, real2: 1 },
    failures: 2,
    refused: 1,
    longestGapMs: 350,
  });
});

test('a gap over several spans is seen in each, with its length so far', () => {
  const tally = new Tally(0);
  tally.answered('a', 100);
  assert.equal(tally.take(1000).longestGapMs, 900);
  assert.equal(tally.take(2000).longestGapMs, 1900);
  tally.answered('b', 2500);
  assert.equal(tally.take(3000).longestGapMs, 2400);
  assert.equal(tally.take(3100).longestGapMs, 600);
});

test('an answer that is told late does not turn the clock back', () => {
  const tally = new Tally(0);
  tally.answered('a', 500);
  tally.answered('b', 400);
  tally.answered('a', 700);
  assert.equal(tally.take(700).longestGapMs, 500);
});
