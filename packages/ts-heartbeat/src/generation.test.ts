/** Tests of the two numbers that survive a restart. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nextGeneration } from './generation.js';
import { nodeUuid } from './uuid.js';

const directory = mkdtempSync(join(tmpdir(), 'generation-'));
after(() => rmSync(directory, { recursive: true }));

const WALL = 1_795_356_720;

function live(
  path: string,
  method: 'file' | 'time' = 'file',
): { generation: number; lines: readonly string[] } {
  const lines: string[] = [];
  const say = (severity: string, text: string): void => void lines.push(`${severity}: ${text}`);
  return { generation: nextGeneration(path, method, WALL, say), lines };
}

test('the first life begins at the time, every other one follows', () => {
  const path = join(directory, 'hb_generation');
  assert.deepEqual(live(path), {
    generation: WALL + 1,
    lines: [`warn: No Previous generation - starting at ${WALL + 1}`],
  });
  assert.equal(readFileSync(path, 'latin1'), '     1795356721\n');
  assert.deepEqual(live(path), { generation: WALL + 2, lines: [] });
});

test('a counter that another version has written goes on', () => {
  const path = join(directory, 'old');
  // 1.99.4 counts from 1; anything may stand behind the number.
  for (const text of ['              7\n', '7', '  7 34\n']) {
    writeFileSync(path, text);
    assert.deepEqual(live(path), { generation: 8, lines: [] }, JSON.stringify(text));
    assert.equal(readFileSync(path, 'latin1'), '              8\n');
  }
});

test('an empty file, as a full disk leaves it, is as none', () => {
  const path = join(directory, 'empty');
  writeFileSync(path, '');
  const { generation, lines } = live(path);
  assert.equal(generation, WALL + 1);
  assert.deepEqual(lines, [`warn: No Previous generation - starting at ${WALL + 1}`]);
});

test('a file that holds no number is replaced', () => {
  const path = join(directory, 'broken');
  for (const text of ['rubbish\n', '0x10\n', '\0'.repeat(16), '999999999999999\n']) {
    writeFileSync(path, text);
    const { generation, lines } = live(path);
    assert.equal(generation, WALL + 1, JSON.stringify(text));
    assert.equal(lines[0], `warn: BROKEN previous generation - starting at ${WALL + 1}`);
  }
});

test('hbgenmethod time takes the clock, but never a generation twice', () => {
  const path = join(directory, 'timed');
  assert.deepEqual(live(path, 'time'), { generation: WALL, lines: [] });
  assert.deepEqual(live(path, 'time'), { generation: WALL + 1, lines: [] });
  writeFileSync(path, 'rubbish');
  assert.deepEqual(live(path, 'time'), { generation: WALL, lines: [] });
  const nowhere = join(directory, 'nowhere', 'hb_generation');
  assert.deepEqual(live(nowhere, 'time'), { generation: WALL, lines: [] });
});

test('a generation that cannot be stored is an error', () => {
  const message = 'Cannot get/increment generation number: No such file or directory';
  assert.throws(() => live(join(directory, 'nowhere', 'hb_generation')), { message });
});

test('a uuid that cannot be stored is an error', () => {
  const message = 'getting uuid for the local node failed: No such file or directory';
  const path = join(directory, 'nowhere', 'hb_uuid');
  assert.throws(() => nodeUuid(path, () => undefined), { message });
});

test('the uuid is made once, and again where the file is damaged', () => {
  const path = join(directory, 'hb_uuid');
  const lines: string[] = [];
  const debugged: string[] = [];
  const say = (severity: string, text: string): void => {
    if (severity === 'debug') debugged.push(text);
    else lines.push(`${severity}: ${text}`);
  };
  const first = nodeUuid(path, say);
  assert.match(debugged.join(), /^uuid is:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.deepEqual(lines, ['info: No uuid found for current node - generating a new uuid.']);
  assert.equal(first.length, 16);
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(nodeUuid(path, say), first);
  assert.equal(lines.length, 1);
  for (const damaged of ['short', '', '\0'.repeat(16)]) {
    writeFileSync(path, damaged);
    assert.notDeepEqual(nodeUuid(path, say), first);
  }
  assert.equal(lines.length, 4);
  // What stands behind the sixteen bytes is not looked at.
  writeFileSync(path, '0123456789abcdefXX');
  assert.equal(Buffer.from(nodeUuid(path, say)).toString(), '0123456789abcdef');
});
