/** Who may have a lock, and when one is void. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { afterEach, beforeEach, test } from 'node:test';
import { processIdentity } from '@ts-heartbeat/platform/gone';
import { DirectoryLock, lockDirectory } from './lock.js';

let rsctmp = '';
let path = '';

beforeEach(() => {
  rsctmp = mkdtempSync(`${os.tmpdir()}/lock-`);
  path = lockDirectory(rsctmp, 'IPaddr::10.0.0.1/24/eth0');
});
afterEach(() => rmSync(rsctmp, { recursive: true, force: true }));

/** Writes a lock as the shell ResourceManager does. */
function foreign(holder: string, script?: string): void {
  mkdirSync(path);
  writeFileSync(`${path}/pid`, holder);
  if (script !== undefined) writeFileSync(`${path}/script`, script);
}

/** A process that runs until it is told to end. */
async function sleeper(): Promise<{ line: string; end: () => Promise<void> }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const { startTime } = processIdentity(child.pid ?? 0) ?? { startTime: '' };
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { line: `${child.pid} ${startTime}\n`, end };
}

test('where nothing can be written a lock is taken all the same, and says why', () => {
  const file = `${rsctmp}/file`;
  writeFileSync(file, '');
  const lock = new DirectoryLock(`${file}/lock.x`);
  assert.equal(lock.tryTake(0), true);
  assert.match(lock.trouble ?? '', /^ENOTDIR/);
  lock.release();
  const made = new DirectoryLock(`${rsctmp}/away/lock.x`);
  assert.equal(made.tryTake(0), true);
  assert.equal(made.trouble, undefined);
  made.release();
});

test('a lock is taken, is ours, is released', () => {
  assert.equal(path, `${rsctmp}/lock.IPaddr::10.0.0.1_24_eth0`);
  const lock = new DirectoryLock(path);
  assert.equal(lock.isOurs(), false);
  assert.equal(lock.tryTake(0), true);
  assert.equal(lock.tryTake(1), true);
  assert.equal(lock.holder()?.pid, process.pid);
  lock.release();
  assert.deepEqual(readdirSync(rsctmp), []);
});

test('the lock of a living process stands, that of a dead one is void', async () => {
  const holder = await sleeper();
  foreign(holder.line);
  const lock = new DirectoryLock(path);
  assert.equal(lock.tryTake(0), false);
  lock.release();
  assert.equal(lock.tryTake(0), false);
  await holder.end();
  lock.tryTake(1);
  assert.equal(lock.tryTake(2), true);
});

test('a script that still runs keeps the lock of its dead holder', async () => {
  const script = await sleeper();
  const pid = script.line.split(' ')[0];
  // ResourceManager does not know the start time when it notes a script.
  foreign('999999999 1\n', `${pid} 0\n`);
  const lock = new DirectoryLock(path);
  assert.equal(lock.tryTake(0), false);
  assert.equal(lock.tryTake(1), false);
  await script.end();
  assert.equal(
    await lock.take(
      1000,
      () => performance.now(),
      () => {},
    ),
    true,
  );
});

test('a pid that is in use again does not keep a lock', () => {
  foreign(`${process.pid} 1\n`);
  const lock = new DirectoryLock(path);
  lock.tryTake(0);
  assert.equal(lock.tryTake(1), true);
});

test('a lock without a pid is given two seconds to get one', () => {
  mkdirSync(path);
  const lock = new DirectoryLock(path);
  assert.equal(lock.tryTake(0), false);
  assert.equal(lock.tryTake(1999), false);
  lock.tryTake(2000);
  assert.equal(lock.tryTake(2001), true);
});

test('waiting ends with the lock or with the time', async () => {
  const holder = await sleeper();
  foreign(holder.line);
  const lock = new DirectoryLock(path);
  const told: (number | undefined)[] = [];
  const clock = (): number => performance.now();
  assert.equal(await lock.take(150, clock, (who) => told.push(who?.pid)), false);
  assert.deepEqual(told, [Number(holder.line.split(' ')[0])]);
  const taken = lock.take(10_000, clock, () => {});
  await holder.end();
  assert.equal(await taken, true);
});
