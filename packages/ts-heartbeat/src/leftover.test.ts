/** The word of a command line that tells a life what the one before has left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leftoverWord, readLeftover } from './leftover.js';

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const share = fc.constantFrom('local' as const, 'foreign' as const);
const group = fc.record({ key, share }, { noNullPrototype: true });

test('it comes out as it went in, without a blank', () => {
  const leftover = fc.record(
    {
      incomplete: fc.constant(true as const),
      failback: fc.constant(true as const),
      borrowed: fc.array(group, { minLength: 1, maxLength: 5 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(leftover, (value) => {
      const word = leftoverWord(value);
      assert.match(word, /^\S*$/);
      assert.deepEqual(readLeftover(word), value);
    }),
  );
  const borrowed = [{ key: 'IPaddr::10.0.0.1/24/eth0', share: 'foreign' }] as const;
  const word = leftoverWord({ incomplete: true, borrowed });
  assert.equal(word, 'incomplete,foreign=IPaddr%3A%3A10.0.0.1%2F24%2Feth0');
});

test('whatever else it says is passed over', () => {
  for (const word of ['', 'all', 'local=', 'foreign=%', 'other=lvs', ',,', 'local']) {
    assert.deepEqual(readLeftover(word), {}, word);
  }
  fc.assert(fc.property(fc.string(), (word) => void readLeftover(word)));
});
