/** Whether files can be appended to: the words of libc, files that are made, disks that stand. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { appendErrors } from './appendable.js';

const directory = mkdtempSync(path.join(tmpdir(), 'appendable-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string): string => path.join(directory, name);

test('each file has an answer of its own, in the order asked', async () => {
  writeFileSync(file('there'), 'old\n');
  mkdirSync(file('folder'));
  execFileSync('mkfifo', [file('fifo')]);
  const names = ['there', 'new: one', 'folder', 'no/where', 'fifo', '-n', 'größe'];
  const bytes = names.map((name) => Buffer.from(file(name)).toString('latin1'));
  assert.deepEqual(await appendErrors(bytes), [
    undefined,
    undefined,
    'Is a directory',
    'No such file or directory',
    'No such device or address',
    undefined,
    undefined,
  ]);
  assert.equal(readFileSync(file('there'), 'utf8'), 'old\n');
  assert.ok(existsSync(file('new: one')) && existsSync(file('größe')));
  assert.deepEqual(await appendErrors([]), []);
});
