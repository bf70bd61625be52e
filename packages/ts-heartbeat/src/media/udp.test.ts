/**
 * Tests of the media over UDP and of ping, on a segment of their own: a network namespace that
 * holds both ends of a cable, `a0` and `b0`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { networkInterface } from '@ts-heartbeat/platform/interface';
import { makeMedium } from './media.js';
import type { Arrival, Medium, Surroundings } from './medium.js';
import { makePinger, type Pinger } from './pinger.js';

const INSIDE = 'TS_HEARTBEAT_TEST_SEGMENT';
const SEGMENT = `set -e
ip link set lo up
ip link add a0 type veth peer name b0
for link in a0 b0; do
  echo 1 > /proc/sys/net/ipv4/conf/$link/accept_local
  echo 0 > /proc/sys/net/ipv4/conf/$link/rp_filter
  echo 0 > /proc/sys/net/ipv6/conf/$link/accept_dad
done
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
ip addr add 10.9.0.1/24 brd + dev a0
ip addr add 10.9.0.2/24 brd + dev b0
ip link set a0 up
ip link set b0 up
exec "$@"`;

/** One end: what it received, and its log. */
class End {
  readonly lines: string[] = [];
  readonly received: string[] = [];
  #waiting: (() => void) | undefined;
  readonly medium: Medium;

  constructor(line: MediumLine, pinger?: Pinger) {
    const around: Surroundings = {
      say: (severity, text) => this.lines.push(`${severity}: ${text}`),
      clock: () => performance.now(),
      interfaces: (name) => networkInterface(name),
      received: (_medium, arrival) => this.#take(arrival),
    };
    this.medium = makeMedium(line, around, { pinger: pinger ?? makePinger(1, around.say) });
    open.push(this.medium);
  }

  #take(arrival: Arrival): void {
    assert.equal(arrival.form, 'datagram');
    if (arrival.form === 'datagram') this.received.push(Buffer.from(arrival.bytes).toString());
    this.#waiting?.();
  }

  /** Waits until so many messages have come. */
  async heard(count: number): Promise<readonly string[]> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.received;
  }
}

const open: Medium[] = [];

const text = (words: string): Uint8Array => Buffer.from(words);

