/** Tests of echo messages as bytes: what we send, and what anybody may send us. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  afterIpv4Header,
  ECHO4,
  ECHO6,
  echoReply,
  echoRequest,
  echoRequest6,
  internetChecksum,
} from './icmppacket.js';

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
        const expected = { id, seq, payload: Buffer.from(payload) };
        assert.deepEqual(echoReply(packet), expected);
        const six = echoRequest6(id, seq, payload);
        // The genuine ping6 leaves the checksum to the kernel as well.
        assert.equal(six.subarray(0, 4).toString('hex'), '80000000');
        six[0] = 129;
        assert.deepEqual(echoReply(six, ECHO6), expected);
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
      for (const types of [ECHO4, ECHO6]) {
        const reply = echoReply(message, types);
        assert.ok(reply === undefined || (message.length >= 8 && message[0] === types.reply));
      }
    }),
  );
});
