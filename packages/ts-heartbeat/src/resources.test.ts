/** When the resources of a daemon that is gone are given up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orphanedAfter } from './resources.js';

test('what nobody comes back for is given up well before the deadtime ends', () => {
  assert.equal(orphanedAfter(30_000), 15_000);
  assert.equal(orphanedAfter(3000), 1500);
  assert.equal(orphanedAfter(1000), 500);
  assert.equal(orphanedAfter(600), 225);
  assert.equal(orphanedAfter(400), 75);
  assert.equal(orphanedAfter(200), 0);
});
