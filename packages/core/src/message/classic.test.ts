/** The rules of the string form, one by one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeClassic, encodeClassic } from './classic.js';
import { Message } from './message.js';

/** The string fields of what was decoded, or why it was not. */
function read(text: string): Record<string, string> | string {
  const decoded = decodeClassic(text);
  return decoded.ok ? decoded.message.strings() : decoded.malformed;
}

test('every type of field has its form', () => {
  const inner = new Message([{ name: 'deep', type: 'struct', value: Message.of({ c: 'd' }) }]);
  const message = new Message([
    { name: 't', type: 'string', value: 'a\nb' },
    { name: 'id', type: 'binary', value: Uint8Array.of(0, 255, 16, 1) },
    { name: 's', type: 'struct', value: inner },
    { name: 'l', type: 'list', value: ['abc', 'defg'] },
    { name: 'none', type: 'string', value: '' },
  ]);
  const text =
    '>>>\nt=a\x13b\n(1)id=AP8QAQ==\n' +
    '(2)s=>>>\x14(2)deep=>>>\x15c=d\x15<<<\x15\x14<<<\x14\n' +
    '(3)l=3:abc,4:defg,\nnone=\n<<<\n';
  assert.equal(encodeClassic(message), text);
  assert.deepEqual(decodeClassic(text), { ok: true, message });
});

test('empty lines are passed over, and nothing is read behind the end', () => {
  assert.deepEqual(read('>>>\n\na=b\n\n\nc==d\n<<<\nnoise'), { a: 'b', c: '=d' });
});

test('a name that comes twice is kept twice, and its first value counts', () => {
  const text = '>>>\na=1\nb=2\na=3\n<<<\n';
  const decoded = decodeClassic(text);
  assert.ok(decoded.ok);
  assert.equal(encodeClassic(decoded.message), text);
  assert.equal(decoded.message.get('a'), '1');
  assert.deepEqual(decoded.message.strings(), { a: '1', b: '2' });
});

test('a carriage return belongs to the value', () => {
  assert.deepEqual(read('>>>\na=b\r\n<<<\n'), { a: 'b\r' });
});

test('what is not a message is refused with its reason', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'start'],
    ['>>>', 'start'],
    ['>>> \na=b\n<<<\n', 'start'],
    ['\n>>>\na=b\n<<<\n', 'start'],
    ['>>>\na=b\n', 'end'],
    ['>>>\na=b\n<<<', 'end'],
    ['>>>\na=b\0\n<<<\n', 'end'],
    ['>>>\na=b\n<<< \n', 'field'],
    ['>>>\nab\n<<<\n', 'field'],
    ['>>>\n=b\n<<<\n', 'field'],
    ['>>>\n(7)a=b\n<<<\n', 'field'],
    ['>>>\n(12)a=b\n<<<\n', 'field'],
    ['>>>\n(a=b\n<<<\n', 'field'],
    ['>>>\n(0)a=b\n<<<\n', 'field'],
    ['>>>\n(1)a=b\n<<<\n', 'field'],
    ['>>>\n(1)=AA==\n<<<\n', 'field'],
    ['>>>\n(3)a=3:ab,\n<<<\n', 'field'],
    ['>>>\n(2)a=b\n<<<\n', 'start'],
    [`>>>\n${'a=b\n'.repeat(1001)}<<<\n`, 'size'],
    [`>>>\na=${'b'.repeat(256 * 1024)}\n<<<\n`, 'size'],
  ];
  for (const [text, reason] of cases) assert.equal(read(text), reason, JSON.stringify(text));
});

test('sixteen messages within one another are the limit', () => {
  const nest = (depth: number): Message =>
    depth === 0
      ? Message.of({ a: 'b' })
      : new Message([{ name: 'm', type: 'struct', value: nest(depth - 1) }]);
  const deepest = nest(16);
  assert.deepEqual(decodeClassic(encodeClassic(deepest)), { ok: true, message: deepest });
  assert.throws(() => encodeClassic(nest(17)), RangeError);
});
