/** Checks are spread over the interval, shared, and never wait for one another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueChecks, nextSlot, openSchedule, type Schedule } from './schedule.js';

/** Runs a schedule to a point in time, waking exactly when it asks; returns each check's slots. */
function slots(schedule: Schedule, until: number, checks: number): number[][] {
  const times: number[][] = Array.from({ length: checks }, () => []);
  let state = schedule;
  for (let at = nextSlot(state); at <= until; at = nextSlot(state)) {
    const turn = dueChecks(state, at);
    assert.ok(turn.due.length > 0, 'woken for nothing');
    for (const check of turn.due) times[check]?.push(at);
    state = turn.schedule;
  }
  return times;
}

test('every check begins at once, then stays within its interval', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(500, 1000, 3000), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 1e9 }),
      (intervals, start) => {
        const all = slots(openSchedule(intervals, start), start + 10_000, intervals.length);
        for (const [check, times] of all.entries()) {
          const interval = intervals[check] ?? 0;
          assert.equal(times[0], start);
          for (const [index, at] of times.entries()) {
            const before = times[index - 1] ?? start;
            assert.ok(at - before <= interval + 0.001, `${at - before} > ${interval}`);
          }
          assert.ok(times.length >= 10_000 / interval);
          assert.ok(times.length <= 10_000 / interval + 2);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('checks of one interval are spread over it', () => {
  const all = slots(openSchedule(new Array<number>(10).fill(1000), 0), 1000, 10);
  assert.deepEqual(
    all.map((times) => times[1]),
    [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
  );
});

test('checks of nearly the same time begin together, up to ten of them', () => {
  const begun = (checks: number) => {
    const opened = dueChecks(openSchedule(new Array<number>(checks).fill(1000), 0), 999).schedule;
    const times = slots(opened, 2000, checks).map((slot) => slot[0]);
    return [...new Set(times)].map((at) => times.filter((time) => time === at).length);
  };
  assert.deepEqual(begun(100), new Array<number>(20).fill(5));
  assert.deepEqual(begun(1000), new Array<number>(100).fill(10));
  assert.deepEqual(begun(3), [1, 1, 1]);
});

test('a large opening round comes in bursts and is over soon', () => {
  let schedule = openSchedule(new Array<number>(1000).fill(10_000), 0);
  const first = dueChecks(schedule, 0);
  assert.equal(first.due.length, 20);
  schedule = first.schedule;
  const rest = dueChecks(schedule, 490);
  assert.equal(new Set([...first.due, ...rest.due]).size, 1000);
});

test('a long sleep makes each check due once, and the pace is kept afterwards', () => {
  const opened = dueChecks(openSchedule([1000, 1000, 1000, 700], 0), 0).schedule;
  const late = dueChecks(opened, 60_000);
  assert.deepEqual([...late.due].sort(), [0, 1, 2, 3]);
  const after = slots(late.schedule, 70_000, 4);
  for (const [check, times] of after.entries()) {
    assert.ok((times[0] ?? 0) > 60_000);
    assert.ok((times[0] ?? 0) <= 61_000);
    assert.ok(times.length >= 9 && times.length <= (check === 3 ? 15 : 11));
  }
});

test('nothing is ever due without checks', () => {
  const schedule = openSchedule([], 5);
  assert.equal(nextSlot(schedule), Number.POSITIVE_INFINITY);
  assert.deepEqual(dueChecks(schedule, 1e9).due, []);
});
