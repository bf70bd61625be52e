/** Lines as the genuine parsers read them from a buffer of fixed length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_LENGTH_MAX, piecesOf } from './file.js';

const pieces = (text: string) =>
  [...piecesOf(text)].map((piece) => [piece.text, piece.line, piece.column, piece.complete]);

test('lines are numbered, and a NUL hides the rest of one', () => {
  assert.deepEqual(pieces(''), []);
  assert.deepEqual(pieces('\n'), [['', 1, 1, true]]);
  assert.deepEqual(pieces('a\n\nb\0c\nd'), [
    ['a', 1, 1, true],
    ['', 2, 1, true],
    ['b', 3, 1, false],
    ['d', 4, 1, false],
  ]);
});

test('a line longer than the buffer comes in pieces', () => {
  const full = 'x'.repeat(LINE_LENGTH_MAX);
  assert.deepEqual(pieces(`${full}y\nz`), [
    [full, 1, 1, false],
    ['y', 1, LINE_LENGTH_MAX + 1, true],
    ['z', 2, 1, false],
  ]);
  // The newline of a line that fills the buffer is read by itself.
  assert.deepEqual(pieces(`${full}\n`), [
    [full, 1, 1, false],
    ['', 1, LINE_LENGTH_MAX + 1, true],
  ]);
  assert.deepEqual(pieces(full), [[full, 1, 1, false]]);
});
