/** Tests of JSON lines: cutting, limits, broken peers, sockets left behind. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  BACKLOG_BYTES_MAX,
  connectJson,
  type JsonListener,
  LINE_BYTES_MAX,
  LineCutter,
  listenJson,
  speakJson,
} from './jsonlines.js';

function place(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'jsonlines-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return path.join(made, 'runner');
}

/** A listener that remembers what came, and tells when the conversation is over. */
class Memory implements JsonListener {
  readonly values: unknown[] = [];
  readonly over: Promise<string>;
  #end: (reason: string) => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  message(value: unknown): void {
    this.values.push(value);
  }

  closed(reason: string): void {
    this.#end(reason);
  }
}

test('a stream is cut into the same lines wherever it is split', () => {
  const line = fc.string({ maxLength: 20 }).filter((text) => !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
      const stream = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const cutter = new LineCutter();
      const found: string[] = [];
      let from = 0;
      for (const cut of [...cuts, stream.length]) {
        found.push(...(cutter.push(stream.subarray(from, from + cut)) ?? []));
        from += cut;
      }
      assert.deepEqual(found, lines);
    }),
  );
});

test('a line over the limit ends the stream, however it comes', () => {
  assert.deepEqual(new LineCutter(4).push(Buffer.from('1234\n')), ['1234']);
  assert.equal(new LineCutter(4).push(Buffer.from('12345\n')), undefined);
  const cutter = new LineCutter(4);
  assert.deepEqual(cutter.push(Buffer.from('123')), []);
  assert.equal(cutter.push(Buffer.from('45')), undefined);
});

test('values go both ways, and an end comes after what was sent', async (t) => {
  const file = place(t);
  const server = new Memory();
  const listening = await listenJson(file, 0o600, (socket) => {
    const peer = speakJson(socket, server);
    peer.send({ op: 'ready', pid: 1 });
    peer.send(['a\nb', 'ü']);
    peer.end();
  });
  t.after(() => listening.close());
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const client = new Memory();
  const peer = await connectJson(file, client);
  peer.send('hello');
  assert.equal(await client.over, '');
  assert.equal(await server.over, '');
  assert.deepEqual(client.values, [{ op: 'ready', pid: 1 }, ['a\nb', 'ü']]);
  assert.deepEqual(server.values, ['hello']);
  assert.equal(peer.send('too late'), false);
  listening.close();
  assert.equal(existsSync(file), false);
});

for (const [what, bytes, reason] of [
  ['noise', 'this is no JSON\n', /not JSON/],
  ['a line without end', 'x'.repeat(LINE_BYTES_MAX + 1), /a line of more than/],
] as const) {
  test(`a peer that sends ${what} is dropped`, async (t) => {
    const file = place(t);
    const server = new Memory();
    const listening = await listenJson(file, 0o600, (socket) => speakJson(socket, server));
    t.after(() => listening.close());
    const client = net.connect(file);
    client.on('error', () => undefined);
    client.write(`1\n${bytes}`);
    assert.match(await server.over, reason);
    assert.deepEqual(server.values, [1]);
    if (!client.closed) await once(client, 'close');
  });
}

test('a peer that does not read is dropped at the limit', async (t) => {
  const file = place(t);
  const accepted: net.Socket[] = [];
  const listening = await listenJson(file, 0o600, (socket) => accepted.push(socket.pause()));
  t.after(() => listening.close());
  const client = new Memory();
  const peer = await connectJson(file, client);
  const value = 'x'.repeat(100_000);
  let sent = 0;
  while (peer.send(value)) sent += 1;
  assert.equal(await client.over, 'it does not read');
  assert.ok(sent * value.length >= BACKLOG_BYTES_MAX);
  for (const socket of accepted) socket.destroy();
});

test('a served socket is respected, one left behind is replaced', async (t) => {
  const file = place(t);
  const listening = await listenJson(file, 0o600, (socket) => socket.end());
  await assert.rejects(
    listenJson(file, 0o600, () => undefined),
    /EADDRINUSE/,
  );
  listening.close();
  const die = '() => process.kill(process.pid, 9)';
  const leave = `require('net').createServer().listen(${JSON.stringify(file)}, ${die})`;
  spawnSync(process.execPath, ['-e', leave]);
  assert.ok(existsSync(file));
  const again = await listenJson(file, 0o600, (socket) => socket.end());
  again.close();
  await assert.rejects(connectJson(file, new Memory()), /ENOENT/);
});
