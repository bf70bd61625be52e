/** Patterns as the Perl of this machine reads them, and as we do. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Perl } from './perl.fixture.js';
import { patterns, texts } from './perl-grammar.fixture.js';
import { receivePattern } from './receive.js';

const perl = new Perl();
after(() => perl.close());

/** A process answers some twenty a millisecond; the tests of the package stay quick with these. */
const RUNS = 4000;

const PAGES = [
  ...['', '\n', 'OK', 'OK\n', 'OK\r\n', 'ok', 'KO', 'NOT OK', 'OKAY', 'A 12 B\nOK\n\n', 'a b\tc'],
  '<html><head><title>Test Page</title></head>\n<body>It works!</body></html>\n',
  'status: up since 2014-01-02, 10.0.0.1, load 0.15 {"state": "UP", "nodes": [1, 2, 3]}\n',
  'Gr\xfc\xdfe aus K\xf6ln, 100 \xb0C\xa0\x85\xff',
  'aa bb abab aab',
  'x@y.example $5 #1 a{2} [b]',
];

/** What people write, and what looks like it. */
const WRITTEN = [
  ...[
    'OK',
    '^OK$',
    '^OK\\z',
    '\\AOK\\Z',
    'ok',
    '(?i)ok',
    '(?i:o)k',
    'O.K',
    'OK|KO',
    '(OK|up)',
    '.',
  ],
  ...[
    'Test Page',
    'Test\\s+Page',
    '<title>.*</title>',
    '(?s)<head>.*<body>',
    '^<html>',
    '</html>$',
  ],
  ...[
    '10\\.0\\.0\\.1',
    '\\b10\\.',
    '\\d+',
    '\\d{4}-\\d\\d-\\d\\d',
    '[0-9]{2,}',
    'load [\\d.]+',
    '"UP"',
  ],
  ...['"state":\\s*"(UP|OK)"', '\\[1, 2, 3\\]', '[[:digit:]]+', '[[:^alpha:]]$', '\\w+@\\w+', '@y'],
  ...[
    '$5',
    '\\$5',
    '#1',
    'a{2}',
    'a\\{2\\}',
    'a{2',
    '{',
    'a{,2}b',
    '[b]',
    '\\[b]',
    ']',
    '\\Qa.b\\E',
  ],
  ...[
    'Gr..e',
    'Gr\xfc\xdfe',
    '(?i)gr\xdc',
    'K\\xf6ln',
    '\\bK',
    '\xf6\\b',
    '[^ -~]',
    '[\xe0-\xff]+',
    '\\W{2}',
  ],
  ...[
    '\\h+',
    '\\v',
    '\\R',
    '\\R\\z',
    'OK\\R?$',
    '\\N+',
    '\\V+$',
    '[\\h]',
    '\\s\\S',
    '\\xff$',
    '\\x{e9}',
  ],
  ...[
    '(\\w)\\1',
    '(?<x>a)(?<y>b)\\k<x>\\g{y}',
    '(a|b)+\\1',
    '(?:ab)+$',
    '(?>a+)b',
    'a++b',
    'a*+a',
    '\\w?+w',
  ],
  ...[
    '(?=.*OK)(?=.*B)',
    '(?s)(?=.*OK)(?=.*B)',
    '^(?!.*NOT)',
    '(?<=a )b',
    '(?<!a)b',
    '(?m)^OK$',
    '(?m)^$',
  ],
  ...[
    '(?x) O K # said',
    '(?x)\\ O',
    '(?#why)OK',
    '(?^i)ok',
    '(?i)a(?-i)B',
    '(?|(a)|(b))+',
    '(?n)(a)b',
  ],
  ...[
    '|',
    'OK|',
    '()',
    '(|a)b',
    'a?',
    'a*?b',
    '^',
    '$',
    '\\b',
    '^$',
    '\\Z',
    '\\z',
    '\\012',
    '\\cJ',
    '\\/b',
  ],
  ...[
    '(',
    'a)',
    '[a',
    '*',
    '+OK',
    'a**',
    '(?',
    '\\',
    '[z-a]',
    '\\1',
    '(?<a',
    'x{3,2}',
    '(?{1})',
    '\\p{Lu}',
  ],
  ...[
    'a|b\\K',
    '\\Kb',
    'a\\Kb',
    '(?<!^)OK',
    '(?<=^)OK',
    '(a)|b\\1',
    '(a*)*\\1b',
    '(?:(a)|b)*\\1',
    '(?i)[[:^upper:]\\d]',
    '(?i)[^[:^lower:]]',
  ],
];

test('patterns that people write are found where Perl finds them', async () => {
  let followed = 0;
  for (const pattern of WRITTEN) {
    const found = receivePattern(pattern);
    const theirs = await perl.finds(pattern, PAGES);
    if (typeof found === 'string') continue;
    followed++;
    const ours = PAGES.map((page) => (found.regexp.test(page) ? '1' : '0')).join('');
    assert.equal(ours, theirs, `${pattern} as ${found.regexp.source}`);
  }
  assert.ok(followed > WRITTEN.length * 0.85, `${followed} of ${WRITTEN.length}`);
});

test('random patterns are found where Perl finds them, or are refused', async () => {
  let followed = 0;
  await fc.assert(
    fc.asyncProperty(patterns, texts, async (pattern, looked) => {
      const found = receivePattern(pattern);
      if (typeof found === 'string') return;
      const theirs = await perl.finds(pattern, looked);
      // It would not have run there at all.
      if (theirs === 'invalid') return;
      followed++;
      const ours = looked.map((text) => (found.regexp.test(text) ? '1' : '0')).join('');
      assert.equal(ours, theirs, `as ${found.regexp.source}`);
    }),
    { numRuns: RUNS },
  );
  assert.ok(followed > RUNS / 4, `only ${followed} patterns were followed`);
});
