/** Tests of the reboot, with programs that only note that they were called. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type RebootCommand, rebootCommands, rebootMachine } from './reboot.js';

const directory = mkdtempSync(join(tmpdir(), 'reboot-'));
after(() => rmSync(directory, { recursive: true }));
const notes = join(directory, 'notes');

/** A program that notes its name and ends with that code. */
function program(name: string, code: number): RebootCommand {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho ${name} "$@" >>${notes}\nexit ${code}\n`, { mode: 0o755 });
  return [path, '-nf'];
}

const environment = { PATH: process.env.PATH ?? '' };

test('a configured command is used alone; without one, those of the genuine programs', () => {
  assert.deepEqual(rebootCommands(' /opt/reset  now '), [['/opt/reset', 'now']]);
  const usual = [
    ['/sbin/reboot', '-nf'],
    ['/sbin/init', '6'],
  ];
  assert.deepEqual(rebootCommands(undefined), usual);
  assert.deepEqual(rebootCommands('  '), usual);
});

test('disks are synchronised first, then programs are tried until one has done it', async () => {
  const sync = program('sync', 0);
  const missing: RebootCommand = [join(directory, 'nosuch')];
  const commands = [program('first', 1), missing, program('second', 0), program('third', 0)];
  const answers = await rebootMachine(commands, { environment, syncMs: 300, sync });
  assert.deepEqual(readFileSync(notes, 'utf8').split('\n'), [
    'sync -nf',
    'first -nf',
    'second -nf',
    '',
  ]);
  const [first, second, third, ...rest] = answers;
  assert.equal(first, `${join(directory, 'first')} -nf returned 1`);
  assert.match(second ?? '', /nosuch returned .*ENOENT/);
  assert.equal(third, `${join(directory, 'second')} -nf returned 0`);
  assert.deepEqual(rest, []);
});

test('neither a disk nor a reboot program that hangs holds it up', async () => {
  const hanging: RebootCommand = ['/bin/sleep', '1000'];
  const commands = [hanging, program('last', 0)];
  const timing = { syncMs: 20, deadlineMs: 50 };
  const answers = await rebootMachine(commands, { environment, sync: hanging, ...timing });
  assert.deepEqual(answers, [
    '/bin/sleep 1000 returned SIGTERM',
    `${join(directory, 'last')} -nf returned 0`,
  ]);
});
