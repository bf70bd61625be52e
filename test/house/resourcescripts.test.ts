/** docs/resource-scripts.md: a row for each script that is installed, and the tests that show it. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { namedIn, notThere, rowsOf, without } from './shownby.js';
import { ROOT } from './sources.js';

const ROWS = rowsOf('docs/resource-scripts.md');
const FOLDER = path.join(ROOT, 'packages/ts-resource-runner/scripts');

/** The one row of what is not there. */
const LEFT_OUT = 'TestHeartbeatComm';

test('every row names tests that exist', () => {
  assert.ok(ROWS.length > 30);
  assert.deepEqual(ROWS.flatMap(notThere), []);
  const bare = ROWS.filter(({ tests }) => namedIn(tests).length === 0);
  assert.deepEqual(
    bare.map(({ about }) => about.includes(LEFT_OUT)),
    [true],
  );
});

test('every script has a row', () => {
  const names = ['resource.d', 'share', 'lib', 'bin'].flatMap((folder) =>
    // What ends with .sh is a part of others.
    readdirSync(path.join(FOLDER, folder)).filter((name) => !name.endsWith('.sh')),
  );
  const about = ROWS.map((row) => row.about);
  assert.deepEqual(without(about, [...names, 'shellfuncs']), []);
});
