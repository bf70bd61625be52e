/** LDAP messages as the genuine client writes them, and answers whatever they are. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  baseSearchRequest,
  bindRequest,
  messageLength,
  readAnswer,
  unbindRequest,
} from './ldapmessage.js';

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('a bind is the recorded one', () => {
  const anonymous = '0\x0c\x02\x01\x03`\x07\x02\x01\x03\x04\x00\x80\x00';
  assert.deepEqual(bindRequest(3, '', ''), bytes(anonymous));
  const named = '0#\x02\x01\x02`\x1e\x02\x01\x03\x04\x11cn=mon,dc=example\x80\x06secret';
  assert.deepEqual(bindRequest(2, 'cn=mon,dc=example', 'secret'), bytes(named));
});

test('a search asks for one entry by its name, and an unbind for nothing', () => {
  const search =
    '302e0201026329040464633d780a01000a0102020100020100010100870b6f626a656374436c617373' +
    '30050403312e31';
  assert.equal(baseSearchRequest(2, 'dc=x').toString('hex'), search);
  assert.equal(unbindRequest(3).toString('hex'), '30050201034200');
  const long = baseSearchRequest(2, 'x'.repeat(300));
  assert.equal(messageLength(long), long.length);
});

test('answers are read', () => {
  const success = bytes('0\x0c\x02\x01\x01a\x07\n\x01\x00\x04\x00\x04\x00');
  assert.deepEqual(readAnswer(success), { kind: 'bound', id: 1, code: 0 });
  const done = bytes('0\x0c\x02\x01\x02e\x07\n\x01\x20\x04\x00\x04\x00');
  assert.deepEqual(readAnswer(done), { kind: 'done', id: 2, code: 32 });
  const entry = bytes('0\x0d\x02\x01\x02d\x08\x04\x04dc=x0\x00');
  assert.deepEqual(readAnswer(entry), { kind: 'entry', id: 2, dn: 'dc=x' });
  const controlled = bytes('0\x0e\x02\x01\x01a\x07\n\x01\x00\x04\x00\x04\x00\xa0\x00');
  assert.deepEqual(readAnswer(controlled), { kind: 'bound', id: 1, code: 0 });
  const reference = bytes('0\x07\x02\x01\x02s\x02\x04\x00');
  assert.deepEqual(readAnswer(reference), { kind: 'reference', id: 2 });
  // Lengths in four bytes, as some servers write all of them.
  const wide = Buffer.from('308400000010020101618400000007', 'hex');
  const rest = Buffer.from('0a010004000400', 'hex');
  assert.deepEqual(readAnswer(Buffer.concat([wide, rest])), { kind: 'bound', id: 1, code: 0 });
});

test('what is no answer is refused', () => {
  const refused = [
    '', // nothing
    '3000', // no number
    '3003020101', // no operation
    '30050401016100', // a number of another type
    '3007020500000000000061', // longer than a number
    '300c020101610704010004000400', // a result of another type
    '300c020101610c0a010004000400', // longer than the message
    '300c0201016187ffffffff010004', // a length of seven bytes
    '300c02010161800a010004000400', // a length that is not told
  ];
  for (const hex of refused) assert.equal(readAnswer(Buffer.from(hex, 'hex')), undefined, hex);
  assert.equal(messageLength(Buffer.from('30847fffffff', 'hex')), 0x7fffffff + 6);
  assert.equal(messageLength(Buffer.from('3085', 'hex')), 'malformed');
  assert.equal(messageLength(Buffer.from('3080', 'hex')), 'malformed');
  assert.equal(messageLength(Buffer.from('HTTP')), 'malformed');
  for (const hex of ['', '30', '308200']) {
    assert.equal(messageLength(Buffer.from(hex, 'hex')), undefined, hex);
  }
});

test('no bytes make a reader throw, and none are taken that are not there', () => {
  const tags = fc.constantFrom(0x30, 0x02, 0x61, 0x64, 0x65, 0x73, 0x04, 0x0a, 0x80, 0x84, 0xff);
  const byte = fc.oneof(fc.nat(255), fc.nat(8), tags);
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (list) => {
      const message = Buffer.from(list);
      const length = messageLength(message);
      const answer = readAnswer(message);
      if (answer !== undefined) assert.equal(length, message.length);
    }),
    { numRuns: 2000 },
  );
});
