/** The log lines that docs/troubles.md explains are those of the programs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, sources } from './sources.js';

/** What stands between the words for what changes: capitals, and the two roles of a server. */
function fixedParts(line: string): readonly string[] {
  const parts = line.split(/\b(?:[A-Z]+(?<!STONITH|STOP)|real|fallback)\b|'/);
  return parts.map((part) => part.trim()).filter((part) => /\w{2}/.test(part));
}

test('each log line that is explained is one that a program writes', () => {
  const text = readFileSync(path.join(ROOT, 'docs/troubles.md'), 'utf8');
  const section = text.slice(text.indexOf('## By log line'));
  const lines = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, line = '']) => line);
  assert.ok(lines.length > 20);
  const programs = sources()
    .filter((file) => /^packages\/.*(?<!\.test)\.ts$/.test(file.path))
    .map((file) => file.text)
    .join('\n');
  for (const line of lines) {
    for (const part of fixedParts(line)) assert.ok(programs.includes(part), `${line}: [${part}]`);
  }
});
