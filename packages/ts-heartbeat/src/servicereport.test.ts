/** ServiceReport: signs of life come from turns of the loop, and only once it is ready. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { Libc } from '@ts-heartbeat/platform/native';
import { ServiceNotice } from '@ts-heartbeat/platform/servicenotice';
import { ServiceReport } from './servicereport.js';

/** A report with an alarm that rings when told, and what was said. */
function bench() {
  const said: string[] = [];
  const native = {
    socket: () => 99,
    sendto: (_fd: number, data: Uint8Array) => said.push(Buffer.from(data).toString().trim()),
  } as unknown as Libc;
  const notice = new ServiceNotice({ socket: '/n', watchdogMs: 4000 }, () => native);
  let resources: ClusterView['resources'] = 'none';
  const report = new ServiceReport(notice, () => ({
    localNode: 'a',
    generation: 1,
    nodes: [],
    resources,
  }));
  let now = 0;
  const calls: Array<() => void> = [];
  const alarm = report.through({
    at: () => now,
    after: (_ms, call) => {
      calls.push(call);
      return () => undefined;
    },
  });
  const ring = (at: number): void => {
    now = at;
    alarm.after(0, () => undefined);
    calls.pop()?.();
  };
  const hold = (held: ClusterView['resources']): void => {
    resources = held;
  };
  return { said, report, ring, hold };
}

test('nothing is said before the start is done', () => {
  const { said, ring } = bench();
  ring(0);
  assert.deepEqual(said, []);
});

test('each turn of the loop is a sign of life; a new status is told within a second', () => {
  const { said, report, ring, hold } = bench();
  report.ready();
  ring(0);
  hold('local');
  ring(500);
  ring(1000);
  ring(2000);
  assert.deepEqual(said, [
    'STATUS=holding none',
    'READY=1',
    'WATCHDOG=1',
    'WATCHDOG=1',
    'STATUS=holding local',
    'WATCHDOG=1',
  ]);
});
