/** Checks against servers on loopback that are well, wrong, silent, slow and endless. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckSpec } from './check.js';
import { Checks } from './checks.js';

const SLEEP: CheckSpec = {
  kind: 'external',
  perl: false,
  command: '/bin/sleep',
  args: ['60'],
  timeout: 60_000,
};

test('a result comes under its number, once; a cancelled check tells nothing', async () => {
  const checks = new Checks();
  const told: number[] = [];
  checks.begin(1, SLEEP, () => told.push(1));
  checks.begin(2, SLEEP, () => told.push(2));
  checks.cancel(1);
  checks.cancel(7);
  await new Promise<void>((resolve) => {
    checks.begin(3, { ...SLEEP, command: '/bin/true' }, ({ up }) => {
      assert.ok(up);
      told.push(3);
      resolve();
    });
  });
  checks.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [3]);
});
