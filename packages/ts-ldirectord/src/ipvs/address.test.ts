/** Addresses and ports as ipvsadm writes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bracketed, canonical, withPort } from './address.js';

test('equal addresses are canonically equal', () => {
  for (const [one, other] of [
    ['2001:db8::1', '2001:0DB8:0:0::0001'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['10.0.0.1', '10.0.0.001'],
  ] as const) {
    assert.notEqual(canonical(one), undefined, one);
    assert.equal(canonical(one), canonical(other), one);
  }
});

test('what is no address has no canonical form', () => {
  for (const text of ['', '10.0.0', '10.0.0.256', 'a.b.c.d', ':', ':::', '1:2', 'g::', '1::2::3']) {
    assert.equal(canonical(text), undefined, text);
  }
  for (const text of ['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '10.0.0.1::', '::1.2.3']) {
    assert.equal(canonical(text), undefined, text);
  }
});

test('the canonical form is its own canonical form, and no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      canonical(text);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const form = canonical(address);
      assert.ok(form !== undefined, address);
      assert.equal(canonical(form), form);
    }),
  );
});

test('only IPv6 has brackets', () => {
  assert.equal(bracketed('10.0.0.1'), '10.0.0.1');
  assert.equal(withPort('2001:db8::1', 80), '[2001:db8::1]:80');
});
