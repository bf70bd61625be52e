/** Random Perl patterns over what its patterns are made of, and texts that they may match. */
import fc from 'fast-check';

const BYTES = [...'aabbcAB1_ -{}#\n\n\r\t\0\xe9\xc9\xa0\x85\xb5\xdf\xff'];

/** Short texts, so that even a bad pattern comes to an end. */
export const texts: fc.Arbitrary<string[]> = fc.array(
  fc.array(fc.constantFrom(...BYTES), { maxLength: 9 }).map((bytes) => bytes.join('')),
  { minLength: 8, maxLength: 8 },
);

const plain = fc.constantFrom(
  ...'aaabbbcAB1_- \xe9\xc9\xb5\xdf',
  '.',
  '.',
  '\\.',
  '\\-',
  '\\@',
  '@',
);
const escapes = fc.constantFrom(
  ...['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\h', '\\H', '\\v', '\\V', '\\N', '\\R', '\\n'],
  ...['\\r', '\\t', '\\x41', '\\x{61}', '\\x{ e9 }', '\\xe9', '\\o{141}', '\\141', '\\012', '\\0'],
  ...['\\cJ', '\\c!', '\\x', '\\xg', '\\e', '\\a', '\\f', '\\Q', '\\E', '\\y', '\\/', '\\{'],
);
const places = fc.constantFrom('^', '$', '^', '$', '\\A', '\\z', '\\Z', '\\b', '\\B');
/** No quantifier may follow them. */
const settings = fc.constantFrom(
  ...['(?i)', '(?s)', '(?m)', '(?x)', '(?^)', '(?-i)', '(?xx)', '(?n)', '(?s-m)', '(?a)', '(?p)'],
  ...['(?#note)', '\\K', '\\G'],
);
const references = fc.constantFrom(
  ...['\\1', '\\1', '\\2', '\\g1', '\\g{1}', '\\g{-1}', '\\g-1', '\\k<n>', "\\k'n'", '\\k{n}'],
  ...['\\g{n}', '(?P=n)', '\\10', '\\18'],
);
const odd = fc.constantFrom(
  ...['{', '}', ']', '{1', '{,}', '{a}', '#', ' ', '  ', '[', '(', ')', '*', '+', '?', '\\', '|'],
  ...[
    '\\p{L}',
    '(?R)',
    '(*F)',
    '\\X',
    '\\N{U+e9}',
    '(?1)',
    '(?{1})',
    '\\x{100}',
    '\\8',
    '[[:nosuch:]]',
    '(?(1)a|b)',
  ],
  ...['(?(?=a)a|b)'],
);

const classItem = fc.oneof(
  fc.constantFrom(...'abcAB1_ -^\xe9\xc9\n', '\\]', '\\\\', '\\-', '\\^'),
  fc.constantFrom('a-c', 'A-z', '\\x00-\\x40', '\xc0-\xff', '1-9', 'a-', '-b', '\\n-\\r'),
  fc.constantFrom('\\d', '\\W', '\\s', '\\h', '\\V', '\\b', '\\x41', '\\101', '\\cA', '\\e', '\\R'),
  fc
    .constantFrom('alpha', 'digit', 'upper', 'lower', 'space', 'blank', 'punct', 'word', 'cntrl')
    .chain((name) => fc.constantFrom(`[:${name}:]`, `[:^${name}:]`)),
  fc.constantFrom('[:print:]', '[:graph:]', '[:xdigit:]', '[:ascii:]', '[:alnum:]'),
);
const classes = fc
  .tuple(
    fc.constantFrom('', '', '^', ']', '^]'),
    fc.array(classItem, { minLength: 1, maxLength: 4 }),
  )
  .map(([first, items]) => `[${first}${items.join('')}]`);

const quantifiers = fc.constantFrom(
  ...['', '', '', '', '', '*', '+', '?', '*?', '+?', '??', '*+', '++', '?+', '{2}', '{1,2}'],
  ...['{,2}', '{1,}', '{0}', '{ 1, 2 }', '{0,1}?', '{1,}+', '{2}+', ' *', '(?#x)*'],
);

const opening = fc.constantFrom(
  ...['(', '(', '(', '(', '(?:', '(?:', '(?<n>', "(?'m'", '(?P<n>', '(?>', '(?|', '(?i:', '(?^:'],
  ...['(?s:', '(?m:', '(?x:', '(?-i:', '(?i-s:', '(?=', '(?!', '(?<=', '(?<!', '(?n:', '(?xx:'],
);

const { pattern } = fc.letrec<{ pattern: string; branch: string; atom: string }>((tie) => ({
  pattern: fc
    .array(tie('branch'), { minLength: 1, maxLength: 3 })
    .map((branches) => branches.join('|')),
  branch: fc
    .array(
      fc.oneof(
        {
          arbitrary: fc.tuple(tie('atom'), quantifiers).map((parts) => parts.join('')),
          weight: 9,
        },
        { arbitrary: settings, weight: 1 },
      ),
      { maxLength: 4 },
    )
    .map((pieces) => pieces.join('')),
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: plain, weight: 8 },
    { arbitrary: escapes, weight: 3 },
    { arbitrary: places, weight: 3 },
    { arbitrary: classes, weight: 3 },
    { arbitrary: references, weight: 1 },
    {
      arbitrary: fc.tuple(opening, tie('pattern')).map(([open, body]) => `${open}${body})`),
      weight: 6,
    },
  ),
}));

/** Nearly all are valid, but for references to groups that are absent. */
const sound = pattern;
/** With something odd in the middle: what is refused by one must be refused by the other. */
const broken = fc.tuple(pattern, odd, pattern).map((parts) => parts.join(''));

/** An empty pattern is none. */
export const patterns: fc.Arbitrary<string> = fc
  .oneof({ arbitrary: sound, weight: 9 }, { arbitrary: broken, weight: 1 })
  .filter((source) => source !== '');