if (process.env[INSIDE] === undefined) {
  test('media over UDP and ping, on a segment of their own', () => {
    const own = process.getuid?.() === 0 ? ['-n'] : ['-rn'];
    const self = [process.execPath, fileURLToPath(import.meta.url)];
    const environment: NodeJS.ProcessEnv = { ...process.env, [INSIDE]: 'yes' };
    delete environment.NODE_TEST_CONTEXT;
    const result = spawnSync('unshare', [...own, 'sh', '-c', SEGMENT, 'sh', ...self], {
      env: environment,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
  });
} else {
  after(() => Promise.all(open.map((medium) => medium.close())));
  testMcast();
  testBcast();
  testUcast();
  testReturn();
  testPing();
}

function testMcast(): void {
  const line = (device: string, loop: 0 | 1, port = 694): MediumLine => ({
    kind: 'mcast',
    device,
    group: '225.0.0.1',
    port,
    ttl: 1,
    loop,
  });

  test('mcast: the other end hears it, with loop 1 the sender too', async () => {
    const a = new End(line('a0', 0));
    const b = new End(line('b0', 1));
    await Promise.all([a.medium.open(), b.medium.open()]);
    assert.deepEqual(a.lines, [
      'info: glib: UDP multicast heartbeat started for ' +
        'group 225.0.0.1 port 694 interface a0 (ttl=1 loop=0)',
    ]);
    assert.equal(a.medium.link, 'a0');
    a.medium.send(text('from a'));
    assert.deepEqual(await b.heard(1), ['from a']);
    b.medium.send(text('from b'));
    assert.deepEqual(await a.heard(1), ['from b']);
    assert.deepEqual(await b.heard(2), ['from a', 'from b']);
  });

  test('mcast: a burst arrives whole', async () => {
    const a = new End(line('a0', 0, 6940));
    const b = new End(line('b0', 0, 6940));
    await Promise.all([a.medium.open(), b.medium.open()]);
    for (let n = 0; n < 100; n += 1) a.medium.send(text(String(n)));
    const heard = await b.heard(100);
    assert.deepEqual(
      heard,
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
  });

  test('mcast6: the other end hears it', async () => {
    const six = (device: string): MediumLine => ({
      kind: 'mcast6',
      device,
      group: 'ff02::694',
      port: 694,
      ttl: 1,
      loop: 0,
    });
    const a = new End(six('a0'));
    const b = new End(six('b0'));
    await Promise.all([a.medium.open(), b.medium.open()]);
    a.medium.send(text('six'));
    assert.deepEqual(await b.heard(1), ['six']);
  });
}

function testBcast(): void {
  test('bcast: everybody on the segment hears it, and 255.255.255.255 as well', async () => {
    const line = (device: string): MediumLine => ({ kind: 'bcast', device, port: 6941 });
    const a = new End(line('a0'));
    const b = new End(line('b0'));
    await Promise.all([a.medium.open(), b.medium.open()]);
    assert.deepEqual(b.lines, [
      'info: glib: UDP Broadcast heartbeat started on port 6941 (6941) interface b0',
    ]);
    a.medium.send(text('to all'));
    assert.deepEqual(await b.heard(1), ['to all']);
    const stranger = dgram.createSocket('udp4');
    stranger.bind(0, '10.9.0.1');
    await once(stranger, 'listening');
    stranger.setBroadcast(true);
    execFileSync('ip', ['route', 'add', '255.255.255.255', 'dev', 'a0']);
    stranger.send('to the world', 6941, '255.255.255.255');
    assert.deepEqual((await b.heard(2)).slice(1), ['to the world']);
    stranger.close();
  });
}

function testUcast(): void {
  test('ucast: one address hears it, through the device alone', async () => {
    const line = (device: string, host: string): MediumLine => ({
      kind: 'ucast',
      device,
      host,
      port: 6942,
    });
    // Both addresses are of this machine: what is sent to one through the cable is heard on lo.
    const end = new End(line('lo', '10.9.0.2'));
    await end.medium.open();
    assert.deepEqual(end.lines, [
      'info: glib: ucast: write socket priority set to IPTOS_LOWDELAY on lo',
      'info: glib: ucast: bound send socket to device: lo',
      'info: glib: ucast: bound receive socket to device: lo',
      'info: glib: ucast: started on port 6942 interface lo to 10.9.0.2',
    ]);
    end.medium.send(text('to myself'));
    assert.deepEqual(await end.heard(1), ['to myself']);
  });

  test('ucast6: one address hears it', async () => {
    const line: MediumLine = { kind: 'ucast6', device: 'lo', host: '::1', port: 6942 };
    const end = new End(line);
    await end.medium.open();
    end.medium.send(text('six'));
    assert.deepEqual(await end.heard(1), ['six']);
  });
}

function testReturn(): void {
  test('a device that is made anew is used again; one without route is told once', async () => {
    const line = (device: string): MediumLine => ({
      kind: 'mcast',
      device,
      group: '225.0.0.2',
      port: 6943,
      ttl: 1,
      loop: 0,
    });
    const a = new End(line('a1'));
    await a.medium.open();
    assert.match(a.lines.join(), /^error: glib: mcast \[a1\]: no such device/);
    const make = (): void => {
      const steps = [
        'ip link add a1 type veth peer name b1',
        'ip addr add 10.9.1.1/24 dev a1',
        'ip addr add 10.9.1.2/24 dev b1',
        'echo 1 > /proc/sys/net/ipv4/conf/b1/accept_local',
        'echo 0 > /proc/sys/net/ipv4/conf/b1/rp_filter',
        'ip link set a1 up',
        'ip link set b1 up',
      ];
      execFileSync('sh', ['-ec', steps.join('\n')]);
    };
    make();
    const b = new End(line('b1'));
    await b.medium.open();
    await untilHeard(a, b, 1);
    execFileSync('ip', ['link', 'set', 'a1', 'down']);
    for (let n = 0; n < 3; n += 1) {
      a.medium.send(text('lost'));
      await delay(20);
    }
    assert.deepEqual(
      a.lines.filter((row) => /Unable/.test(row)),
      [
        'error: glib: mcast_write: Unable to send HBcomm packet ' +
          'a1 225.0.0.2:6943 len=4 [-1]: Network is unreachable',
      ],
    );
    execFileSync('ip', ['link', 'del', 'a1']);
    make();
    await untilHeard(a, b, b.received.length + 1);
    assert.equal(a.lines.filter((row) => /started for group/.test(row)).length, 2);
  });
}

/** Goes on sending, as a node does with its keepalives, until the other end has heard enough. */
async function untilHeard(from: End, to: End, count: number): Promise<void> {
  const beat = setInterval(() => from.medium.send(text('beat')), 50);
  await to.heard(count);
  clearInterval(beat);
}

function testPing(): void {
  test('ping and ping_group: the answer brings the message home, once', async () => {
    const say = (): void => undefined;
    const pinger = makePinger(process.pid, say);
    const host = new End({ kind: 'ping', host: '127.0.0.1' }, pinger);
    const hosts = ['127.0.0.1', '127.0.0.2'];
    const group = new End({ kind: 'ping_group', name: 'group1', hosts }, pinger);
    await Promise.all([host.medium.open(), group.medium.open()]);
    assert.deepEqual(host.lines, ['info: glib: ping heartbeat started.']);
    assert.deepEqual(group.lines, ['info: glib: ping group heartbeat started.']);
    assert.equal(group.medium.link, 'group1');
    host.medium.send(text('one'));
    group.medium.send(text('two'));
    assert.deepEqual(await host.heard(1), ['one']);
    assert.deepEqual(await group.heard(1), ['two']);
    host.medium.send(text('three'));
    await host.heard(2);
    assert.deepEqual(group.received, ['two']);
    pinger.close();
  });
}
