/** Tests of the clocks. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { systemClock } from './clock.js';

test('the present has both clocks and the load', (t) => {
  const made = mkdtempSync(path.join(os.tmpdir(), 'clock-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  const loadavg = path.join(made, 'loadavg');
  writeFileSync(loadavg, '0.06 0.04 0.01 1/123 4567\n');
  const clock = systemClock(loadavg);
  const first = clock.now();
  const second = clock.now();
  assert.ok(second.at >= first.at && second.at - first.at < 10_000);
  assert.ok(Math.abs(first.wall - Date.now() / 1000) < 10);
  assert.ok(Number.isInteger(first.wall));
  assert.equal(first.load, '0.06 0.04 0.01 1/123 4567');
  assert.equal(second.load, first.load);
});

test('without /proc the load is empty', () => {
  assert.equal(systemClock('/nonexistent/loadavg').now().load, '');
});
