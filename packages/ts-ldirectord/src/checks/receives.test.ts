/** Searches that are quick, and searches that never end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReceivePattern, receivePattern } from '../config/receive.js';
import { lookFor, receives } from './receives.js';

function pattern(source: string): ReceivePattern {
  const found = receivePattern(source);
  assert.ok(typeof found !== 'string', `${source}: ${found}`);
  return found;
}

/** What takes for ever to be not found, for one reason or another. */
const ENDLESS: readonly [string, string][] = [
  ['(a+)+$', `${'a'.repeat(5000)}!`],
  ['(a|aa)+$', `${'a'.repeat(5000)}!`],
  ['x(a|b|ab)*c', `x${'ab'.repeat(500)}!c`],
  ['^(\\w+\\s?)*$', `${'word '.repeat(500)}!`],
  ['y(.*)(.*)(.*)(.*)\\1x', `xy${'ab'.repeat(5000)}`],
  ['a.*b.*c.*d.*e', `e${'abcd'.repeat(5000)}`],
];

test('without a pattern everything is received', async () => {
  assert.equal(await receives(undefined, ''), true);
});

test('most searches are made at once, whatever the text', async () => {
  const texts = ['', 'Test Page\n', 'x'.repeat(1_000_000), 'Test '.repeat(200_000)];
  for (const source of ['Test Page', '^OK$', 'Test.*Page', '(?:up|down) since \\d+', '10\\.0\\.']) {
    for (const text of texts) {
      const begun = performance.now();
      await receives(pattern(source), text);
      const ms = performance.now() - begun;
      assert.ok(ms < 500, `${source} in ${text.length} bytes: ${ms} ms`);
    }
  }
});

test('a search in a thread finds what is there, and only that', async () => {
  for (const [source] of ENDLESS) {
    const text = 'aacabcdea ab ca aaababababx';
    const found = pattern(source).regexp.test(text);
    assert.deepEqual(await lookFor(pattern(source), text), { found }, source);
  }
});

test('endless searches end in time, with the reason, and hold nothing up', async (t) => {
  let longest = 0;
  let before = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
  }, 5);
  t.after(() => clearInterval(watch));
  const begun = performance.now();
  const sought = ENDLESS.map(([source, text]) => lookFor(pattern(source), text, 2000));
  for (const [index, { found, trouble }] of (await Promise.all(sought)).entries()) {
    const reason = `the search for receive pattern ${ENDLESS[index]?.[0]} took too long`;
    assert.deepEqual([found, trouble], [false, reason]);
  }
  assert.ok(performance.now() - begun < 3000);
  assert.ok(longest < 500, `the event loop stood still for ${longest} ms`);
});

test('a search that never ends, though there is nothing to search, ends in time', async () => {
  const source = '(?:||x){60}(?:Y|ZZ)';
  const trouble = `the search for receive pattern ${source} took too long`;
  assert.deepEqual(await lookFor(pattern(source), '', 500), { found: false, trouble });
});

test('a pattern that was slow once no longer waits in front of the others', async () => {
  const [source, text] = ENDLESS[0] ?? ['', ''];
  const bad = pattern(source);
  assert.equal((await lookFor(bad, text, 5000)).found, false);
  const honest = pattern('(?:ab?)+c$');
  await receives(honest, 'abc', 5000);
  let ended = 0;
  const open = Array.from({ length: 10 }, () =>
    lookFor(bad, text, 3000).finally(() => {
      ended += 1;
    }),
  );
  assert.equal(await receives(honest, 'abc', 3000), true);
  assert.equal(ended, 0);
  assert.ok((await Promise.all(open)).every(({ found }) => !found));
});

test('a search that needs more memory than it may fails, and the next one is made', async () => {
  const text = 'ab'.repeat(2_000_000);
  const { found, trouble } = await lookFor(pattern('^(?:a|b|(?:ab)+)*$(?<=c)'), text, 5000);
  assert.equal(found, false);
  assert.match(trouble ?? '', /receive pattern/);
  assert.equal(await receives(pattern('(?:ab?)+c$'), 'abc'), true);
});
