/** Tests of the serial medium on pairs of pseudo-terminals. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Arrival, Surroundings } from './medium.js';
import { UnusableMedium } from './medium.js';
import { SerialMedium, type SerialOptions } from './serial.js';

const directory = mkdtempSync(join(tmpdir(), 'serial-'));
const cables: ChildProcess[] = [];
const ends: End[] = [];
after(async () => {
  await Promise.all(ends.map((end) => end.medium.close()));
  for (const cable of cables) cable.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** A null-modem cable between two devices of that name. */
async function plug(name: string): Promise<ChildProcess> {
  const end = (side: string): string => `pty,raw,echo=0,link=${join(directory, name + side)}`;
  const cable = spawn('socat', [end('a'), end('b')], { stdio: 'ignore' });
  cables.push(cable);
  while (!existsSync(join(directory, `${name}b`))) await delay(10);
  return cable;
}

async function pull(cable: ChildProcess): Promise<void> {
  const gone = once(cable, 'exit');
  if (cable.kill('SIGTERM')) await gone;
}

class End {
  readonly lines: string[] = [];
  readonly frames: string[] = [];
  #waiting: (() => void) | undefined;
  readonly medium: SerialMedium;

  constructor(device: string, options: SerialOptions = {}) {
    const around: Surroundings = {
      say: (severity, text) => this.#wake(this.lines, `${severity}: ${text}`),
      clock: () => performance.now(),
      interfaces: () => undefined,
      received: (_medium, arrival) => this.#take(arrival),
    };
    const line = { kind: 'serial', path: join(directory, device), baud: 19200 } as const;
    this.medium = new SerialMedium(line, around, { ...options, lockDirectory: directory });
    ends.push(this);
  }

  #wake(list: string[], text: string): void {
    list.push(text);
    this.#waiting?.();
  }

  #take(arrival: Arrival): void {
    if (arrival.form === 'frame') this.#wake(this.frames, arrival.text);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

const frame = (name: string): string => `>>>\nt=${name}\n<<<\n`;

/** Sends a frame and waits until it has come, sending it again as a keepalive would be. */
async function beat(from: End, to: End, name: string): Promise<void> {
  const send = (): void => from.medium.send(Buffer.from(frame(name)));
  send();
  const again = setInterval(send, 100);
  await to.until(() => to.frames.includes(frame(name)));
  clearInterval(again);
}

test('frames go both ways; noise costs no more than the frame it hits and the next', async () => {
  await plug('noise');
  const a = new End('noisea');
  const b = new End('noiseb');
  await a.medium.open();
  await b.medium.open();
  assert.deepEqual(a.lines, [
    `info: glib: Starting serial heartbeat on tty ${a.medium.link} (19200 baud)`,
  ]);
  await beat(a, b, 'one');
  await beat(b, a, 'two');
  const put = (bytes: string | Uint8Array): void => writeFileSync(a.medium.link, bytes);
  b.frames.length = 0;
  put(Uint8Array.from({ length: 300 }, (_, n) => (n * 7) & 0xff));
  for (const name of ['three', 'four', 'five']) a.medium.send(Buffer.from(frame(name)));
  await b.until(() => b.frames.includes(frame('five')));
  assert.ok(b.frames.includes(frame('four')));
  b.frames.length = 0;
  put('>>>\nt=half');
  for (const name of ['six', 'seven', 'eight']) a.medium.send(Buffer.from(frame(name)));
  await b.until(() => b.frames.includes(frame('eight')));
  assert.ok(b.frames.includes(frame('seven')));
});

test('a cable that is pulled is complained of once, and used again when it is back', async () => {
  const cable = await plug('pull');
  const a = new End('pulla');
  const b = new End('pullb');
  await a.medium.open();
  await b.medium.open();
  await beat(a, b, 'before');
  await pull(cable);
  await a.until(() => a.lines.length > 1);
  a.medium.send(Buffer.from(frame('lost')));
  assert.deepEqual(a.lines.slice(1), [
    `error: glib: EOF in ttygets [${a.medium.link}]: Success [0]`,
  ]);
  await plug('pull');
  await beat(a, b, 'after');
  await beat(b, a, 'and back');
  await a.until(() => a.lines.length > 2);
  assert.equal(a.lines[2], `info: glib: serial heartbeat on tty ${a.medium.link} is back`);
});

/** Writes to a line until it takes no more. */
function fill(path: string): void {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY);
  const bytes = Buffer.alloc(4096, '\n');
  try {
    for (;;) writeSync(fd, bytes);
  } catch (error) {
    assert.match(String(error), /EAGAIN/);
  } finally {
    closeSync(fd);
  }
}

