/** docs/migrate.md, followed to the letter on a pair in namespaces of this machine. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPair, type Pair } from '../lab/pair.js';
import { Workplace } from '../packaging/built.js';
import { guide } from './guide.js';
import { Migration } from './migration.js';
import { buildPackages, redHat } from './redhat.js';

/** All moves together, each as long as an orderly one may take. */
const UNSERVED_MAX_MS = 4 * 3000;

describe('a rolling migration in namespaces', () => {
  const workplace = new Workplace();
  let pair: Pair;
  let migration: Migration;

  before(async () => {
    const packages = buildPackages(workplace);
    pair = await openPair(redHat(workplace, packages));
    migration = await Migration.begin(pair, packages);
  });

  after(async () => {
    await migration?.cluster.close();
    await pair?.close();
    workplace.close();
  });

  test('there and back nobody holds the group twice, and everything is as it was', async () => {
    await migration.follow(guide('migrate.md'));
    const unserved = migration.unserved();
    assert.ok(unserved <= UNSERVED_MAX_MS, `nobody for ${unserved} ms`);
    await migration.isUndone();
  });
});
