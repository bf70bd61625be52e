/** Where the parts of an installed tree are found. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { installation } from './installation.js';

test('scripts get as HA_BIN that of resource-agents where it is installed, else ours', () => {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'ts-heartbeat-tree-')));
  try {
    const programs = join(tree, 'usr/lib/heartbeat');
    const daemon = join(tree, 'usr/lib/ts-heartbeat/heartbeat.cjs');
    for (const folder of [programs, join(daemon, '..')]) mkdirSync(folder, { recursive: true });
    writeFileSync(daemon, '');
    const distribution = '/usr/libexec/heartbeat';
    const elsewhere = existsSync(join(distribution, 'findif')) ? distribution : programs;
    assert.equal(installation(daemon).agents, elsewhere);
    assert.equal(installation(daemon).scripts, join(tree, 'usr/share/heartbeat'));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
});
