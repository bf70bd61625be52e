/** Tests of the media over UDP and IPv6, on a segment of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { End, onSegment, shell, untilHeard } from './segment.fixture.js';

onSegment(import.meta.url, 'media over UDP and IPv6, on a segment of their own', () => {
  testMcast6();
  testUcast6();
});

function mcast6(device: string, port: number, group = 'ff12::694', loop: 0 | 1 = 0): MediumLine {
  return { kind: 'mcast6', device, group, port, ttl: 1, loop };
}

function testMcast6(): void {
  for (const [n, group] of ['ff02::694', 'ff12::694', 'ff15::694'].entries()) {
    test(`mcast6: the other end hears ${group}, with loop 1 the sender too`, async () => {
      const a = new End(mcast6('a0', 6950 + n, group));
      const b = new End(mcast6('b0', 6950 + n, group, 1));
      await Promise.all([a.medium.open(), b.medium.open()]);
      assert.deepEqual(a.lines, [
        `info: glib: UDP multicast heartbeat started for [${group}]:${6950 + n} ` +
          'on interface a0 (hops=1 loop=0)',
      ]);
      await untilHeard(a, b, 1);
      const before = b.received.length;
      b.send('from b');
      assert.equal((await b.heard(before + 1)).at(-1), 'from b');
      assert.deepEqual(await a.heard(1), ['from b']);
    });
  }

  test('mcast6: what does not fit into a packet comes in fragments; too much is told', async () => {
    const a = new End(mcast6('a0', 6953));
    const b = new End(mcast6('b0', 6953));
    await Promise.all([a.medium.open(), b.medium.open()]);
    const texts = [1452, 1453, 9000, 60_000].map((length) => 'x'.repeat(length));
    for (const [n, text] of texts.entries()) {
      a.send(text);
      await b.heard(n + 1);
    }
    assert.deepEqual(b.received, texts);
    a.send('x'.repeat(65_528));
    await a.said(/write failure/);
    assert.deepEqual(a.lines.slice(1), [
      'error: glib: mcast6_write: Unable to send HBcomm packet ' +
        'a0[ff12::694]:6953 len=65528 [-1]: Message too long',
      'error: write_child: write failure on mcast6 a0.: Message too long',
    ]);
  });

  test('mcast6: a device without IPv6 is waited for', async () => {
    shell(
      'ip link add a4 type veth peer name b4',
      'echo 1 > /proc/sys/net/ipv6/conf/a4/disable_ipv6',
      'ip link set a4 up',
      'ip link set b4 up',
    );
    const a = new End(mcast6('a4', 6954));
    const b = new End(mcast6('b4', 6954));
    await Promise.all([a.medium.open(), b.medium.open()]);
    assert.match(a.lines[0] ?? '', /started for \[ff12::694\]:6954 on interface a4/);
    a.send('to nobody');
    await a.said(/write failure on mcast6 a4\.: Network is unreachable$/);
    shell('echo 0 > /proc/sys/net/ipv6/conf/a4/disable_ipv6');
    await untilHeard(a, b, 1);
  });
}

function testUcast6(): void {
  test('ucast6: one address hears it', async () => {
    const end = new End({ kind: 'ucast6', device: 'lo', host: '::1', port: 6955 });
    await end.medium.open();
    assert.deepEqual(end.lines, [
      'info: glib: ucast6: bound send socket to device: lo',
      'info: glib: ucast6: bound receive socket to device: lo',
      'info: glib: ucast6: set SO_REUSEPORT',
      'info: glib: ucast6: heartbeat started for [::1]:6955 on interface lo',
    ]);
    end.send('six');
    assert.deepEqual(await end.heard(1), ['six']);
  });

  test('ucast6: an address of the link is one of the device, named or not', async () => {
    shell('ip -6 addr add fe80::b/64 dev b0 nodad');
    const ends = ['fe80::b', 'fe80::b%a0'].map(
      (host) => new End({ kind: 'ucast6', device: 'a0', host, port: 6956 }),
    );
    const b = new End({ kind: 'ucast6', device: 'b0', host: '2001:db8::1', port: 6956 });
    await Promise.all([...ends, b].map((end) => end.medium.open()));
    for (const [n, end] of ends.entries()) {
      const started = 'ucast6: heartbeat started for [fe80::b%a0]:6956 on interface a0';
      assert.equal(end.lines.at(-1), `info: glib: ${started}`);
      await untilHeard(end, b, b.received.length + 1);
      assert.ok(b.received.length > n);
    }
  });

  test('ucast6: a device that is made anew is used again', async () => {
    const make = (): void =>
      shell(
        'ip link add a5 type veth peer name b5',
        'echo 0 > /proc/sys/net/ipv6/conf/a5/accept_dad',
        'echo 0 > /proc/sys/net/ipv6/conf/b5/accept_dad',
        'ip link set a5 up',
        'ip link set b5 up',
        'ip -6 addr add fe80::a5/64 dev a5 nodad',
        'ip -6 addr add fe80::b5/64 dev b5 nodad',
      );
    const a = new End({ kind: 'ucast6', device: 'a5', host: 'fe80::b5', port: 6957 });
    const b = new End({ kind: 'ucast6', device: 'b5', host: 'fe80::a5', port: 6957 });
    await Promise.all([a.medium.open(), b.medium.open()]);
    assert.match(a.lines[0] ?? '', /^error: glib: ucast6 \[a5\]: no such device/);
    make();
    await untilHeard(a, b, 1);
    await untilHeard(b, a, 1);
    shell('ip link del a5');
    make();
    await untilHeard(a, b, b.received.length + 1);
    await untilHeard(b, a, a.received.length + 1);
  });
}
