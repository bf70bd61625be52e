/** Ping checks over a network on which everything is possible, and by the program of the system. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { openEcho, ReplyListener } from '@ts-heartbeat/platform/icmp';
import fc from 'fast-check';
import type { CheckResult, PingSpec } from './check.js';
import { Echoes } from './echoes.js';
import { pingProbe } from './ping.js';
import { runProbe } from './probe.js';

const directory = mkdtempSync(path.join(tmpdir(), 'ping-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

interface Request {
  readonly address: string;
  readonly seq: number;
  readonly payload: Buffer;
}

/** A network with its sockets; `answer` sees every request. */
class Anything {
  readonly sent: Request[] = [];
  readonly replies: ReplyListener[] = [];
  opened = 0;
  closed = 0;
  /** Why nothing can be sent. */
  trouble: string | undefined;
  answer: (request: Request) => void = () => {};

  readonly open: typeof openEcho = (_options, onReply) => {
    this.opened += 1;
    this.replies.push(onReply);
    return {
      way: 'raw',
      send: (address, seq, payload) => {
        const request = { address, seq, payload: Buffer.from(payload) };
        this.sent.push(request);
        if (this.trouble === undefined) setImmediate(() => this.answer(request));
        return this.trouble;
      },
      close: () => {
        this.closed += 1;
      },
    };
  };

  reply(address: string, seq: number, payload: Buffer): void {
    for (const onReply of this.replies) onReply(address, seq, payload);
  }
}

function ping(echoes: Echoes, change: Partial<PingSpec> = {}): Promise<CheckResult> {
  const spec: PingSpec = { kind: 'ping', address: '10.0.0.1', count: 2, timeout: 60, ...change };
  return runProbe(pingProbe(spec, echoes), 5000, new AbortController().signal);
}

test('ping: up at the first answer, with 64 bytes of data, over IPv4 and IPv6', async () => {
  const network = new Anything();
  network.answer = ({ address, seq, payload }) => {
    network.reply(address === '2001:db8:0:0::1' ? '2001:db8::1' : address, seq, payload);
  };
  const echoes = new Echoes(network.open);
  for (const address of ['10.0.0.1', '2001:db8:0:0::1']) {
    const { up, message } = await ping(echoes, { address });
    assert.deepEqual([up, message], [true, '']);
  }
  assert.deepEqual(
    network.sent.map(({ payload }) => payload.length),
    [64, 64],
  );
  assert.notDeepEqual(network.sent[0]?.payload, network.sent[1]?.payload);
  assert.deepEqual([network.opened, network.closed], [2, 2]);
});

test('ping: each try has its time, and the last one decides', async () => {
  const network = new Anything();
  const echoes = new Echoes(network.open);
  const silent = await ping(echoes, { count: 3 });
  assert.deepEqual([silent.up, silent.message, network.sent.length], [false, 'no answer', 3]);
  assert.ok(silent.ms >= 175 && silent.ms < 1500, `${silent.ms} ms`);
  network.answer = ({ address, seq, payload }) => {
    if (network.sent.length === 5) network.reply(address, seq, payload);
  };
  assert.equal((await ping(echoes)).up, true);
  network.trouble = 'ENETUNREACH';
  const nowhere = await ping(echoes);
  assert.deepEqual([nowhere.up, nowhere.message], [false, 'ENETUNREACH']);
  assert.equal(network.opened, network.closed);
});

test('ping: nothing but the answer to the request counts', async () => {
  const network = new Anything();
  const echoes = new Echoes(network.open);
  network.answer = ({ seq, payload }) => {
    network.reply('10.0.0.2', seq, payload);
    network.reply('10.0.0.1', seq + 1, payload);
    network.reply('10.0.0.1', seq, payload.subarray(1));
    network.reply('10.0.0.1', seq, Buffer.alloc(64));
    network.reply('no address', seq, payload);
  };
  assert.equal((await ping(echoes)).up, false);
  // Late, and so to nobody.
  const [first] = network.sent;
  if (first) network.reply(first.address, first.seq, first.payload);
  network.answer = () => {};
  const result = ping(echoes);
  fc.assert(
    fc.property(
      fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', ''),
      fc.integer({ min: -1, max: 0x1_0000 }),
      fc.uint8Array({ maxLength: 80 }),
      (address, seq, payload) => network.reply(address, seq, Buffer.from(payload)),
    ),
  );
  assert.equal((await result).up, false);
});

test('ping: many at once share a socket, and each gets its own answer', async () => {
  const network = new Anything();
  const dead = '10.0.1.7';
  network.answer = ({ address, seq, payload }) => {
    if (address !== dead) network.reply(address, seq, payload);
  };
  const echoes = new Echoes(network.open);
  const addresses = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  const found = await Promise.all(addresses.map((address) => ping(echoes, { address })));
  assert.deepEqual(
    addresses.filter((_, n) => found[n]?.up !== true),
    [dead],
  );
  assert.ok(network.opened < 5);
  assert.equal(network.opened, network.closed);
});

test('ping: a check that is given up leaves nothing open', async () => {
  const network = new Anything();
  const controller = new AbortController();
  const spec = { kind: 'ping', address: '10.0.0.1', count: 2, timeout: 60_000 } as const;
  const probe = pingProbe(spec, new Echoes(network.open));
  const result = runProbe(probe, 120_000, controller.signal);
  assert.equal(network.opened, 1);
  controller.abort();
  assert.equal((await result).up, false);
  assert.equal(network.closed, 1);
});

test('ping: where sockets are not permitted, by the program of the system', async () => {
  const none = new Echoes(() => {
    throw Object.assign(new Error('no'), { code: 'EPERM' });
  });
  const program = path.join(directory, 'ping');
  writeFileSync(program, '#!/bin/sh\necho ping "$@" >> "$0.told"\n[ $(wc -l < "$0.told") = 2 ]\n', {
    mode: 0o755,
  });
  const before = process.env.PATH;
  process.env.PATH = `${directory}:${before}`;
  try {
    const second = await ping(none, { timeout: 1500 });
    assert.deepEqual([second.up, second.message], [true, '']);
    const told = 'ping -n -q -c 1 -s 64 -W 2 10.0.0.1\n';
    assert.equal(readFileSync(`${program}.told`, 'utf8'), told.repeat(2));
    process.env.PATH = path.join(directory, 'nowhere');
    const absent = await ping(none);
    assert.deepEqual([absent.up, absent.impossible], [false, true]);
  } finally {
    process.env.PATH = before;
  }
});
