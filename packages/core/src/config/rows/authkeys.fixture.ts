/** Rows about authkeys. */
import { error, type Row } from './row.fixture.js';

export const keys = (title: string, authkeys: string | null, ...says: string[]): Row => ({
  title: `authkeys: ${title}`,
  authkeys,
  exit: 6,
  says,
});
const KEYFILE = '/etc/ha.d//authkeys';
export const notFound = (number: number): string =>
  error(`Auth Key [${number}] not found in keyfile [${KEYFILE}]`);
const noAuth = error(`Missing auth directive in keyfile [${KEYFILE}]`);
const badMode = (mode: number): Row => ({
  title: `authkeys: mode ${mode.toString(8)}`,
  mode,
  exit: 6,
  says: [error(`Bad permissions on keyfile [${KEYFILE}], 600 recommended.`)],
});
const goodKeys = (title: string, authkeys: string): Row => ({ ...keys(title, authkeys), exit: 0 });

export const AUTHKEYS: readonly Row[] = [
  badMode(0o640),
  badMode(0o604),
  { title: 'authkeys: mode 620', mode: 0o620, exit: 0, says: [] },
  { title: 'authkeys: mode 700', mode: 0o700, exit: 0, says: [] },
  keys('missing', null, error(`Cannot open keyfile [${KEYFILE}].  Stop.`)),
  keys('empty', '', noAuth),
  keys(
    'number 16',
    'auth 16\n16 sha1 k\n',
    error(`Invalid authnum [16] in ${KEYFILE}`),
    notFound(16),
  ),
  keys('number -1', 'auth 1\n-1 foo\n1 crc\n', error(`Invalid authnum [-1] in ${KEYFILE}`)),
  keys('method', 'auth 1\n1 foo key\n', error('Invalid authtype [foo]'), notFound(1)),
  keys('method in capitals', 'auth 1\n1 SHA1 key\n', error('Invalid authtype [SHA1]'), notFound(1)),
  keys(
    'crc with key',
    'auth 1\n1 crc key\n',
    "info: Auth method [crc] doesn't use a key",
    notFound(1),
  ),
  keys(
    'sha1 without key',
    'auth 1\n1 sha1\n',
    error('Auth method [sha1] requires a key'),
    notFound(1),
  ),
  keys('auth below its key', '1 crc\nauth 1\n', notFound(1)),
  keys('auth without its key', 'auth 1\n2 crc\n', notFound(1)),
  keys('two auth lines', 'auth 1\nauth 2\n1 crc\n', notFound(2)),
  keys(
    'auth without number',
    'auth\n1 crc\n',
    error(`Invalid auth line [auth] in ${KEYFILE}`),
    noAuth,
  ),
  keys(
    'another word with a',
    'abc\nauth 1\n1 crc\n',
    error(`Invalid auth line [...] in ${KEYFILE}`),
  ),
  keys('a negative auth', 'auth -1\n1 crc\n', noAuth),
  keys('rubbish', 'auth 1\nrubbish here\n1 crc\n', error('Auth line [...] is invalid.')),
  keys('a number alone', 'auth 1\n1\n', error('Auth line [1] is invalid.'), notFound(1)),
  goodKeys('words behind the key', 'auth 1x y\n1 sha1 #key # comment\n2 md5 \xe4\n'),
  goodKeys('white space', '  # comment\r\n\tauth1\r\n 1sha1\x0bkey\r\n\r\n'),
  goodKeys('the same number twice', 'auth 1\n1 crc\n1 sha1 x\n0 md5 y\n15 crc\n'),
  goodKeys('two auth lines with keys', 'auth 1\n1 crc\nauth 2\n2 sha1 x\n'),
];
