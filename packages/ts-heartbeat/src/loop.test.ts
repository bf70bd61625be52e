/** Tests of the loop, over wires in memory and a clock that stands still until it is moved. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { encodeDatagram } from '@ts-heartbeat/core/message/datagram';
import { Message } from '@ts-heartbeat/core/message/message';
import { createNode } from '@ts-heartbeat/core/node';
import { settingsFixture } from '@ts-heartbeat/core/settings.fixture';
import { Loop, type LoopParts, type OutsideEffect } from './loop.js';
import type { Medium } from './media/medium.js';
import { MemoryMedium, MemoryWire } from './media/memory.js';

const KEYS: Keyring = { signing: 1, keys: new Map([[1, { method: 'crc', key: '' }]]) };
const OTHER_KEYS: Keyring = { signing: 1, keys: new Map([[1, { method: 'md5', key: 'x' }]]) };

function settings(localNode: string): Settings {
  return settingsFixture(localNode, {
    nodes: [
      { name: 'alpha', type: 'normal' },
      { name: 'beta', type: 'normal' },
      { name: '10.0.0.1', type: 'ping' },
    ],
    media: [
      { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 694, ttl: 1, loop: 0 },
      { kind: 'ping', host: '10.0.0.1' },
    ],
    keepalive: 1000,
    deadtime: 5000,
    warntime: 2500,
    initdead: 10_000,
    deadping: 5000,
  });
}

/** A loop whose time is moved by hand. */
class Bench {
  readonly lines: string[] = [];
  readonly outside: OutsideEffect[] = [];
  readonly loop: Loop;
  readonly wire: Medium;
  readonly ping: Medium;
  at = 1000;
  wall = 1_795_000_000;
  broken = false;
  #alarm: (() => void) | undefined;

  constructor(name: string, wire: MemoryWire) {
    this.loop = new Loop(createNode(settings(name)), {
      clock: { at: () => this.at, now: () => this.#now() },
      alarm: {
        at: () => this.at,
        after: (_ms, call) => {
          this.#alarm = call;
          return () => {
            if (this.#alarm === call) this.#alarm = undefined;
          };
        },
      },
      say: (severity, text) => void this.lines.push(`${severity}: ${text}`),
      sayAsScript: ({ text, tag }) => void this.lines.push(`${tag}: ${text}`),
      keyring: () => KEYS,
      logBadPackets: true,
      oversleep: 500,
      outside: (effect) => void this.outside.push(effect),
    });
    const received = this.loop.arrived.bind(this.loop);
    this.wire = new MemoryMedium(wire, 'eth0', received);
    this.ping = new MemoryMedium(new MemoryWire(), '10.0.0.1', received);
    this.loop.add(this.wire, false);
    this.loop.add(this.ping, true);
    void this.wire.open();
  }

  #now(): ReturnType<LoopParts['clock']['now']> {
    if (this.broken) throw new Error('broken');
    return { at: this.at, wall: this.wall, load: '' };
  }

  start(generation = 7): void {
    const uuid = new Uint8Array(16).fill(generation);
    this.loop.happen({ kind: 'start', generation, uuid, pid: 42, seed: 1 });
  }

  /** Lets time pass, and the alarm ring if it was to ring by then. */
  pass(ms: number): void {
    this.at += ms;
    const call = this.#alarm;
    this.#alarm = undefined;
    call?.();
  }

  arrive(medium: Medium, message: Message, keys: Keyring = KEYS): void {
    this.loop.arrived(medium, { form: 'datagram', bytes: encodeDatagram(message, keys) });
  }

  /** What happened, without the times. */
  get happened(): readonly string[] {
    return this.loop.trace.map((row) => row.replace(/^\d+ /, ''));
  }
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await turn();
}

const status = (seq: number): Message =>
  Message.of({
    t: 'status',
    st: 'active',
    dt: '1388',
    protocol: '1',
    src: 'beta',
    seq: seq.toString(16),
    hg: '9',
    ts: '6b000000',
  });

/** Two nodes come up and live on; between two keepalives the wall clock of one steps. */
async function livedThrough(step: (second: number) => number): Promise<readonly string[]> {
  const wire = new MemoryWire();
  const [alpha, beta] = [new Bench('alpha', wire), new Bench('beta', wire)];
  alpha.start(7);
  beta.start(9);
  for (let second = 0; second < 40; second += 1) {
    alpha.wall += step(second);
    alpha.pass(1000);
    beta.pass(1000);
    await turns(4);
  }
  return [...alpha.lines, ...alpha.loop.trace, ...beta.lines];
}

test('a wall clock that steps by hours changes nothing of what a node does', async () => {
  const steps = [3600, -7200, 86_400, 0, -82_800];
  const steady = await livedThrough(() => 1);
  assert.deepEqual(await livedThrough((second) => steps[second % steps.length] ?? 0), steady);
  assert.ok(steady.some((line) => line.includes("Local status now set to: 'active'")));
});

test('two nodes over one wire see each other and go active', async () => {
  const wire = new MemoryWire();
  const alpha = new Bench('alpha', wire);
  const beta = new Bench('beta', wire);
  alpha.start(7);
  beta.start(9);
  await turns(2);
  // The ping node does not answer: communication is up when it is dead.
  for (let n = 0; n < 11; n += 1) {
    alpha.pass(1000);
    beta.pass(1000);
    await turns(4);
  }
  for (const bench of [alpha, beta]) {
    assert.ok(bench.lines.includes("info: Local status now set to: 'active'"));
    assert.ok(bench.outside.some(({ kind }) => kind === 'communicationUp'));
    const states = bench.loop.view.nodes.map(({ name, status: state }) => `${name} ${state}`);
    assert.deepEqual(states, ['alpha active', 'beta active', '10.0.0.1 dead']);
  }
});

test('what is not authentic is dropped; a ping medium speaks for its own host only', () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.arrive(bench.wire, status(1), OTHER_KEYS);
  assert.deepEqual(bench.lines.slice(-1), [
    'warn: string2msg_ll: node [beta] failed authentication',
  ]);
  bench.loop.arrived(bench.wire, { form: 'frame', text: 'rubbish' });
  bench.arrive(bench.ping, status(2));
  bench.arrive(bench.ping, Message.of({ t: 'NS_st', st: 'ping', src: 'beta', ts: '1' }));
  assert.deepEqual(bench.happened, ['start']);
  bench.arrive(bench.ping, Message.of({ t: 'NS_st', st: 'ping', src: '10.0.0.1', ts: '1' }));
  assert.equal(bench.happened.length, 2);
});

