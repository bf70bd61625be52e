/** Addresses as the C library reads them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipv6Words, isNumericHost, isStrictIpv4, looseIpv4 } from './address.js';

test('an IPv4 address may have one to four parts, octal and hexadecimal', () => {
  const addresses: readonly (readonly [string, number | undefined])[] = [
    ['10.0.0.1', 0x0a000001],
    ['10.1', 0x0a000001],
    ['10.0.258', 0x0a000102],
    ['225', 225],
    ['0xe1000001', 0xe1000001],
    ['010.0.0.1', 0x08000001],
    ['255.255.255.255', 0xffffffff],
    ['256.1.1.1', undefined],
    ['4294967296', undefined],
    ['1.2.3.4.5', undefined],
    ['1..2', undefined],
    ['08', undefined],
    ['1.2.3.x', undefined],
    ['', undefined],
  ];
  for (const [text, address] of addresses) assert.equal(looseIpv4(text), address, text);
  assert.ok(isStrictIpv4('225.0.0.1') && !isStrictIpv4('225.0.0.01') && !isStrictIpv4('225.1'));
  assert.ok(isNumericHost('10.1') && !isNumericHost('0x7f000001') && !isNumericHost('256.1.1.1'));
});

test('an IPv6 address has eight words, one gap, and perhaps an IPv4 address at its end', () => {
  assert.deepEqual(ipv6Words('::'), [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(ipv6Words('FF12::1:2'), [0xff12, 0, 0, 0, 0, 0, 1, 2]);
  assert.deepEqual(ipv6Words('1:2:3:4:5:6:7:8'), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(ipv6Words('::ffff:1.2.3.4'), [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]);
  const wrong = ['', ':', ':::', '1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', 'x::'];
  wrong.push('1:2:3:4:5:6:7::8', '1.2.3.4::', '::1.2.3', '::12345', '1:', ':1', 'fe80::1%eth0');
  for (const text of wrong) assert.equal(ipv6Words(text), undefined, text);
});
