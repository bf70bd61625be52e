/** The sequence window of a peer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { acknowledgeable, EMPTY_WINDOW, GAP_MAX, judge, lapse, MISSING_MAX } from './sequence.js';

test('in any order, each number is new once, and at the end nothing is missing', () => {
  const orders = fc.integer({ min: 2, max: 60 }).chain((count) => {
    const numbers = Array.from({ length: count }, (_, index) => index + 2);
    const copies = fc.array(fc.integer({ min: 1, max: count + 1 }), { maxLength: 20 });
    const order = fc.shuffledSubarray(numbers, { minLength: count, maxLength: count });
    return fc.tuple(order, copies);
  });
  fc.assert(
    fc.property(orders, ([order, copies]) => {
      let window = EMPTY_WINDOW;
      const accepted: number[] = [];
      for (const seq of [1, ...order, ...copies]) {
        const verdict = judge(window, seq, () => 0);
        assert.notEqual(verdict.kind, 'resync');
        if (verdict.kind === 'duplicate') continue;
        window = verdict.window;
        accepted.push(seq);
      }
      assert.deepEqual(accepted, [1, ...order]);
      assert.equal(window.missing.size, 0);
      assert.equal(acknowledgeable(window), order.length + 1);
    }),
  );
});

test('nothing above the first missing number is acknowledged', () => {
  let window = EMPTY_WINDOW;
  for (const seq of [1, 2, 5, 6]) {
    const verdict = judge(window, seq, () => 0);
    assert.ok(verdict.kind !== 'duplicate');
    window = verdict.window;
  }
  assert.equal(acknowledgeable(window), 2);
});

test('a gap larger than the limit begins the window anew', () => {
  const { window } = { window: { last: 1, missing: new Map<number, number>() } };
  assert.equal(judge(window, GAP_MAX + 2, () => 0).kind, 'gap');
  const verdict = judge(window, GAP_MAX + 3, () => 0);
  assert.equal(verdict.kind, 'resync');
  assert.ok(verdict.kind === 'resync' && verdict.window.missing.size === 0);
});

test('a dead peer is asked for nothing, and its copies are still known when it returns', () => {
  const window = lapse({ last: 7, missing: new Map([[5, 0]]) });
  for (const seq of [5, 7]) assert.equal(judge(window, seq, () => 0).kind, 'duplicate');
  const verdict = judge(window, 20, () => 0);
  assert.deepEqual(verdict, { kind: 'next', window: { last: 20, missing: new Map() } });
});

test('what is missing never grows beyond the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 100 }), (numbers) => {
      let window = EMPTY_WINDOW;
      for (const seq of numbers) {
        const verdict = judge(window, seq, () => 0);
        if (verdict.kind !== 'duplicate') window = verdict.window;
        assert.ok(window.missing.size <= MISSING_MAX);
      }
    }),
  );
});
