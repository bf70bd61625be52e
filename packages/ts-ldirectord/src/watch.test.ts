/** Noticing that a file has changed. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOf } from './command/read.js';
import { FileWatch } from './watch.js';

const directory = mkdtempSync(join(tmpdir(), 'ldirectord-watch-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'x.cf');

/** Writes the content with a time of its own: two writes may fall into one tick of the clock. */
let time = 1_000_000;
function write(text: string): void {
  writeFileSync(path, text);
  time += 1;
  utimesSync(path, time, time);
}

function watching(): FileWatch {
  const watch = new FileWatch(path);
  watch.know(digestOf(readFileSync(path)));
  return watch;
}

test('a change of the content is told once', () => {
  write('a');
  const watch = watching();
  assert.equal(watch.look(), 'unchanged');
  write('b');
  assert.equal(watch.look(), 'changed');
  assert.equal(watch.look(), 'unchanged');
});

test('a file written again with the same content has not changed', () => {
  write('a');
  const watch = watching();
  write('a');
  assert.equal(watch.look(), 'unchanged');
});

test('a change between the reading and the first look is not missed', () => {
  write('a');
  const watch = watching();
  write('b');
  assert.equal(watch.look(), 'changed');
});

test('a file that is away is told once, and compared when it is back', () => {
  write('a');
  const watch = watching();
  rmSync(path);
  assert.equal(watch.look(), 'unreadable');
  assert.equal(watch.look(), 'unchanged');
  write('a');
  assert.equal(watch.look(), 'unchanged');
  rmSync(path);
  assert.equal(watch.look(), 'unreadable');
  write('b');
  assert.equal(watch.look(), 'changed');
});

test('a file that was away when it was read again has changed when it is back', () => {
  write('a');
  const watch = watching();
  rmSync(path);
  watch.know(undefined);
  assert.equal(watch.look(), 'unreadable');
  write('b');
  assert.equal(watch.look(), 'changed');
});
