/** Tests of the kernel's forms of IPv6 addresses. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { address6Of, inet6Address, ipv6Bytes, ipv6Text } from './inet6.js';

test('a socket address holds family, port, address and scope', () => {
  const bytes = inet6Address('2001:db8:136::11', 694, 2);
  const parts = ['0a0002b6', '00000000', '20010db8013600000000000000000011', '02000000'];
  assert.equal(bytes.toString('hex'), parts.join(''));
  assert.equal(address6Of(bytes), '2001:db8:136::11');
});

test('every way of writing an address gives its bytes', () => {
  const hex = (address: string): string => ipv6Bytes(address).toString('hex');
  assert.equal(hex('::'), '0'.repeat(32));
  assert.equal(hex('::1'), `${'0'.repeat(31)}1`);
  assert.equal(hex('FE80::'), `fe80${'0'.repeat(28)}`);
  assert.equal(hex('1:2:3:4:5:6:7:8'), '00010002000300040005000600070008');
  assert.equal(hex('::ffff:1.2.3.4'), `${'0'.repeat(20)}ffff01020304`);
});

test('text and bytes are each other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      assert.deepEqual(ipv6Bytes(ipv6Text(bytes)), Buffer.from(bytes));
    }),
  );
});

test('only addresses without a scope are taken', () => {
  for (const text of ['', 'localhost', '1.2.3.4', '1::2::3', '1:2', 'fe80::1%eth0', '::g']) {
    assert.throws(() => ipv6Bytes(text), TypeError);
  }
});
