/** Tests of the serial line's lock file. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockTty } from './ttylock.js';

const directory = mkdtempSync(join(tmpdir(), 'ttylock-'));
after(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'LCK..ttyS0');

test('the lock holds our pid, right-aligned in ten columns, and goes when released', () => {
  const lock = lockTty('/dev/ttyS0', directory);
  assert.ok(lock.ok);
  assert.equal(readFileSync(file, 'latin1'), `${String(process.pid).padStart(10)}\n`);
  lock.release();
  assert.equal(existsSync(file), false);
});

test('a lock of a living process is respected', () => {
  writeFileSync(file, `${String(process.ppid).padStart(10)}\n`);
  const lock = lockTty('/dev/ttyS0', directory);
  assert.deepEqual(lock.ok ? undefined : lock.holder, process.ppid);
});

test('a lock of a dead process, or one that names none, is taken over', () => {
  for (const text of ['   4194304\n', 'rubbish', '']) {
    writeFileSync(file, text);
    const lock = lockTty('/dev/ttyS0', directory);
    assert.ok(lock.ok, text);
    lock.release();
  }
});

test('a directory that cannot be written is said', () => {
  const lock = lockTty('/dev/ttyS0', join(directory, 'nowhere'));
  assert.ok(!lock.ok && lock.holder === undefined && /ENOENT/.test(lock.reason));
});
