/** The demo without a virtual machine, from its first step to its last. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STEPS } from './steps.js';

const DEMO = fileURLToPath(new URL('demo.js', import.meta.url));

test('each step ends as it should, without a terminal', () => {
  const stack = process.env.TS_HEARTBEAT_STACK ?? 'ours';
  const argv = [DEMO, '--namespaces', '--stack', stack];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  assert.equal(status, 0, stdout.slice(-3000) + stderr);
  for (const step of STEPS) assert.ok(stdout.includes(step.title), step.title);
  assert.equal(stdout.match(/^ +\d+ +as it should/gm)?.length, STEPS.length + 2);
  assert.match(stdout, /start of lvs IPaddr ipvsadm ldirectord/);
  assert.match(stdout, /stop of ldirectord ipvsadm IPaddr lvs/);
  assert.doesNotMatch(stdout, new RegExp(String.fromCharCode(27)));
});

test('an unknown option is refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [DEMO, '--nonsense'], {
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /nonsense[\s\S]*usage: npm run demo/);
});
