/** The log lines that docs/troubles.md explains are those of the programs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from './sources.js';
import { unwritten } from './writtenlines.js';

test('each log line that is explained is one that a program writes', () => {
  const text = readFileSync(path.join(ROOT, 'docs/troubles.md'), 'utf8');
  const section = text.slice(text.indexOf('## By log line'));
  const lines = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, line = '']) => line);
  assert.ok(lines.length > 20);
  for (const line of lines) assert.deepEqual(unwritten(line), [], line);
});
