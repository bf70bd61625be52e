/** Messages of PostgreSQL servers that the client library can and cannot be given. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { messageInspector } from './pgmessages.js';

const BYTES_MAX = 1 << 20;

function message(type: string, body: string, length = body.length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const GOOD: readonly Buffer[] = [
  message('R', '\0\0\0\0'),
  message('Z', 'I'),
  message('1', ''),
  message('E', 'SFATAL\0Mno\0\0'),
  message('N', '\0'),
  message('D', '\0\x01\0\0\0\x011'),
];
const BAD: readonly Buffer[] = [
  message('E', 'SABC'),
  message('E', 'SABC\0'),
  message('N', ''),
  message('Z', 'I', 3),
  message('D', '', 0x7fffffff),
  message('E', '', 65 * 1024 + 4),
];

test('whole messages pass', () => {
  const inspect = messageInspector(BYTES_MAX);
  for (const bytes of GOOD) inspect(bytes);
});

test('errors without an end, and lengths out of bounds, do not', () => {
  for (const bytes of BAD) {
    const inspect = messageInspector(BYTES_MAX);
    inspect(Buffer.concat(GOOD));
    assert.throws(() => inspect(bytes));
  }
});

test('it does not matter how the bytes are cut', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.constantFrom(...BAD, undefined), cuts, (bad, sizes) => {
      const bytes = Buffer.concat(bad === undefined ? GOOD : [...GOOD, bad, ...GOOD]);
      const inspect = messageInspector(BYTES_MAX);
      const all = (): void => {
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const size = sizes[index % sizes.length] ?? 1;
          inspect(bytes.subarray(at, at + size));
          at += size;
        }
      };
      if (bad === undefined) all();
      else assert.throws(all);
    }),
  );
});
