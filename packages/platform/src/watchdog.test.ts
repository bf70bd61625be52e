/** Tests of the watchdog device, on files and devices that stand for one. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemErrorText, WatchdogDevice } from './watchdog.js';

const directory = mkdtempSync(join(tmpdir(), 'watchdog-'));
after(() => rmSync(directory, { recursive: true }));

test('what is written: a zero byte for food, and the magic letter before a meant closing', () => {
  const path = join(directory, 'device');
  writeFileSync(path, '');
  const device = WatchdogDevice.open(path);
  assert.equal(device.feed(), undefined);
  assert.equal(device.feed(), undefined);
  assert.equal(device.disarm(), undefined);
  device.close();
  assert.equal(readFileSync(path, 'latin1'), '\0\0V');
});

test('the timeout is asked for in whole seconds, as linux/watchdog.h wants it', () => {
  const path = join(directory, 'asked');
  writeFileSync(path, '');
  const asked: unknown[] = [];
  const native = {
    ioctl: (_fd: number, request: number, argument: Uint8Array): number => {
      asked.push(request, [...argument]);
      return 0;
    },
  };
  const device = WatchdogDevice.open(path, native);
  assert.equal(device.setTimeout(259), undefined);
  assert.deepEqual(asked, [0xc0045706, [3, 1, 0, 0]]);
  device.close();
});

test('what is no watchdog says so in the words of the system', () => {
  const device = WatchdogDevice.open('/dev/full');
  assert.equal(device.setTimeout(2), 'Inappropriate ioctl for device');
  assert.equal(device.feed(), 'No space left on device');
  device.close();
  const path = join(directory, 'without');
  writeFileSync(path, '');
  assert.equal(WatchdogDevice.open(path, null).setTimeout(2), 'Function not implemented');
  assert.throws(() => WatchdogDevice.open(join(directory, 'nosuch')), { code: 'ENOENT' });
  assert.equal(systemErrorText(-12345), 'Unknown error 12345');
});
