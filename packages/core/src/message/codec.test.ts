/** Properties that hold for every form of every message, and for bytes that are no message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { Keyring } from '../auth/keyring.js';
import { decodeClassic, encodeClassic } from './classic.js';
import {
  decodeDatagram,
  decodeFrame,
  encodeDatagram,
  encodeFrame,
  encodeNetstringDatagram,
} from './datagram.js';
import { Framing } from './framing.js';
import { bytesOf, textOf } from './latin1.js';
import { type Field, Message } from './message.js';
import { decodeNetstring, encodeNetstring } from './netstring.js';
import { decodeNetstring1994 } from './netstring-1.99.4.js';

const KEYRING: Keyring = {
  signing: 2,
  keys: new Map([
    [1, { method: 'crc', key: '' }],
    [2, { method: 'sha1', key: 'geheim' }],
    [3, { method: 'md5', key: 'other' }],
  ]),
};

const name = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,11}$/)
  .filter((text) => text !== 'auth' && text !== '__proto__');
/** Any character a string value may have and keep: bytes but NUL and the newline's stand-ins. */
const text = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 40 })
  .map((codes) => codes.filter((code) => code === 10 || code === 9 || code > 31))
  .map((codes) => String.fromCharCode(...codes));
const bytes = fc.uint8Array({ maxLength: 40 });

/** As the decoders make them: with the usual prototype. */
const plain = { noNullPrototype: true };

const { message } = fc.letrec<{ field: Field; message: Message }>((tie) => ({
  field: fc.oneof(
    { depthSize: 'small' },
    fc.record({ name, type: fc.constant('string'), value: text }, plain),
    fc.record({ name, type: fc.constantFrom('binary', 'compressed'), value: bytes }, plain),
    fc.record({ name, type: fc.constant('list'), value: fc.array(text, { maxLength: 4 }) }, plain),
    fc.record(
      { name, type: fc.constantFrom('struct', 'uncompressed'), value: tie('message') },
      plain,
    ),
  ) as fc.Arbitrary<Field>,
  message: fc
    .array(tie('field'), { maxLength: 8, depthIdentifier: 'message' })
    .map((fields) => new Message(fields)),
}));

/** A message as the cluster has them. */
const clusterMessage = message.map((some) => some.with('t', 'status').with('src', 'backup'));

test('the string form gives back every message', () => {
  fc.assert(
    fc.property(message, (original) => {
      assert.deepEqual(decodeClassic(encodeClassic(original)), { ok: true, message: original });
    }),
    { numRuns: 500 },
  );
});

test('the netstring form gives back every message', () => {
  fc.assert(
    fc.property(message, (original) => {
      const { decoded } = decodeNetstring(encodeNetstring(original));
      assert.deepEqual(decoded, { ok: true, message: original });
    }),
    { numRuns: 500 },
  );
});

test('a signed datagram or frame is accepted with the key it names', () => {
  fc.assert(
    fc.property(clusterMessage, fc.constantFrom(1, 2, 3), fc.boolean(), (original, key, inner) => {
      const keyring = { ...KEYRING, signing: key };
      const string = decodeDatagram(encodeDatagram(original, keyring), KEYRING);
      assert.ok(string.ok && string.encoding === 'string' && string.key === key);
      assert.deepEqual(string.message.without('auth'), original);
      assert.deepEqual(decodeFrame(textOf(encodeFrame(original, keyring)), KEYRING), string);
      const other = decodeDatagram(encodeNetstringDatagram(original, keyring, inner), KEYRING);
      assert.ok(other.ok && other.encoding === 'netstring' && other.key === key);
      assert.deepEqual(other.message.without('auth'), original);
    }),
    { numRuns: 300 },
  );
});

interface Damage {
  readonly kind: 'change' | 'cut' | 'double' | 'insert' | 'truncate';
  /** Where, as a share of the length. */
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('change', 'cut', 'double', 'insert', 'truncate'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 20 }),
  byte: fc.integer({ min: 0, max: 255 }),
});

