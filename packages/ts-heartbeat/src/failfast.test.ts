/** Tests of what the death of a failfast client leads to. No program is run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failfast } from './failfast.js';

test('the machine is asked to reboot once; where it does not, the node gives up', async () => {
  const seen: string[] = [];
  const failfast = new Failfast({
    commands: [['/sbin/reboot', '-nf']],
    keepalive: 200,
    environment: () => ({}),
    say: (severity, text) => seen.push(`${severity}: ${text}`),
    failed: () => seen.push('gives up'),
    reboot: async (commands, { syncMs }) => {
      seen.push(`reboot ${commands.length} after ${syncMs}`);
      return ['/sbin/reboot -nf returned 0'];
    },
  });
  await Promise.all([failfast.reboot('one'), failfast.reboot('two')]);
  assert.deepEqual(seen, [
    'emerg: Rebooting system.  Reason: one',
    'reboot 1 after 200',
    'emerg: ALL REBOOT OPTIONS FAILED: /sbin/reboot -nf returned 0',
    'gives up',
  ]);
});
