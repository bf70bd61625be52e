/** RADIUS packets: what the genuine client and a real server make of the same, and noise. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { ACCESS_ACCEPT, accessRequest, answerCode } from './radiuspacket.js';

const SECRET = 's3';
const AUTHENTICATOR = Buffer.from('f6f15f9710a6eb8a55e5a6467ae33177', 'hex');
const REQUEST = {
  identifier: 28,
  authenticator: AUTHENTICATOR,
  login: 'mon',
  password: 'secret',
  secret: SECRET,
  from: '10.0.0.1',
};

test('the attributes are the recorded ones, behind a Message-Authenticator', () => {
  const packet = accessRequest(REQUEST);
  assert.equal(packet.readUInt16BE(2), packet.length);
  assert.deepEqual([...packet.subarray(0, 2)], [1, 28]);
  assert.deepEqual(packet.subarray(4, 20), AUTHENTICATOR);
  assert.equal(packet.subarray(20, 22).toString('hex'), '5012');
  const recorded = '01056d6f6e0212';
  assert.equal(packet.subarray(38, 45).toString('hex'), recorded);
  const mask = createHash('md5').update(SECRET).update(AUTHENTICATOR).digest();
  const plain = packet.subarray(45, 61).map((byte, index) => byte ^ (mask[index] ?? 0));
  assert.equal(Buffer.from(plain).toString(), `secret${'\0'.repeat(10)}`);
  assert.equal(packet.subarray(61).toString('hex'), '04060a000001');
  const signed = Buffer.from(packet).fill(0, 22, 38);
  const sum = createHmac('md5', SECRET).update(signed).digest();
  assert.deepEqual(packet.subarray(22, 38), sum);
});

test('a long password is hidden piece by piece; an IPv6 address has its own attribute', () => {
  const password = 'a password of more than sixteen bytes';
  const packet = accessRequest({ ...REQUEST, password, from: '2001:db8::1%eth0' });
  const hidden = packet.subarray(45, 45 + 48);
  let before: Uint8Array = AUTHENTICATOR;
  let found = '';
  for (let at = 0; at < hidden.length; at += 16) {
    const mask = createHash('md5').update(SECRET).update(before).digest();
    before = hidden.subarray(at, at + 16);
    found += String.fromCharCode(...before.map((byte, index) => byte ^ (mask[index] ?? 0)));
  }
  assert.equal(found.replace(/\0*$/, ''), password);
  assert.equal(packet.subarray(93).toString('hex'), '5f1220010db8000000000000000000000001');
});

test('what does not fit is refused without naming it', () => {
  const long = 'x'.repeat(300);
  assert.throws(() => accessRequest({ ...REQUEST, login: long }), /^RangeError: login is too long/);
  assert.throws(() => accessRequest({ ...REQUEST, password: long }), /^RangeError: passwd is too/);
});

/** An answer as a server makes it. */
function answer(attributes: Buffer, secret = SECRET, code = ACCESS_ACCEPT): Buffer {
  const head = Buffer.from([code, REQUEST.identifier, 0, 20 + attributes.length]);
  const sum = createHash('md5').update(head).update(AUTHENTICATOR).update(attributes);
  return Buffer.concat([head, sum.update(secret).digest(), attributes]);
}

/** A Message-Authenticator for an answer that holds nothing else. */
function signature(secret: string): Buffer {
  const head = Buffer.from([ACCESS_ACCEPT, REQUEST.identifier, 0, 38]);
  const empty = Buffer.concat([Buffer.from('5012', 'hex'), Buffer.alloc(16)]);
  const sum = createHmac('md5', secret).update(Buffer.concat([head, AUTHENTICATOR, empty]));
  return Buffer.concat([Buffer.from('5012', 'hex'), sum.digest()]);
}

test('only one who knows the secret is heard', () => {
  const hello = Buffer.from('12076869207468', 'hex');
  assert.equal(answerCode(answer(Buffer.alloc(0)), REQUEST), ACCESS_ACCEPT);
  assert.equal(answerCode(answer(hello), REQUEST), ACCESS_ACCEPT);
  assert.equal(answerCode(answer(hello, SECRET, 3), REQUEST), 3);
  assert.equal(answerCode(answer(signature(SECRET)), REQUEST), ACCESS_ACCEPT);
  assert.equal(answerCode(Buffer.concat([answer(hello), hello]), REQUEST), ACCESS_ACCEPT);
  const good = answer(hello);
  const flipped = Buffer.from(good);
  flipped[25] = 0;
  const refused = [
    answer(hello, 's4'),
    answer(signature('s4')),
    answer(Buffer.from('500a0000000000000000', 'hex')),
    answer(Buffer.from('1201', 'hex')),
    answer(Buffer.from('1200', 'hex')),
    answer(Buffer.from('12', 'hex')),
    answer(Buffer.from('1207', 'hex')),
    flipped,
    good.subarray(0, 26),
    good.subarray(0, 19),
  ];
  for (const packet of refused) assert.equal(answerCode(packet, REQUEST), undefined);
  assert.equal(answerCode(good, { ...REQUEST, identifier: 29 }), undefined);
  assert.equal(answerCode(good, { ...REQUEST, authenticator: Buffer.alloc(16) }), undefined);
});

test('no bytes are taken for an answer, and none make it throw', () => {
  const noise = fc.uint8Array({ maxLength: 80 });
  const headed = noise.map((rest) => [2, 28, 0, 20 + rest.length, ...AUTHENTICATOR, ...rest]);
  fc.assert(
    fc.property(fc.oneof(noise, headed), (bytes) => {
      assert.equal(answerCode(Buffer.from(bytes), REQUEST), undefined);
    }),
    { numRuns: 1000 },
  );
  // Attributes of one who knows the secret may be anything, too.
  fc.assert(
    fc.property(noise, (bytes) => {
      const code = answerCode(answer(Buffer.from(bytes)), REQUEST);
      assert.ok(code === undefined || code === ACCESS_ACCEPT);
    }),
    { numRuns: 1000 },
  );
});
