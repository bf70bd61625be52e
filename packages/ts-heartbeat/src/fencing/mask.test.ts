/** Tests of keeping secrets out of texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { masked } from './mask.js';

test('parameters are masked, the longest first; nodes and single letters are not', () => {
  const secrets = ['loadbalancer,backup', 'pass', 'password', '7', '$&'];
  const text = masked('login password of loadbalancer,backup 7 pass', secrets, [
    'LoadBalancer',
    'backup',
  ]);
  assert.equal(text, 'login *** of loadbalancer,backup 7 ***');
});

test('a secret is nowhere in what is left', () => {
  const secret = fc.string({ minLength: 3 }).filter((text) => !'******'.includes(text));
  fc.assert(
    fc.property(fc.string(), secret, fc.string(), (before, word, after) => {
      assert.ok(
        !masked(`${before}${word} ${after}`, [word], []).includes(word) || word.includes('*'),
      );
    }),
  );
});
