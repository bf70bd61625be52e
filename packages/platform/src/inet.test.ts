/** Tests of the kernel's forms of IPv4 addresses. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressOf, inetAddress, ipv4Bytes } from './inet.js';

test('a socket address holds family, port and address', () => {
  const bytes = inetAddress('192.168.136.11', 694);
  assert.equal(bytes.toString('hex'), '020002b6c0a8880b0000000000000000');
  assert.equal(addressOf(bytes), '192.168.136.11');
});

test('only dotted addresses are taken', () => {
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', '::1', '1.2.3.256']) {
    assert.throws(() => ipv4Bytes(text), TypeError);
  }
});
