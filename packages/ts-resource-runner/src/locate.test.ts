/** The file of a resource script: which of the directories has it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { locateScript } from './locate.js';
import { places } from './places.js';

const directory = mkdtempSync(join(tmpdir(), 'locate-'));
after(() => rmSync(directory, { recursive: true }));

test('resource.d comes before init.d; what cannot be executed is none', () => {
  const [first, second] = ['resource.d', 'init.d'].map((name) => join(directory, name));
  assert.ok(first !== undefined && second !== undefined);
  for (const folder of [first, second]) mkdirSync(folder);
  const found = (script: string): string | null => locateScript(script, [first, second]);
  writeFileSync(join(second, 'web'), '', { mode: 0o755 });
  assert.equal(found('web'), join(second, 'web'));
  writeFileSync(join(first, 'web'), '', { mode: 0o644 });
  assert.equal(found('web'), join(second, 'web'));
  writeFileSync(join(first, 'mail'), '', { mode: 0o755 });
  writeFileSync(join(second, 'mail'), '', { mode: 0o755 });
  assert.equal(found('mail'), join(first, 'mail'));
  mkdirSync(join(first, 'folder'));
  assert.equal(found('folder'), null);
  assert.deepEqual(places().scriptDirectories, [
    '/etc/ha.d/resource.d',
    '/etc/init.d',
    '/etc/rc.d/init.d',
  ]);
});
