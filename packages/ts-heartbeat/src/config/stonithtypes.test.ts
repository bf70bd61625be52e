/** Tests of finding the fencing drivers of a machine. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { systemStonithTypes } from './stonithtypes.js';

test('plugins, external scripts and agents are found where their packages put them', () => {
  const root = mkdtempSync(join(tmpdir(), 'stonith-'));
  const plugins = '/usr/lib64/stonith/plugins';
  const files = ['stonith2/null.so', 'stonith2/new.so', 'stonith2/external.so', 'external/ssh'];
  const all = [...files.map((file) => `${plugins}/${file}`), '/usr/sbin/fence_apc'];
  for (const file of [...all, '/usr/sbin/fenced']) {
    mkdirSync(dirname(root + file), { recursive: true });
    writeFileSync(root + file, '');
  }
  const types = systemStonithTypes(root);
  rmSync(root, { recursive: true });
  assert.deepEqual(Object.fromEntries(types), {
    null: { parameters: 1 },
    new: {},
    'external/ssh': { parameters: 1 },
    fence_apc: { named: true },
  });
});
