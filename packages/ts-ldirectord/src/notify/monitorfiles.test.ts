/** Monitor files: each gets its lines, and one whose disk stands still holds nobody up. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MONITOR_TEXT_MAX, MonitorFiles } from './monitorfiles.js';

const PROGRAM = fileURLToPath(new URL('../../../ts-heartbeat/scripts/logwriter', import.meta.url));
const directory = mkdtempSync(path.join(tmpdir(), 'monitorfiles-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string): string => path.join(directory, name);
const STAMP = `\\[\\w{3} \\w{3} [ \\d]\\d [\\d:]{8} \\d{4}\\] \\[${process.pid}\\]`;

test('lines go to their files, with the program and without it', async () => {
  for (const program of [PROGRAM, undefined]) {
    const files = new MonitorFiles(() => undefined, program);
    const [one, two] = [file(`one ${program === undefined}`), file(`two ${program === undefined}`)];
    files.append(one, 'x [up] -');
    files.append(two, 'x'.repeat(2 * MONITOR_TEXT_MAX));
    files.append(one, 'y [down] \u00c3\u00b6');
    await files.close();
    assert.match(
      readFileSync(one, 'utf8'),
      new RegExp(`^${STAMP} x \\[up\\] -\n${STAMP} y \\[down\\] ö\n$`),
    );
    assert.match(readFileSync(two, 'utf8'), new RegExp(`^${STAMP} x{${MONITOR_TEXT_MAX}}\n$`));
  }
});

test('a rotated file is left at once', async () => {
  const files = new MonitorFiles(() => undefined, PROGRAM);
  files.append(file('log'), 'one');
  while (!existsSync(file('log')) || readFileSync(file('log'), 'utf8') === '') {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  renameSync(file('log'), file('log.1'));
  files.append(file('log'), 'two');
  await files.close();
  assert.match(readFileSync(file('log.1'), 'utf8'), /one\n$/);
  assert.match(readFileSync(file('log'), 'utf8'), /^[^\n]*two\n$/);
});

test('a disk that stands still holds nobody up', async () => {
  execFileSync('mkfifo', [file('standing')]);
  const files = new MonitorFiles(() => undefined, PROGRAM);
  const began = performance.now();
  for (let n = 0; n < 5000; n += 1) files.append(file('standing'), 'x [up] -');
  await files.close();
  assert.ok(performance.now() - began < 3000);
  // The writer goes on with a file in its place, and ends.
  const held = openSync(file('standing'), 'r+');
  rmSync(file('standing'));
  closeSync(held);
  while (files.pid !== undefined && existsSync(`/proc/${files.pid}`)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
