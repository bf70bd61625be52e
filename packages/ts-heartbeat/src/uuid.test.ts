/** An identity that is made of the name of a node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uuidOfName } from './uuid.js';

test('uuidfrom nodename: the name alone makes the identity', () => {
  const text = (name: string): string => Buffer.from(uuidOfName(name)).toString('latin1');
  assert.equal(text('backup'), `backup${'\0'.repeat(10)}`);
  assert.equal(text('a-name-of-more-than-sixteen-bytes'), 'a-name-of-more-t');
});