function damaged(whole: Uint8Array, how: Damage): Uint8Array {
  const at = Math.floor(how.at * whole.length);
  const before = [...whole.subarray(0, at)];
  const after = [...whole.subarray(at)];
  switch (how.kind) {
    case 'change':
      return Uint8Array.of(...before, how.byte, ...after.slice(1));
    case 'cut':
      return Uint8Array.of(...before, ...after.slice(how.length));
    case 'double':
      return Uint8Array.of(...before, ...after.slice(0, how.length), ...after);
    case 'insert':
      return Uint8Array.of(...before, how.byte, ...after);
    case 'truncate':
      return Uint8Array.from(before);
  }
}

test('a damaged datagram is refused or says what it said', () => {
  fc.assert(
    fc.property(clusterMessage, damage, fc.boolean(), (original, how, netstring) => {
      const whole = netstring
        ? encodeNetstringDatagram(original, KEYRING, true)
        : encodeDatagram(original, KEYRING);
      const received = decodeDatagram(damaged(whole, how), KEYRING);
      if (received.ok) assert.deepEqual(received.message.without('auth'), original);
      else assert.match(received.rejected, /^(malformed|auth)\./);
    }),
    { numRuns: 2000 },
  );
});

/** Text made of the pieces that the decoders look for. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom('>>>\n', '<<<\n', '###\n', '%%%\n', '>>>', '<<<', '\n', '\0', '=', ':', ','),
      fc.constantFrom('(1)', '(2)', '(3)', '(4)', '(5)', '(9)', '1:t,', '1:0,', '6:(0)a=b,'),
      fc.constantFrom('999999:', '99999999999999999999:', '0:,', 'auth=1 ', 'auth=7 ff\n', 't=x\n'),
      fc.string({ maxLength: 6 }),
      fc.constantFrom('\x13', '\x14', '\x15', '\r', '\xff'),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));

test('no bytes make a decoder throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nearly,
        nearly.map((some) => `###\n${some}`),
      ),
      (some) => {
        const raw = bytesOf(some);
        decodeDatagram(raw, KEYRING);
        decodeClassic(some);
        decodeClassic(`>>>\n${some}<<<\n`);
        decodeNetstring(some);
        decodeNetstring(`###\n${some}%%%\n`);
        decodeNetstring1994(some);
        decodeFrame(some, KEYRING);
        for (const frame of new Framing().push(raw)) decodeFrame(frame, KEYRING);
      },
    ),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
      assert.equal(decodeDatagram(raw, KEYRING).ok, false);
    }),
    { numRuns: 2000 },
  );
});

test('the longest hostile messages are dealt with at once', () => {
  const size = 256 * 1024;
  const hostile = [
    `>>>\n${'a=\n'.repeat(size / 3)}`,
    `>>>\n${'\n'.repeat(size - 10)}<<<\n`,
    `>>>\n(2)a=${'>>>\x14(2)a='.repeat(size / 10)}`,
    `>>>\n(3)a=${'0:,'.repeat(size / 3 - 9)}\n<<<\n`,
    `>>>\n(1)a=${'A'.repeat(size - 20)}\n<<<\n`,
    `###\n${'5:(0)a=,'.repeat(size / 8 - 2)}%%%\n`,
    `###\n${'1:a,1:0,0:,'.repeat(size / 11 - 2)}`,
    '9'.repeat(size),
  ];
  for (const text of hostile) {
    const start = performance.now();
    assert.equal(decodeDatagram(bytesOf(text.slice(0, size)), KEYRING).ok, false);
    const took = performance.now() - start;
    assert.ok(took < 1000, `${took} ms for ${text.slice(0, 20)}`);
  }
  assert.deepEqual(decodeDatagram(new Uint8Array(size + 1), KEYRING), {
    ok: false,
    rejected: 'malformed.size',
    log: [],
  });
});
