/** Tests of fencing with programs that only note what they were told. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FencingDevice } from './device.js';
import { Fencing } from './fencing.js';

const directory = mkdtempSync(join(tmpdir(), 'fencing-'));
after(() => rmSync(directory, { recursive: true }));

let made = 0;

/** A log, and a file the devices write to. */
class Stage {
  readonly lines: string[] = [];
  readonly notes = join(directory, `notes-${++made}`);

  readonly say = (severity: string, text: string): void => {
    this.lines.push(`${severity}: ${text.replace(/process \d+/, 'process N')}`);
  };

  fencing(devices: readonly FencingDevice[], resetDeadline?: number): Fencing {
    return new Fencing({
      devices,
      say: this.say,
      environment: () => ({ PATH: process.env.PATH ?? '' }),
      nodes: ['loadbalancer', 'backup'],
      directory,
      ...(resetDeadline !== undefined && { resetDeadline }),
    });
  }

  /** A device whose reset runs those lines of shell, with the node as `$1`, and notes its input. */
  device(name: string, reset: string, check = 'exit 0'): FencingDevice {
    const path = join(directory, `${name}-${++made}`);
    const note = `echo ${name} "$@" "$(cat)" >>${this.notes}`;
    const verbs = `case $1 in check) ${check};; *) ${reset};; esac`;
    writeFileSync(path, `#!/bin/sh\n${note}\n${verbs}\n`, { mode: 0o755 });
    return {
      name,
      secrets: ['geheim', 'backup'],
      reset: (node) => ({ argv: [path, node], input: 'geheim' }),
      check: { argv: [path, 'check'], input: 'geheim' },
      meaning(code) {
        if (code === 0) return 'ok';
        return code === 4 ? 'badHost' : 'failed';
      },
    };
  }

  get noted(): readonly string[] {
    return existsSync(this.notes) ? readFileSync(this.notes, 'utf8').trimEnd().split('\n') : [];
  }
}

test('a reset that succeeds, with the genuine lines', async () => {
  const stage = new Stage();
  const fencing = stage.fencing([stage.device('null', 'exit 0')]);
  assert.equal(await fencing.fence('backup'), 'ok');
  assert.deepEqual(stage.noted, ['null backup geheim']);
  assert.deepEqual(stage.lines, [
    'info: Resetting node backup with [null]',
    'info: node backup now reset.',
    'info: Managed STONITH backup process N exited with return code 0.',
  ]);
});

test('devices are tried in order until one has done it, and quoted without secrets', async () => {
  const stage = new Stage();
  const devices = [
    stage.device('first', 'echo "login geheim to $1"; exit 5'),
    stage.device('second', 'exit 4'),
    stage.device('third', 'exit 0'),
    stage.device('fourth', 'exit 0'),
  ];
  assert.equal(await stage.fencing(devices).fence('backup'), 'ok');
  assert.deepEqual(stage.noted, [
    'first backup geheim',
    'second backup geheim',
    'third backup geheim',
  ]);
  assert.deepEqual(stage.lines, [
    'info: Resetting node backup with [first]',
    'warn: STONITH device [first] says: login *** to backup',
    'warn: STONITH device [first] answers with return code 5',
    'error: Host backup not reset!',
    'warn: Managed STONITH backup process N exited with return code 1.',
    'info: Resetting node backup with [second]',
    'warn: STONITH device [second] answers with return code 4',
    'error: Device second cannot reset host backup.',
    'warn: Managed STONITH backup process N exited with return code 100.',
    'info: Resetting node backup with [third]',
    'info: node backup now reset.',
    'info: Managed STONITH backup process N exited with return code 0.',
  ]);
});

test('it has failed where one device failed; where none knows the node, that is said', async () => {
  const stage = new Stage();
  const unaware = stage.device('unaware', 'exit 4');
  assert.equal(await stage.fencing([unaware, unaware]).fence('backup'), 'badHost');
  const failing = stage.device('failing', 'exit 1');
  assert.equal(await stage.fencing([failing, unaware]).fence('backup'), 'failed');
  assert.equal(await stage.fencing([]).fence('backup'), 'failed');
  assert.equal(stage.lines.at(-1), 'error: No device to reset backup with');
});

test('a device that hangs is ended with all it started', async () => {
  const stage = new Stage();
  const hanging = stage.device('hanging', 'sleep 1000 & sleep 1000');
  assert.equal(await stage.fencing([hanging], 200).fence('backup'), 'failed');
  assert.deepEqual(stage.lines.slice(1), [
    'error: STONITH device [hanging] has not answered within 0.2 seconds',
    'error: Host backup not reset!',
    'warn: Managed STONITH backup process N killed by signal 15 [SIGTERM - Termination (ANSI)].',
  ]);
});

test('a program that is not there is a failure like any other', async () => {
  const stage = new Stage();
  const device = stage.device('gone', 'exit 0');
  const gone = { ...device, reset: () => ({ argv: ['/nosuch/stonith'] as const, input: '' }) };
  assert.equal(await stage.fencing([gone]).fence('backup'), 'failed');
  assert.match(stage.lines[1] ?? '', /^error: STONITH device \[gone\] cannot be asked: .*ENOENT/);
});

test('a look at the devices tells which of them does not work', async () => {
  const stage = new Stage();
  const devices = [stage.device('good', 'exit 1'), stage.device('bad', 'exit 0', 'exit 1')];
  await stage.fencing(devices).checkAll();
  assert.deepEqual(stage.noted, ['good check geheim', 'bad check geheim']);
  assert.deepEqual(stage.lines, [
    'info: Checking status of STONITH device [good]',
    'info: Managed STONITH-stat process N exited with return code 0.',
    'info: Checking status of STONITH device [bad]',
    'warn: STONITH device [bad] answers with return code 1',
    'error: STONITH device bad not operational!',
    'warn: Managed STONITH-stat process N exited with return code 1.',
    'error: STONITH status operation failed.',
    'info: This may mean that the STONITH device has failed!',
  ]);
});

test('a reset breaks off a look; nothing is begun after the end', async () => {
  const stage = new Stage();
  const busy = join(directory, 'busy');
  const wait = `touch ${busy}; sleep 1000`;
  const fencing = stage.fencing([stage.device('one', 'exit 0', wait)]);
  fencing.begin();
  while (!existsSync(busy)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(await fencing.fence('backup'), 'ok');
  assert.equal(stage.lines[0], 'info: Checking status of STONITH device [one]');
  assert.equal(stage.lines[1], 'info: Resetting node backup with [one]');
  fencing.stop();
  fencing.begin();
  assert.equal(await fencing.fence('backup'), 'failed');
  assert.equal(stage.noted.length, 2);
});
