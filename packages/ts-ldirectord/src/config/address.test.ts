/** Numeric addresses, in the one form they are written in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress, hostPort, ipv4ToNumber, numberToIpv4 } from './address.js';

test('IPv6 is written as glibc writes it', () => {
  const forms: Readonly<Record<string, string>> = {
    '2001:DB8:0:0:0:0:0:1': '2001:db8::1',
    '::': '::',
    '::1': '::1',
    '1::': '1::',
    '2001:db8:0:1:0:0:0:1': '2001:db8:0:1::1',
    '2001:0:0:1:0:0:1:1': '2001::1:0:0:1:1',
    '1:0:2:3:4:5:6:7': '1:0:2:3:4:5:6:7',
    '::ffff:10.0.0.1': '::ffff:10.0.0.1',
    '::ffff:a00:1': '::ffff:10.0.0.1',
    '::10.0.0.1': '::10.0.0.1',
    '64:ff9b::10.0.0.1': '64:ff9b::a00:1',
  };
  for (const [written, canonical] of Object.entries(forms)) {
    assert.equal(canonicalAddress(written, 'ipv6'), canonical, written);
  }
  for (const wrong of ['', ':', ':::', '1:2:3', '1::2::3', '::12345', '::g', '1:2:3:4:5:6:7:8:9']) {
    assert.equal(canonicalAddress(wrong, 'ipv6'), undefined, wrong);
  }
  assert.equal(canonicalAddress('::1:2:3:4:5:6:7:8', 'ipv6'), undefined);
});

test('IPv4 is a dotted quad; other forms are left to the resolver', () => {
  assert.equal(canonicalAddress('10.0.0.1', 'ipv4'), '10.0.0.1');
  for (const other of ['010.0.0.1', '10.1', '10.0.0.256', '10.0.0.1.', 'host', '::1']) {
    assert.equal(canonicalAddress(other, 'ipv4'), undefined, other);
  }
  assert.equal(hostPort('10.0.0.1', 80), '10.0.0.1:80');
  assert.equal(hostPort('2001:db8::1', 80), '[2001:db8::1]:80');
});

test('an address comes back from its number, and a canonical form from itself', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV6(), (four, six) => {
      assert.equal(numberToIpv4(ipv4ToNumber(four) ?? -1), four);
      const canonical = canonicalAddress(six, 'ipv6') ?? '';
      assert.equal(canonicalAddress(canonical, 'ipv6'), canonical);
    }),
  );
});
