/** At boot an interface may get its address late: the loader waits for it as heartbeat 3.0.6 does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BOX = fileURLToPath(new URL('../../config/box.sh', import.meta.url));
const WAITING = fileURLToPath(new URL('./waiting.js', import.meta.url));

test('the address of an mcast interface may come late', () => {
  const { status, stdout, stderr } = spawnSync(BOX, [process.execPath, WAITING], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  const reason = 'interface [eth1] using ioctl(SIOCGIFADDR): Cannot assign requested address';
  const text = `glib: Unable to retrieve local interface address for ${reason}; waiting for it`;
  assert.deepEqual(JSON.parse(stdout), [6, text, 0]);
});
