/** What a sound authkeys becomes, and that no key gets into a text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthkeys } from './authkeys.js';

const read = (text: string) => parseAuthkeys({ path: '/etc/ha.d//authkeys', text, mode: 0o600 });

test('the key line below its auth line signs, the last of a number counts', () => {
  const { keyring } = read('auth 1\n1 crc\n2 sha1 sha1_any # x\nauth 3\n3 md5 #\xe4\n2 md5 other');
  assert.deepEqual(keyring, {
    signing: 3,
    keys: new Map([
      [1, { method: 'crc', key: '' }],
      [2, { method: 'md5', key: 'other' }],
      [3, { method: 'md5', key: '#\xe4' }],
    ]),
  });
  assert.equal(read('auth 2\n2 crc\nauth 1\n').keyring?.signing, 2);
  assert.equal(read('auth 2\nauth 1\n1 crc\n').keyring?.signing, 1);
});

test('no key is quoted', () => {
  const key = 'Zaphod42';
  for (const line of [
    key,
    `sha1 ${key}`,
    `1 ${key}`,
    `1 ${key} # comment`,
    `1 ${key} and more`,
    `a${key}`,
    `auth ${key}`,
    `1 crc ${key}`,
    `1 foo ${key}`,
    `16 sha1 ${key}`,
    `1 sha1 ${'x'.repeat(6000)}${key}`,
  ]) {
    const { problems } = read(`auth 1\n${line}\n`);
    assert.ok(problems.length > 0, line);
    for (const { text } of problems) assert.ok(!text.includes(key.slice(1)), text);
  }
});

test('a problem says where it is', () => {
  const { problems } = read('# x\n\n  1 foo bar\nauth 2\n');
  assert.deepEqual(
    problems.map(({ code, line, column }) => [code, line, column]),
    [
      ['AUTHKEYS_BAD_METHOD', 3, 3],
      ['AUTHKEYS_NO_KEY', 0, 0],
    ],
  );
});
