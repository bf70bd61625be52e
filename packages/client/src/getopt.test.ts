/** Options in the way of getopt(3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { getopt } from './getopt.js';

const read = (letters: string, ...words: string[]) => {
  const { found, operands, complaints } = getopt('name', letters, words);
  return [found.map(({ letter, argument }) => letter + argument), operands, complaints];
};

test('options stand anywhere before --, alone or together', () => {
  assert.deepEqual(read('mv', 'a', '-mv', 'b', '-v', '--', '-m'), [
    ['m', 'v', 'v'],
    ['a', 'b', '-m'],
    [],
  ]);
  assert.deepEqual(read('mp:', '-px', '-mp', 'y', '-'), [['px', 'm', 'py'], ['-'], []]);
});

test('bad options are complained of in the words of the C library', () => {
  assert.deepEqual(read('mp:', '-x', '-:', '--long', '-p')[2], [
    "name: invalid option -- 'x'",
    "name: invalid option -- ':'",
    "name: invalid option -- '-'",
    "name: invalid option -- 'l'",
    "name: invalid option -- 'o'",
    "name: invalid option -- 'n'",
    "name: invalid option -- 'g'",
    "name: option requires an argument -- 'p'",
  ]);
});
