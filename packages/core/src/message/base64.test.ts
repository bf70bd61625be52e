/** Base64 against the platform's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { decodeBase64, encodeBase64 } from './base64.js';

test('base64 is that of the platform, both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      assert.equal(encodeBase64(bytes), text);
      assert.deepEqual(decodeBase64(text), bytes);
    }),
  );
});

test('only what the encoder can write is read', () => {
  for (const text of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'A===', '====', 'AA=A', 'AA-_', 'AA\nA']) {
    assert.equal(decodeBase64(text), undefined, text);
  }
});
