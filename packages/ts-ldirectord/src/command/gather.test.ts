/** Names with several addresses, and names that are gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseAddress } from './gather.js';

test('a name keeps its address while it has it, in whatever order they come, or has none', () => {
  assert.equal(chooseAddress(['10.0.0.1', '10.0.0.2'], undefined), '10.0.0.1');
  assert.equal(chooseAddress(['10.0.0.2', '10.0.0.1'], '10.0.0.1'), '10.0.0.1');
  assert.equal(chooseAddress(['10.0.0.2', '10.0.0.3'], '10.0.0.1'), '10.0.0.2');
  assert.equal(chooseAddress([], '10.0.0.1'), '10.0.0.1');
  assert.equal(chooseAddress([], undefined), undefined);
});