test('a line nobody reads: messages are dropped, it is said once, and it comes back', async () => {
  const cable = await plug('stuck');
  const a = new End('stucka');
  const b = new End('stuckb');
  await a.medium.open();
  await b.medium.open();
  await beat(a, b, 'before');
  cable.kill('SIGSTOP');
  fill(a.medium.link);
  const bytes = Buffer.from(frame('x'.repeat(240)));
  const sending = setInterval(() => a.medium.send(bytes), 50);
  await a.until(() => a.lines.length > 2);
  clearInterval(sending);
  assert.deepEqual(a.lines.slice(1), [
    `warn: glib: TTY write timeout on [${a.medium.link}] ` +
      '(no connection or bad cable? [see documentation])',
    'info: glib: See http://linux-ha.org/wiki/FAQ#TTY_timeout for details',
  ]);
  cable.kill('SIGCONT');
  await beat(a, b, 'after');
  assert.equal(a.lines.length, 3);
});

test('a line that nobody reads is still heard', async () => {
  const one = (side: string): string => `pty,raw,echo=0,link=${join(directory, `deaf${side}`)}`;
  cables.push(spawn('socat', ['-u', one('b'), one('a')], { stdio: 'ignore' }));
  while (!existsSync(join(directory, 'deafa'))) await delay(10);
  const a = new End('deafa');
  const b = new End('deafb');
  await a.medium.open();
  await b.medium.open();
  fill(a.medium.link);
  const sending = setInterval(() => a.medium.send(Buffer.from(frame('nobody'))), 50);
  await a.until(() => a.lines.some((line) => /TTY write timeout/.test(line)));
  await beat(b, a, 'heard');
  await beat(b, a, 'heard again');
  clearInterval(sending);
});

test('more than the line carries is dropped, and it is said once', async () => {
  await plug('slow');
  const a = new End('slowa');
  const b = new End('slowb');
  await a.medium.open();
  await b.medium.open();
  const long = frame('y'.repeat(12_000));
  a.medium.send(Buffer.from(long));
  for (let n = 0; n < 100; n += 1) a.medium.send(Buffer.from(frame('late')));
  await b.until(() => b.frames.length > 0);
  assert.deepEqual(b.frames, [long]);
  assert.deepEqual(a.lines.slice(1), [
    `warn: glib: more messages for [${a.medium.link}] than 19200 baud can carry: ` +
      'some are not sent',
  ]);
});

test('lines are set as the genuine ones; flow control can be switched off', async () => {
  await plug('set');
  const modes = (device: string): string =>
    execFileSync('stty', ['-F', join(directory, device), '-a'], { encoding: 'latin1' });
  const a = new End('seta');
  const b = new End('setb', { rtscts: false });
  await a.medium.open();
  await b.medium.open();
  for (const mode of [
    'speed 19200 baud',
    ' cs8',
    '-parenb',
    '-opost',
    '-icanon',
    '-echo',
    '-isig',
  ]) {
    assert.ok(modes('seta').includes(mode), mode);
  }
  assert.match(modes('seta'), / crtscts/);
  assert.match(modes('setb'), / -crtscts/);
});

test('a line that never falls silent stops nothing, and is used again when it does', async () => {
  await plug('noisy');
  const a = new End('noisya');
  const b = new End('noisyb');
  await a.medium.open();
  await b.medium.open();
  const noise = spawn('sh', ['-c', 'exec yes ">>>" >"$0"', a.medium.link], { stdio: 'ignore' });
  cables.push(noise);
  for (let turns = 0; turns < 200; turns += 1) await nextTurn();
  await pull(noise);
  await beat(a, b, 'after');
});

test('a device that is in use, or no serial line, is refused with the genuine words', async () => {
  await plug('used');
  const first = new End('useda');
  await first.medium.open();
  writeFileSync(join(directory, 'LCK..usedb'), `${String(process.ppid).padStart(10)}\n`);
  const refused = (device: string, text: RegExp): Promise<void> =>
    assert.rejects(
      new End(device).medium.open(),
      (error: unknown) => error instanceof UnusableMedium && text.test(error.message),
    );
  await refused('usedb', /^cannot lock line .*usedb$/);
  writeFileSync(join(directory, 'plain'), '');
  await refused('plain', /^cannot get tty attributes: Inappropriate ioctl for device$/);
  await refused('missing', /^cannot open .*missing: /);
});
