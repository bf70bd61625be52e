/** The stories, the list of deliberate differences and the document stay together. */

import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../lab/place.js';
import { OTHER_CALLS, OTHER_LINES } from './deliberate.js';
import { genuineLogs } from './genuinelogs.js';
import { recordingNames } from './recording.js';
import { STORIES } from './stories/index.js';

/** Name and recordings of every row of the document that a scenario shows. */
function documented(): ReadonlyMap<string, string> {
  const text = readFileSync(join(REPOSITORY, 'docs', 'differences.md'), 'utf8');
  const rows = text.split('\n').flatMap((line) => {
    const cells = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim());
    const [name = '', , , , shown = ''] = cells;
    return cells.length === 5 && /^`[a-z-]+`$/.test(name)
      ? [[name.slice(1, -1), shown] as const]
      : [];
  });
  return new Map(rows);
}

/** The last cell of a row: the recordings whose calls differ, with the pairs; `log` for lines. */
function shownBy(row: string): string {
  const calls = OTHER_CALLS.filter((other) => other.row === row).flatMap(({ recordings, pairs }) =>
    recordings.map((name) => `\`${name}\` (${pairs.join(', ')})`),
  );
  const log = OTHER_LINES.some((other) => other.row === row) ? ['log'] : [];
  return [...calls, ...log].join('; ');
}

test('every recording has a story and lines of the genuine pair, and there are 28', () => {
  deepEqual(Object.keys(STORIES).sort(), recordingNames());
  deepEqual(recordingNames().length, 28);
  for (const name of recordingNames()) {
    ok(genuineLogs(name).loadbalancer.length > 0, `no genuine log of ${name}`);
  }
});

test('the document explains each difference of the list, and shows no other', () => {
  const document = documented();
  const listed = new Set([...OTHER_CALLS, ...OTHER_LINES].map(({ row }) => row));
  for (const row of listed) deepEqual(document.get(row), shownBy(row), `row ${row}`);
  for (const [row, shown] of document) {
    if (/`|log/.test(shown)) ok(listed.has(row), `row ${row} is not in the list`);
  }
});

test('differences are of recordings that exist', () => {
  for (const { row, recordings = [] } of [...OTHER_CALLS, ...OTHER_LINES]) {
    for (const name of recordings) ok(recordingNames().includes(name), `${row}: ${name}`);
  }
});
