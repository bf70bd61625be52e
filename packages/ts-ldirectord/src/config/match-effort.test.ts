/** How long a search may take, judged from the pattern. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receivePattern } from './receive.js';

/** The degree of the pattern, or `endless`. */
function degreeOf(source: string): number | 'endless' {
  const found = receivePattern(source);
  assert.ok(typeof found !== 'string' && found.effort !== undefined, source);
  return Number.isFinite(found.effort.factor) ? found.effort.degree : 'endless';
}

test('repeats within repeats are endless; side by side they add up', () => {
  for (const plain of ['Test Page', '^OK$', '\\d{3}', '(?i)up|down', '(?=a)b', 'a?b{2,9}c']) {
    assert.equal(degreeOf(plain), 0, plain);
  }
  for (const one of [
    'OK.*a',
    'a\\s+b',
    'x(?:ab)+x',
    'a++',
    '(?=.*a)(?=.*b)',
    '(?>a*)a*b',
    '(a)\\1',
  ]) {
    assert.equal(degreeOf(one), 1, one);
  }
  assert.equal(degreeOf('a.*b.*c'), 2);
  assert.equal(degreeOf('a(?:.*){2}b'), 2);
  for (const bad of [
    '(a+)+$',
    '^(a|aa)*$',
    '^(?:a?)*b',
    '^(.*)*$',
    '(?:(?:a|b)+c)+',
    '(a|b){99}',
  ]) {
    assert.equal(degreeOf(bad), 'endless', bad);
  }
});

test('what every match begins with, and what it needs, is known', () => {
  const known = (source: string) => {
    const found = receivePattern(source);
    assert.ok(typeof found !== 'string' && found.effort !== undefined, source);
    const { opening, needs, begins } = found.effort;
    return [begins, opening?.source, ...needs.map((need) => need.source)];
  };
  assert.deepEqual(known('OK.*done'), ['anywhere', 'OK', 'OK', 'done']);
  assert.deepEqual(known('^(up) since \\d+'), ['start', undefined, 'up since [\\x30-\\x39]']);
  assert.deepEqual(known('a+b'), ['anywhere', 'a', 'a', 'b']);
  assert.deepEqual(known('a?b|c'), ['anywhere', undefined]);
  // What is optional at the ends is not needed to find the rest.
  assert.deepEqual(known('.*(OK|.*up.*).*'), ['anywhere', undefined]);
  assert.deepEqual(known('.*?OK.*'), ['anywhere', 'OK', 'OK']);
});
