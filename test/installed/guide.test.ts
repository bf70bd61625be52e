/** How a guide is read, and what counts as told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAsTold, readGuide } from './guide.js';

test('what is typed where, with what it prints, by chapter', () => {
  const text =
    '# A\ntext\n\n    a# one\n    says\n    b# two # so\n\n## B\n\ntext\n\n    a# three\n';
  assert.deepEqual(readGuide(text), [
    {
      title: 'A',
      instructions: [
        { node: 'a', command: 'one', prints: ['says'] },
        { node: 'b', command: 'two # so', prints: [] },
      ],
    },
    { title: 'B', instructions: [{ node: 'a', command: 'three', prints: [] }] },
  ]);
  assert.throws(() => readGuide('# A\n\n    says\n'), /does not begin/);
});

test('an output is as told, but for blanks and what dots stand for', () => {
  assert.ok(isAsTold([], '\n'));
  assert.ok(!isAsTold([], 'x\n'));
  assert.ok(isAsTold(['a  b'], ' a b\n'));
  assert.ok(isAsTold(['a (...) b.'], 'a (12) b.\n'));
  assert.ok(!isAsTold(['a.'], 'ab\n'));
  assert.ok(isAsTold(['...', 'last'], 'x\ny\nlast\n'));
  assert.ok(isAsTold(['...', 'last'], 'last\n'));
  assert.ok(!isAsTold(['...', 'last'], 'last\nx\n'));
  assert.ok(!isAsTold(['a...'], 'a\nb\n'));
});
