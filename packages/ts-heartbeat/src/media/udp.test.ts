/** Tests of the media over UDP and IPv4, on a segment of their own. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { End, onSegment, shell, untilHeard } from './segment.fixture.js';

onSegment(import.meta.url, 'media over UDP, on a segment of their own', () => {
  testMcast();
  testBcast();
  testUcast();
  testReturn();
});

function mcast(device: string, loop: 0 | 1, port = 694, group = '225.0.0.1'): MediumLine {
  return { kind: 'mcast', device, group, port, ttl: 1, loop };
}

function testMcast(): void {
  test('mcast: the other end hears it, with loop 1 the sender too', async () => {
    const a = new End(mcast('a0', 0));
    const b = new End(mcast('b0', 1));
    await Promise.all([a.medium.open(), b.medium.open()]);
    assert.deepEqual(a.lines, [
      'info: glib: UDP multicast heartbeat started for ' +
        'group 225.0.0.1 port 694 interface a0 (ttl=1 loop=0)',
    ]);
    assert.equal(a.medium.link, 'a0');
    a.send('from a');
    assert.deepEqual(await b.heard(1), ['from a']);
    b.send('from b');
    assert.deepEqual(await a.heard(1), ['from b']);
    assert.deepEqual(await b.heard(2), ['from a', 'from b']);
  });

  test('mcast: a burst arrives whole', async () => {
    const a = new End(mcast('a0', 0, 6940));
    const b = new End(mcast('b0', 0, 6940));
    await Promise.all([a.medium.open(), b.medium.open()]);
    for (let n = 0; n < 100; n += 1) a.send(String(n));
    const heard = await b.heard(100);
    assert.deepEqual(
      heard,
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
  });

  test('mcast: two groups on one port and interface do not hear each other', async () => {
    const groups = ['225.0.0.1', '225.0.0.2'];
    const from = groups.map((group) => new End(mcast('a0', 0, 6944, group)));
    const to = groups.map((group) => new End(mcast('b0', 0, 6944, group)));
    await Promise.all([...from, ...to].map((end) => end.medium.open()));
    for (const [n, end] of from.entries()) end.send(`to ${n}`);
    for (const [n, end] of to.entries()) assert.deepEqual(await end.heard(1), [`to ${n}`]);
    assert.deepEqual(
      to.map((end) => end.received.length),
      [1, 1],
    );
  });

  test('mcast: what does not fit into a packet comes in fragments; too much is told', async () => {
    const a = new End(mcast('a0', 0, 6945));
    const b = new End(mcast('b0', 0, 6945));
    await Promise.all([a.medium.open(), b.medium.open()]);
    const texts = [1472, 1473, 9000, 60_000].map((length) => 'x'.repeat(length));
    for (const [n, text] of texts.entries()) {
      a.send(text);
      await b.heard(n + 1);
    }
    assert.deepEqual(b.received, texts);
    a.send('x'.repeat(65_508));
    await a.said(/write failure/);
    assert.deepEqual(a.lines.slice(1), [
      'error: glib: mcast_write: Unable to send HBcomm packet ' +
        'a0 225.0.0.1:6945 len=65508 [-1]: Message too long',
      'error: write_child: write failure on mcast a0.: Message too long',
    ]);
    a.send('after that');
    assert.equal((await b.heard(5))[4], 'after that');
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
    a.send('to all');
    assert.deepEqual(await b.heard(1), ['to all']);
    a.send('x'.repeat(9000));
    await b.heard(2);
    const stranger = dgram.createSocket('udp4');
    stranger.bind(0, '10.9.0.1');
    await once(stranger, 'listening');
    stranger.setBroadcast(true);
    shell('ip route add 255.255.255.255 dev a0');
    stranger.send('to the world', 6941, '255.255.255.255');
    assert.deepEqual((await b.heard(3)).slice(2), ['to the world']);
    stranger.close();
  });
}

function testUcast(): void {
  test('ucast: one address hears it, through the device alone', async () => {
    // Both addresses are of this machine: what is sent to one through the cable is heard on lo.
    const line: MediumLine = { kind: 'ucast', device: 'lo', host: '10.9.0.2', port: 6942 };
    const end = new End(line);
    await end.medium.open();
    assert.deepEqual(end.lines, [
      'info: glib: ucast: write socket priority set to IPTOS_LOWDELAY on lo',
      'info: glib: ucast: bound send socket to device: lo',
      'info: glib: ucast: set SO_REUSEPORT(w)',
      'info: glib: ucast: set SO_REUSEADDR',
      'info: glib: ucast: bound receive socket to device: lo',
      'info: glib: ucast: set SO_REUSEPORT',
      'info: glib: ucast: started on port 6942 interface lo to 10.9.0.2',
    ]);
    end.send('to myself');
    assert.deepEqual(await end.heard(1), ['to myself']);
  });

  test('ucast and mcast on one port hear what is meant for them', async () => {
    const one = new End({ kind: 'ucast', device: 'lo', host: '127.0.0.1', port: 6946 });
    const all = new End(mcast('a0', 1, 6946));
    await Promise.all([one.medium.open(), all.medium.open()]);
    all.send('to all');
    await all.heard(1);
    one.send('to one');
    await one.heard(1);
    assert.deepEqual([one.received, all.received], [['to one'], ['to all']]);
  });
}

function testReturn(): void {
  const make = (): void =>
    shell(
      'ip link add a1 type veth peer name b1',
      'ip addr add 10.9.1.1/24 dev a1',
      'ip addr add 10.9.1.2/24 dev b1',
      'echo 1 > /proc/sys/net/ipv4/conf/b1/accept_local',
      'echo 0 > /proc/sys/net/ipv4/conf/b1/rp_filter',
      'ip link set a1 up',
      'ip link set b1 up',
    );

  test('a device that is made anew is used again; one without route is told once', async () => {
    const a = new End(mcast('a1', 0, 6943, '225.0.0.2'));
    await a.medium.open();
    assert.match(a.lines.join(), /^error: glib: mcast \[a1\]: no such device/);
    make();
    const b = new End(mcast('b1', 0, 6943, '225.0.0.2'));
    await b.medium.open();
    await untilHeard(a, b, 1);
    shell('ip link set a1 down');
    for (let n = 0; n < 3; n += 1) {
      a.send('lost');
      await delay(20);
    }
    assert.deepEqual(
      a.lines.filter((row) => /Unable|write_child/.test(row)),
      [
        'error: glib: mcast_write: Unable to send HBcomm packet ' +
          'a1 225.0.0.2:6943 len=4 [-1]: Network is unreachable',
        'error: write_child: write failure on mcast a1.: Network is unreachable',
      ],
    );
    shell('ip link del a1');
    make();
    await untilHeard(a, b, b.received.length + 1);
    assert.equal(a.lines.filter((row) => /started for group/.test(row)).length, 2);
  });

  test('a device that is renamed goes on; one that gets its name is used instead', async () => {
    const a = new End(mcast('a1', 0, 6947));
    const b = new End(mcast('b1', 0, 6947));
    await Promise.all([a.medium.open(), b.medium.open()]);
    await untilHeard(a, b, 1);
    shell('ip link set a1 down', 'ip link set a1 name a9', 'ip link set a9 up');
    await untilHeard(a, b, b.received.length + 1);
    shell(
      'ip link add a1 type veth peer name b2',
      'ip addr add 10.9.2.1/24 dev a1',
      'ip addr add 10.9.2.2/24 dev b2',
      'echo 1 > /proc/sys/net/ipv4/conf/b2/accept_local',
      'echo 0 > /proc/sys/net/ipv4/conf/b2/rp_filter',
      'ip link set a1 up',
      'ip link set b2 up',
    );
    const c = new End(mcast('b2', 0, 6947));
    await c.medium.open();
    await untilHeard(a, c, 1);
  });

  test('an address that comes late opens the medium', async () => {
    shell('ip link add a3 type veth peer name b3', 'ip link set a3 up', 'ip link set b3 up');
    const late = new End({ kind: 'bcast', device: 'a3', port: 6948 });
    await late.medium.open();
    assert.deepEqual(late.lines, [
      'error: glib: bcast [a3] cannot be opened: it has no broadcast address',
    ]);
    late.send('nobody hears that');
    shell('ip addr add 10.9.3.1/24 brd + dev a3');
    await late.said(/Broadcast heartbeat started on port 6948/);
  });
}
