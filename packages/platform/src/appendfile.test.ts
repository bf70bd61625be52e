/** Tests of the log file: rotation, full disk, missing directory. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { AppendFile } from './appendfile.js';

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'appendfile-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

interface Bench {
  readonly file: AppendFile;
  say(text: string): void;
  pass(ms: number): void;
}

function bench(t: TestContext, file: string): Bench {
  let now = 0;
  const made = new AppendFile({
    path: file,
    least: 'debug',
    line: ({ text }) => text,
    clock: () => now,
  });
  t.after(() => made.close());
  return {
    file: made,
    say: (text) =>
      made.log({ entry: { severity: 'info', text, at: new Date(0) } }, () => undefined),
    pass: (ms) => {
      now += ms;
    },
  };
}

test('a renamed file is followed within a second, or at once when asked', (t) => {
  const name = path.join(folder(t), 'ha-log');
  const { file, say, pass } = bench(t, name);
  say('one');
  renameSync(name, `${name}.1`);
  say('two');
  pass(1000);
  say('three');
  assert.equal(readFileSync(`${name}.1`, 'utf8'), 'one\ntwo\n');
  assert.equal(readFileSync(name, 'utf8'), 'three\n');
  renameSync(name, `${name}.2`);
  file.reopen();
  say('four');
  assert.equal(readFileSync(name, 'utf8'), 'four\n');
  assert.equal(file.lost, 0);
});

test('a directory is never created, and its lines are counted until it is there', (t) => {
  const directory = path.join(folder(t), 'later');
  const name = path.join(directory, 'ha-log');
  const { file, say, pass } = bench(t, name);
  say('one');
  pass(1000);
  say('two');
  assert.ok(!existsSync(directory));
  assert.equal(file.lost, 2);
  mkdirSync(directory);
  pass(1000);
  say('three');
  assert.equal(
    readFileSync(name, 'utf8'),
    '2 log lines could not be written to this file\nthree\n',
  );
  assert.equal(file.lost, 2);
});

test('a full device does not throw', (t) => {
  const { file, say } = bench(t, '/dev/full');
  say('one');
  assert.equal(file.lost, 1);
});

test('after a full disk the next line begins on a line of its own', () => {
  const script = `
    import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
    import { AppendFile } from ${JSON.stringify(new URL('./appendfile.js', import.meta.url))};
    const at = new Date(0);
    const file = new AppendFile(
      { path: '/mnt/log', least: 'debug', line: ({ text }) => text, clock: () => 0 });
    const say = (text) => file.log({ entry: { severity: 'info', text, at } }, () => undefined);
    writeFileSync('/mnt/ballast', Buffer.alloc(60 * 1024));
    say('a'.repeat(4000));
    say('b'.repeat(4000));
    rmSync('/mnt/ballast');
    say('c');
    console.log(file.lost, readFileSync('/mnt/log', 'utf8').replace(/a+/, 'a').replace(/b+/, 'b'));
  `;
  const mount = 'mount -t tmpfs -o size=64k none /mnt && exec "$0" --input-type=module -e "$1"';
  const flags = process.getuid?.() === 0 ? '-m' : '-Urm';
  const words = [flags, 'sh', '-c', mount, process.execPath, script];
  const printed = execFileSync('unshare', words, { encoding: 'utf8' });
  assert.equal(printed, '1 a\nb\n1 log lines could not be written to this file\nc\n\n');
});

test('a file that we create is given to its owner, one that was there is left', (t) => {
  const directory = folder(t);
  const owner = { uid: 12345, gid: 23456 };
  const [made, found] = [path.join(directory, 'made'), path.join(directory, 'found')];
  writeFileSync(found, '');
  for (const file of [made, found]) {
    new AppendFile({ path: file, least: 'info', line: () => '', clock: () => 0, owner }).close();
  }
  assert.deepEqual([statSync(made).uid, statSync(made).gid], [12345, 23456]);
  assert.equal(statSync(found).uid, process.getuid?.());
});
