/** Tests of ICMP echo: packets, hostile replies, and both ways on a loopback of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { afterIpv4Header, echoReply, echoRequest, internetChecksum } from './icmp.js';

test('a request carries id, sequence number, payload and a right checksum', () => {
  // From RFC 1071's arithmetic: the sum over a packet with its checksum is all ones.
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.nat(0xffff),
      fc.uint8Array({ maxLength: 5120 }),
      (id, seq, payload) => {
        const packet = echoRequest(id, seq, payload);
        assert.equal(internetChecksum(packet), 0);
        assert.deepEqual([packet[0], packet[1]], [8, 0]);
        packet[0] = 0;
        assert.deepEqual(echoReply(packet), { id, seq, payload: Buffer.from(payload) });
      },
    ),
    { numRuns: 50 },
  );
});

test('whatever comes from the network is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const packet = Buffer.from(bytes);
      const message = afterIpv4Header(packet);
      assert.ok(message.length <= packet.length);
      const reply = echoReply(message);
      assert.ok(reply === undefined || (message.length >= 8 && message[0] === 0));
    }),
  );
});

const SCRIPT = `
  import { openEcho } from ${JSON.stringify(new URL('./icmp.js', import.meta.url))};
  const limit = setTimeout(() => process.exit(1), 10000);
  const wanted = new Set([1, 2, 65535]);
  const echo = openEcho({ id: 0x1f40 }, (address, seq, payload) => {
    if (address !== '127.0.0.1' || !wanted.delete(seq)) throw new Error('unasked ' + seq);
    if (!payload.equals(Buffer.alloc(5120, seq))) throw new Error('changed payload');
    if (wanted.size === 0) {
      console.log(echo.way);
      echo.close();
      other.close();
      clearTimeout(limit);
    }
  });
  const other = openEcho({ id: 0x1f41 }, () => { throw new Error('not ours'); });
  for (const seq of wanted) echo.send('127.0.0.1', seq, Buffer.alloc(5120, seq));
`;

/** Runs the script where loopback is up and unprivileged sockets are permitted for those groups. */
function run(groups: string): string {
  const shell =
    `ip link set lo up && echo '${groups}' > /proc/sys/net/ipv4/ping_group_range && ` +
    'exec "$0" --input-type=module -e "$1"';
  const flags = process.getuid?.() === 0 ? '-n' : '-Urn';
  const words = [flags, 'sh', '-c', shell, process.execPath, SCRIPT];
  return execFileSync('unshare', words, { encoding: 'utf8' });
}

test('payloads of 5120 bytes come home through a raw socket', () => {
  assert.equal(run('1 0'), 'raw\n');
});

test('and through an unprivileged one, where permitted', () => {
  assert.equal(run('0 0'), 'datagram\n');
});
