/** The netstring forms where they differ from the string form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Message } from './message.js';
import { decodeNetstring, encodeNetstring } from './netstring.js';
import { decodeNetstring1994, isNetstring1994 } from './netstring-1.99.4.js';

test('values stand as they are, and the trailer signs all before it', () => {
  const message = new Message([
    { name: 't', type: 'string', value: 'a\nb' },
    { name: 'id', type: 'binary', value: Uint8Array.of(0, 10, 255) },
    { name: 's', type: 'struct', value: Message.of({ c: 'd' }) },
  ]);
  const text = '###\n8:(0)t=a\nb,9:(1)id=\0\n\xff,20:(2)s=###\n6:(0)c=d,%%%\n,%%%\n';
  assert.equal(encodeNetstring(message), text.replace('20:', '22:'));
  const parts = decodeNetstring(`${encodeNetstring(message)}10:1 12345678,\0`);
  assert.deepEqual(parts.decoded, { ok: true, message });
  assert.equal(parts.signed, encodeNetstring(message));
  assert.equal(parts.trailer, '1 12345678');
});

test('fields that could not be passed on in the string form are refused', () => {
  const wrong = [
    '(0)a\nb=c',
    '(0)=c',
    '(0)(1)a=c',
    '(0)a',
    '0)a=b',
    '(0)a=b\0',
    '(6)a=b',
    '(3)a=x',
  ];
  for (const content of wrong) {
    const { decoded } = decodeNetstring(`###\n${content.length}:${content},%%%\n`);
    assert.deepEqual(decoded, { ok: false, malformed: 'field' }, content);
  }
  for (const text of ['###', '###\n6:(0)a=b,', '###\n6:(0)a=b%%%\n', '###\n-1:a,%%%\n']) {
    assert.equal(decodeNetstring(text).decoded.ok, false, text);
  }
});

test('the form of 1.99.4 is told apart and read', () => {
  const text = '###\n1:t,1:0,6:status,2:id,1:1,2:\0\xff,4:1 ff,%%%\n\0';
  assert.ok(isNetstring1994(text));
  assert.ok(!isNetstring1994('###\n6:(0)a=b,%%%\n'));
  const parts = decodeNetstring1994(text);
  assert.ok(parts.decoded.ok);
  assert.equal(parts.decoded.message.get('t'), 'status');
  assert.deepEqual(parts.decoded.message.binary('id'), Uint8Array.of(0, 255));
  assert.equal(parts.signed, '1:t,1:0,6:status,2:id,1:1,2:\0\xff,');
  assert.equal(parts.trailer, '1 ff');
});
