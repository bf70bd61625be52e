/** Tests of pid files. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { dropPidFile, heartbeatPidText, readPidFile, takePidFile } from './pidfile.js';

function place(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'pidfile-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return path.join(made, 'heartbeat.pid');
}

/** No kernel gives a pid above 2^22. */
const NOBODY = 4_194_305;

test('the form is that of the genuine program: 11 bytes, mode 0644', (t) => {
  const file = place(t);
  assert.deepEqual(takePidFile(file), { taken: true, pid: process.pid });
  assert.equal(readFileSync(file, 'latin1'), `${String(process.pid).padStart(10, ' ')}\n`);
  assert.equal(readFileSync(file).length, 11);
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.deepEqual(readPidFile(file), { kind: 'running', pid: process.pid });
  assert.deepEqual(readdirSync(path.dirname(file)), ['heartbeat.pid']);
  dropPidFile(file);
  assert.equal(existsSync(file), false);
});

test('a living daemon keeps its file, a dead one is replaced', (t) => {
  const file = place(t);
  writeFileSync(file, heartbeatPidText(process.ppid));
  assert.deepEqual(takePidFile(file), { taken: false, pid: process.ppid });
  dropPidFile(file);
  assert.ok(existsSync(file), 'not ours to remove');
  writeFileSync(file, heartbeatPidText(NOBODY));
  assert.deepEqual(readPidFile(file), { kind: 'stale', pid: NOBODY });
  assert.deepEqual(takePidFile(file), { taken: true, pid: process.pid });
  assert.deepEqual(readdirSync(path.dirname(file)), ['heartbeat.pid']);
});

test('another program that got the pid of a dead daemon does not count', (t) => {
  const file = place(t);
  const recognise = (words: readonly string[]): boolean => words.includes('no such word');
  writeFileSync(file, heartbeatPidText(process.ppid));
  assert.equal(readPidFile(file, recognise).kind, 'stale');
  assert.equal(takePidFile(file, { recognise }).taken, true);
});

test('another form, another pid', (t) => {
  const file = place(t);
  takePidFile(file, { pid: process.ppid, text: (pid) => `${pid}\n` });
  assert.equal(readFileSync(file, 'latin1'), `${process.ppid}\n`);
});

test('a file that holds no pid is none, whatever is in it', (t) => {
  const file = place(t);
  assert.deepEqual(readPidFile(file), { kind: 'none' });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('0', '-1', '1 2', '99999999999')), (text) => {
      fc.pre(!/^\s*0*[1-9]\d*\s*$/.test(text) || text.length > 10);
      writeFileSync(file, text);
      assert.deepEqual(readPidFile(file), { kind: 'none' });
    }),
    { numRuns: 50 },
  );
  assert.equal(takePidFile(file).taken, true);
});

test('a directory that is missing is an error, and stays missing', (t) => {
  const file = path.join(path.dirname(place(t)), 'missing', 'heartbeat.pid');
  assert.throws(() => takePidFile(file), /ENOENT/);
});
