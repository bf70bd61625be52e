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
const REFUSED =
  /possessive|under \(\?i\)|is not supported|nothing to repeat|invalid quantifier|follows nothing/;

test('a pattern matches what it matches in Perl, or is refused', () => {
  const { bodies, rows } = RECORDED;
  let refused = 0;
  for (const [pattern, matched] of rows) {
    const found = receivePattern(pattern);
    if (matched === 'invalid') {
      // Perl also refuses a `{` that could be meant as a quantifier and is none.
      if (typeof found !== 'string') assert.match(pattern, /\{/, pattern);
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
    'a++': 'possessive quantifiers are not supported',
    '(?>a)': 'sequence (?>...) is not supported',
    '(?|a|b)': 'sequence (?|...) is not supported',
    '(?{ die })': 'sequence (?{...) is not supported',
    '(?R)': 'sequence (?R...) is not supported',
    '(*FAIL)': 'verbs (*...) are not supported',
    '(?n)a': 'flag (?n) is not supported',
    '\\p{L}': '\\p is not supported',
    '\\Ga': '\\G is not supported',
    '\\x{263a}': 'characters beyond \\xff are not supported',
    '[[:nosuch:]]': 'POSIX class [:nosuch:] unknown',
    '\\1': 'reference to nonexistent group',
    '(a)(?i)\\1': 'a back reference under (?i) is not supported',
    'a\\': 'trailing \\',
  };
  for (const [pattern, reason] of Object.entries(reasons)) {
    assert.equal(receivePattern(pattern), reason, pattern);
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