test('replays and strangers are counted, told of once a second, and cost no turn', () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.arrive(bench.wire, status(1));
  const before = bench.lines.length;
  for (let n = 0; n < 100; n += 1) {
    bench.arrive(bench.wire, status(2).with('hg', '8'));
    bench.arrive(bench.wire, status(3).with('src', 'gamma'));
    bench.arrive(bench.wire, status(4).with('src', 'alpha'));
    bench.arrive(bench.wire, status(5), OTHER_KEYS);
  }
  bench.at += 1000;
  bench.arrive(bench.wire, status(3).with('src', 'gamma'));
  assert.equal(bench.happened.length, 2);
  assert.deepEqual(bench.lines.slice(before), [
    'error: should_drop_message: attempted replay attack [beta]? [gen = 8, curgen = 9]',
    'error: process_status_message: bad node [gamma] in message (and 399 more refused messages)',
  ]);
  assert.deepEqual(bench.loop.refused, [
    'Messages refused on eth0: 401 (replay 100, stranger 101, own 100, auth.digest 100)',
  ]);
});

test('after oversleeping, what waited in the sockets comes before the time', async () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.arrive(bench.wire, status(1));
  bench.pass(30_000);
  // The sockets are served after the timer.
  bench.arrive(bench.wire, status(2));
  bench.arrive(bench.wire, status(3));
  while (bench.happened.at(-1) !== 'time') await turn();
  const kinds = bench.happened.slice(2).map((row) => row.split(' ')[0]);
  assert.deepEqual(kinds, ['overslept', 'received', 'received', 'time']);
  assert.ok(!bench.lines.some((row) => row.endsWith('is dead')));
});

test('a socket that is served before the timer tells of the sleep as well', async () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.arrive(bench.wire, status(1));
  bench.at += 30_000;
  bench.arrive(bench.wire, status(2));
  while (bench.happened.at(-1) !== 'time') await turn();
  const kinds = bench.happened.slice(2).map((row) => row.split(' ')[0]);
  assert.deepEqual(kinds, ['overslept', 'received', 'time']);
});

test('a wait that is over when it is asked for is no sleep, and what is silent is dead', () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.pass(1000);
  bench.arrive(bench.wire, status(1));
  // Communication is up with the death of the ping node; from then on the dead time holds.
  for (let second = 0; second < 9; second += 1) bench.pass(1000);
  bench.pass(0);
  assert.ok(bench.lines.includes('warn: node beta: is dead'));
  assert.ok(!bench.happened.some((row) => row.startsWith('overslept')));
});

test('what breaks is thrown, and the trace tells what led to it', () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.broken = true;
  assert.throws(() => bench.arrive(bench.wire, status(1)), /broken/);
  assert.deepEqual(bench.happened, ['start', 'received eth0 status beta 1 active -']);
});

test('a stopped loop lets nothing happen', () => {
  const bench = new Bench('alpha', new MemoryWire());
  bench.start();
  bench.loop.stop();
  bench.arrive(bench.wire, status(1));
  bench.pass(60_000);
  assert.deepEqual(bench.happened, ['start']);
});
