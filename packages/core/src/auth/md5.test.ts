/** Our own HMAC-MD5 against the platform's. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { hmacMd5 } from './md5.js';

test('the digest is that of the platform, for every length of key and text', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, bytes, bytes, (key, one, two) => {
      const platform = createHmac('md5', key).update(one).update(two).digest('hex');
      assert.equal(hmacMd5(key, [one, two]), platform);
    }),
    { numRuns: 500 },
  );
});
