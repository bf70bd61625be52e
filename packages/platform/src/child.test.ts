/** Tests of child programs: outputs, deadlines, and what is left behind. */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { type ChildEnd, type ChildOptions, runChild, signalGroup, startChild } from './child.js';
import { groupMembers } from './gone.js';

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HA_NAME: 'x y' };
const kept = { firstBytes: 1000 };

/** Runs a line of shell. */
function shell(line: string, more: Partial<ChildOptions> = {}): Promise<ChildEnd> {
  return runChild({ argv: ['sh', '-c', line], environment, stdout: kept, stderr: kept, ...more });
}

test('exit code, outputs and exactly the given environment', async () => {
  const end = await shell('echo "$HA_NAME"; pwd; echo b >&2; env | wc -l; exit 7', {
    directory: '/usr',
  });
  assert.deepEqual([end.code, end.signal, end.late, end.stderr], [7, null, false, 'b\n']);
  const [name, directory, variables] = end.stdout.split('\n');
  assert.deepEqual([name, directory], ['x y', '/usr']);
  // The shell adds PWD, and some SHLVL and _.
  assert.ok(Number(variables) <= 5);
});

test('arguments reach the program untouched', async () => {
  const end = await runChild({
    argv: ['printf', '%s|', 'a b', '$(id)', '', '*'],
    environment,
    stdout: kept,
  });
  assert.equal(end.stdout, 'a b|$(id)||*|');
});

test('a descriptor becomes the standard input; without one it is empty', async () => {
  const stdin = openSync('/etc/hostname', 'r');
  const given = await runChild({ argv: ['cat'], environment, stdin, stdout: kept });
  closeSync(stdin);
  assert.equal(given.stdout, readFileSync('/etc/hostname', 'utf8'));
  const empty = await runChild({ argv: ['cat'], environment, stdout: kept });
  assert.deepEqual([empty.code, empty.stdout], [0, '']);
});

test('outputs go to descriptors', async (t) => {
  const made = mkdtempSync(path.join(os.tmpdir(), 'child-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  const file = path.join(made, 'out');
  const fd = openSync(file, 'a');
  await shell('echo one; echo two >&2', { stdout: fd, stderr: fd });
  closeSync(fd);
  assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
});

test('of a flood the first bytes are kept, and it does not block the child', async () => {
  const end = await shell('head -c 1000000 /dev/zero | tr "\\0" x');
  assert.equal(end.code, 0);
  assert.equal(end.stdout, 'x'.repeat(1000));
});

test('a program that cannot be started is told as such', async () => {
  for (const argv of [['/nonexistent/program'], ['/etc/passwd'], ['/bin/true', 'a\0b']] as const) {
    const child = startChild({ argv: [...argv], environment });
    assert.equal(child.pid, undefined);
    child.stop();
    const { code, failure } = await child.end;
    assert.equal(code, null);
    assert.match(failure ?? '', /ENOENT|EACCES|null bytes/);
  }
});

test('a deadline ends the whole group', async () => {
  const child = startChild({
    argv: ['sh', '-c', 'sleep 60 & sleep 60'],
    environment,
    deadlineMs: 50,
  });
  const end = await child.end;
  assert.deepEqual([end.code, end.signal, end.late], [null, 'SIGTERM', true]);
  assert.ok(child.pid);
  // The signal reaches the members one by one; the last may still be on its way out.
  while (groupMembers(child.pid).length > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('who ignores SIGTERM is killed after the grace', async () => {
  const argv: [string, ...string[]] = ['sh', '-c', 'trap "" TERM; while :; do sleep 60; done'];
  const end = await runChild({ argv, environment, deadlineMs: 200, graceMs: 100 });
  assert.deepEqual([end.signal, end.late], ['SIGKILL', true]);
  assert.ok(end.ms >= 300);
});

test('a stop in time is not late', async () => {
  const child = startChild({ argv: ['sleep', '60'], environment });
  child.stop();
  child.stop();
  const end = await child.end;
  assert.deepEqual([end.signal, end.late], ['SIGTERM', false]);
});

test('a grandchild in the background neither holds up the end nor is killed', async () => {
  const child = startChild({
    argv: ['sh', '-c', 'sleep 60 & echo started'],
    environment,
    stdout: kept,
  });
  const end = await child.end;
  assert.equal(end.stdout, 'started\n');
  assert.ok(end.ms < 10_000);
  assert.ok(child.pid);
  assert.equal(groupMembers(child.pid).length, 1);
  assert.equal(signalGroup(child.pid, 'SIGKILL'), true);
});

test('it runs as another user', async () => {
  const root = process.getuid?.() === 0;
  const end = await shell('id -u; id -g', root ? { uid: 65534, gid: 65533 } : {});
  assert.equal(
    end.stdout,
    root ? '65534\n65533\n' : `${process.getuid?.()}\n${process.getgid?.()}\n`,
  );
});
