/** Tests of the way to syslog: packets, queue, restarts, and the way without system calls. */
import assert from 'node:assert/strict';
import { chmodSync, closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { libc } from './native.js';
import {
  datagramSender,
  FACILITY_NUMBER,
  loggerSender,
  type PacketSender,
  priorityOf,
  Syslog,
  unixAddress,
} from './syslog.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const at = new Date(2026, 10, 22, 14, 9, 55);

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'syslog-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A socket to receive from, in the place of a syslog daemon. */
function listen(t: TestContext, socket: string): { take(): string | undefined; stop(): void } {
  const native = libc();
  assert.ok(native);
  const fd = native.socket(AF_UNIX, SOCK_DGRAM, 0);
  assert.ok(fd >= 0);
  assert.equal(native.bind(fd, unixAddress(socket)), 0);
  let open = true;
  const stop = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  t.after(stop);
  return {
    take: () => {
      const packet = Buffer.alloc(8192);
      const length = native.recvfrom(fd, packet, Buffer.alloc(110));
      return length < 0 ? undefined : packet.toString('utf8', 0, length);
    },
    stop,
  };
}

/** Asks in every turn of the loop until there is an answer. */
async function awaited<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    await immediate();
  }
}

function transport(sender: PacketSender): Syslog {
  return new Syslog({ facility: 'local0', least: 'debug', line: ({ text }) => text, sender });
}

function say(syslog: Syslog, text: string): void {
  syslog.log({ entry: { severity: 'info', text, at } }, () => undefined);
}

test('priorities are facility and severity', () => {
  assert.equal(priorityOf('local0', 'info'), 134);
  assert.equal(priorityOf('local0', 'debug'), 135);
  assert.equal(priorityOf('daemon', 'crit'), 26);
  assert.equal(FACILITY_NUMBER.size, 20);
});

test('packets reach a datagram socket, and again after syslog was restarted', async (t) => {
  const socket = path.join(folder(t), 'log');
  const first = listen(t, socket);
  const sender = datagramSender(socket, libc());
  assert.ok(sender);
  const syslog = transport(sender);
  t.after(() => syslog.close());
  say(syslog, 'one');
  assert.equal(first.take(), '<134>one');
  first.stop();
  say(syslog, 'two');
  rmSync(socket);
  say(syslog, 'three');
  const second = listen(t, socket);
  assert.equal(await awaited(second.take), '<134>two');
  assert.equal(await awaited(second.take), '<134>three');
  assert.equal(syslog.lost, 0);
});

test('a burst beyond the kernel queue is kept in order', async (t) => {
  const socket = path.join(folder(t), 'log');
  const daemon = listen(t, socket);
  const sender = datagramSender(socket, libc());
  assert.ok(sender);
  const syslog = transport(sender);
  t.after(() => syslog.close());
  const wanted = Array.from({ length: 60 }, (_, i) => `<134>${i}`);
  for (const text of wanted) say(syslog, text.slice(5));
  for (const text of wanted) assert.equal(await awaited(daemon.take), text);
});

test('while nobody listens the queue has a limit, and what is beyond it is counted', async () => {
  const sender: PacketSender = { send: () => 'absent', close: () => undefined };
  const syslog = transport(sender);
  for (let i = 0; i < 1005; i += 1) say(syslog, 'x');
  assert.equal(syslog.lost, 5);
  const begun = process.hrtime.bigint();
  await syslog.flushed();
  const waited = Number(process.hrtime.bigint() - begun) / 1e6;
  assert.ok(waited > 400 && waited < 5000, `${waited} ms`);
  syslog.close();
  assert.equal(syslog.lost, 1005);
});

test('without system calls a logger program gets priority and text', async (t) => {
  const made = folder(t);
  const program = path.join(made, 'logger');
  const out = path.join(made, 'out');
  writeFileSync(out, '');
  writeFileSync(program, `#!/bin/sh\necho "$*" >> ${out}\nexec cat >> ${out}\n`);
  chmodSync(program, 0o755);
  const sender = loggerSender('heartbeat', program);
  sender.send('<134>Nov 22 14:09:55 heartbeat: [19]: info: text');
  sender.send('<132>Nov 22 14:09:55 ldirectord[19]: two\nlines [x]');
  sender.close();
  await awaited(() => readFileSync(out, 'utf8').endsWith('[x]\n') || undefined);
  assert.equal(
    readFileSync(out, 'utf8'),
    '--prio-prefix -t heartbeat\n<134>[19]: info: text\n<132>[19]: two lines [x]\n',
  );
});
