/** Patterns against what Perl matches with them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { receivePattern } from './receive.js';

interface Recorded {
  readonly bodies: readonly string[];
  readonly rows: readonly (readonly [pattern: string, matched: string])[];
}

const RECORDED: Recorded = JSON.parse(
  readFileSync(
    new URL('../../../../test/vectors/ldirectord/patterns.json', import.meta.url),
    'utf8',
  ),
);

/** What Perl can and we cannot: said at load, never read differently. */
const REFUSED = /is not supported|reference to|not complete there|quantifier|followed by nothing/;

/** Perl refuses to repeat what is empty, or can be: we do it. */
const LENIENT = /\\K|\{|[*+?]/;

test('a pattern matches what it matches in Perl, or is refused', () => {
  const { bodies, rows } = RECORDED;
  let refused = 0;
  for (const [pattern, matched] of rows) {
    const found = receivePattern(pattern);
    if (matched === 'invalid') {
      if (typeof found !== 'string') assert.match(pattern, LENIENT, pattern);
      continue;
    }
    if (typeof found === 'string') {
      assert.match(found, REFUSED, pattern);
      refused++;
      continue;
    }
    const mine = bodies.map((body) => (found.regexp.test(body) ? '1' : '0')).join('');
    assert.equal(mine, matched, `${pattern} as ${found.regexp.source}`);
  }
  assert.ok(rows.length > 800);
  assert.ok(refused < rows.length / 50, `${refused} refused`);
});

test('what cannot be translated is refused with the reason', () => {
  const reasons: Readonly<Record<string, string>> = {
    '(': 'unmatched (',
    ')': 'unmatched )',
    'a)b': 'unmatched )',
    '[a': 'unmatched [',
    '[z-a]': 'invalid [] range',
    '*a': 'quantifier * follows nothing',
    'a**': 'nested quantifiers',
    'a{3}{4}': 'nested quantifiers',
    'a{3,2}': "can't do {n,m} with n > m",
    'a{99999}': 'quantifier is too big',
    '\\d{x': 'unescaped left brace after an escaped letter',
    '(?(1)a|b)': 'sequence (?(...) is not supported',
    '(?<=a+)b': 'look behind longer than 255 is not supported',
    '(?<=(a)\\1)b': 'look behind longer than 255 is not supported',
    '(?<=a++)b': 'look behind longer than 255 is not supported',
    '(?<=a?+)b': '(?>) and possessive quantifiers in a look behind are not supported',
    '(a)|\\1': 'a reference to a group that may not have matched is not supported',
    '(?:(a)|b\\1)+': 'a reference to a group that may not have matched is not supported',
    '(a\\1)': 'reference to a group that is absent or not complete there',
    '(?<n>a)(?<n>b)\\k<n>': 'reference to one of several groups of the same name or number',
    '(a*)+\\1':
      'a repeat of what may be empty, around a group that is referred to, is not supported',
    '(?>(|a)*)': 'a repeat of what may be empty, where it is final, is not supported',
    '\\x{4z}': '\\x is followed by nothing that it can mean',
    '(?ai)a': 'flags (?a) and (?i) together are not supported',
    '(?u)a': 'flag (?u) is not supported',
    '(?{ die })': 'sequence (?{...) is not supported',
    '(?R)': 'sequence (?R...) is not supported',
    '(*FAIL)': 'verbs (*...) are not supported',
    '\\p{L}': '\\p is not supported',
    '\\Ga': '\\G is not supported',
    '\\x{263a}': 'characters beyond \\xff are not supported',
    '[[:nosuch:]]': 'POSIX class [:nosuch:] unknown',
    '\\1': 'reference to a group that is absent or not complete there',
    '(a)(?i)\\1': 'a back reference under (?i) is not supported',
    'a\\': 'trailing \\',
  };
  for (const [pattern, reason] of Object.entries(reasons)) {
    assert.equal(receivePattern(pattern), reason, pattern);
  }
});

test('a pattern is read though a search for it would never end', () => {
  for (const source of ['(?:||x){60}Z', '(?:(?=a)||x){60}Z']) {
    const found = receivePattern(source);
    assert.ok(typeof found !== 'string', source);
  }
  assert.equal(receivePattern('ab'.repeat(25_000)), 'regular expression too large');
});

test('what would be compiled for ever is refused', () => {
  const many = 'so many ways to match a few bytes are not supported';
  for (const part of ['(|)', '(a*|b*)', '(?:\\b|)', '(?:(?!a)|)', '(?>a*|)', '(?:(|)(|)a?)?']) {
    assert.equal(receivePattern(`x${part.repeat(60)}Z`), many, part);
    assert.notEqual(receivePattern(`(?:${part}x)`.repeat(60)), many, part);
  }
  assert.equal(receivePattern(`()${'(?:(?:\\1|)|)'.repeat(60)}Z`), many);
  for (const part of ['a?', 'a*b?', '(a|bc|)', '(\\d{0,2})']) {
    assert.equal(receivePattern(`x${part.repeat(100)}abcd`), many, part);
    assert.notEqual(receivePattern(`x${part.repeat(15)}abcd`), many, part);
  }
  const words = Array.from({ length: 5000 }, (_, index) => `w${index}`).join('|');
  for (const source of [
    '\\s*(a|b|c?)x?'.repeat(8),
    '\\b+(?:\\B\\b)*'.repeat(200),
    `(?:${words})`,
    '(?:|){60}',
    '(?m)^^^^a',
  ]) {
    assert.notEqual(receivePattern(source), many, source);
  }
});

test('any text is translated or refused, and never throws', () => {
  const signs = fc.constantFrom(...'()[]{}?*+|^$.\\-:=!<>#,iasmx0129bdgkPnRQEz \n\xe9\u263a');
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(signs, { maxLength: 40 }).map((found) => found.join('')),
  );
  fc.assert(
    fc.property(text, (source) => {
      const found = receivePattern(source);
      if (typeof found === 'string') assert.notEqual(found, '');
      else assert.deepEqual([found.source, found.regexp.flags], [source, '']);
    }),
    { numRuns: 5000 },
  );
});
