/** Tests of the one timer, with an alarm clock that the test turns. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Alarm, makeWakeup, systemAlarm } from './wakeup.js';

/** An alarm whose timers fire when told to. */
function turned(): Alarm & { now: number; waits: number[]; fire(): void } {
  let pending: (() => void) | undefined;
  const alarm = {
    now: 0,
    waits: [] as number[],
    at: (): number => alarm.now,
    after: (ms: number, call: () => void): (() => void) => {
      assert.equal(pending, undefined, 'two timers at once');
      alarm.waits.push(ms);
      pending = call;
      return () => {
        pending = undefined;
      };
    },
    fire: (): void => {
      const call = pending;
      pending = undefined;
      call?.();
    },
  };
  return alarm;
}

test('it says how late it is, once per time set', () => {
  const alarm = turned();
  const late: number[] = [];
  const wakeup = makeWakeup(alarm, (ms) => late.push(ms));
  wakeup.set(100.5);
  assert.deepEqual(alarm.waits, [101]);
  alarm.now = 130;
  alarm.fire();
  alarm.fire();
  assert.deepEqual(late, [29.5]);
});

test('a timer that fires early is set again', () => {
  const alarm = turned();
  const late: number[] = [];
  const wakeup = makeWakeup(alarm, (ms) => late.push(ms));
  wakeup.set(100);
  alarm.now = 99.2;
  alarm.fire();
  assert.deepEqual(late, []);
  alarm.now = 100;
  alarm.fire();
  assert.deepEqual(late, [0]);
});

test('a new time replaces the old one, and none at all silences it', () => {
  const alarm = turned();
  const late: number[] = [];
  const wakeup = makeWakeup(alarm, (ms) => late.push(ms));
  wakeup.set(100);
  wakeup.set(100);
  wakeup.set(50);
  assert.deepEqual(alarm.waits, [100, 50]);
  wakeup.set(undefined);
  alarm.now = 200;
  alarm.fire();
  assert.deepEqual(late, []);
});

test('a time in the past wakes in the next turn; one far away is waited for in pieces', () => {
  const alarm = turned();
  alarm.now = 1000;
  const late: number[] = [];
  const wakeup = makeWakeup(alarm, (ms) => late.push(ms));
  wakeup.set(400);
  assert.deepEqual(alarm.waits, [0]);
  alarm.fire();
  assert.deepEqual(late, [600]);
  wakeup.set(1000 + 2 ** 40);
  assert.equal(alarm.waits[1], 2 ** 31 - 1);
});

test('it may be set again from within', () => {
  const alarm = turned();
  let woken = 0;
  const wakeup = makeWakeup(alarm, () => {
    woken += 1;
    wakeup.set(alarm.now + 10);
  });
  wakeup.set(0);
  for (let i = 0; i < 3; i += 1) {
    alarm.fire();
    alarm.now += 10;
  }
  assert.equal(woken, 3);
});

test('the real alarm wakes, never early', async () => {
  const at = (): number => Number(process.hrtime.bigint()) / 1e6;
  const due = at() + 20;
  await new Promise<void>((resolve) => {
    makeWakeup(systemAlarm(at), () => resolve()).set(due);
  });
  assert.ok(at() >= due);
});
