/** Which commands are tried for a resource that cannot be stopped. Nothing here reboots. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverWith } from './recover.js';

/** Resolves with the first line that is logged. */
function firstLine(
  reboot: readonly (readonly string[])[],
  fence: readonly (readonly string[])[],
  policy: 'reboot' | 'fence',
): Promise<string> {
  return new Promise((resolve) => {
    const recover = recoverWith({ reboot, fence }, ({ severity, text }) =>
      resolve(`${severity}: ${text}`),
    );
    recover(policy, 'web');
  });
}

test('one command after the other is tried, and the end of them is said', async () => {
  const failing = [['false'], ['/nonexistent/reboot', '-nf']];
  assert.equal(await firstLine(failing, [], 'reboot'), 'crit: Unable to force reboot.');
  assert.equal(await firstLine([], failing, 'fence'), 'crit: Unable to fence this node.');
  assert.equal(await firstLine([], [], 'fence'), 'crit: Unable to fence this node.');
});

test('with the policy `stay` nothing is done', () => {
  const recover = recoverWith({ reboot: [], fence: [] }, ({ text }) => assert.fail(text));
  recover('stay', 'web');
});
