/** The check values of the three methods. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { digest } from '@ts-heartbeat/core/auth/sign';

import { readVectorFile } from './recording.js';

interface CheckValues {
  readonly items: readonly {
    readonly dataBase64: string;
    readonly crc: string;
    readonly 'md5 key "md5_any_password"': string;
    readonly 'sha1 key "sha1_any_password"': string;
  }[];
}

test('crc, md5 and sha1 have the recorded values', () => {
  const { items } = readVectorFile('heartbeat', 'auth-algorithms.json') as CheckValues;
  for (const item of items) {
    const text = Buffer.from(item.dataBase64, 'base64').toString('latin1');
    assert.equal(digest({ method: 'crc', key: '' }, text), item.crc);
    const md5 = digest({ method: 'md5', key: 'md5_any_password' }, text);
    assert.equal(md5, item['md5 key "md5_any_password"']);
    const sha1 = digest({ method: 'sha1', key: 'sha1_any_password' }, text);
    assert.equal(sha1, item['sha1 key "sha1_any_password"']);
  }
});
