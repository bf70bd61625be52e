/** Where the signature of a message is looked for, and what it covers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, textOf } from './latin1.js';
import { findSeal } from './seal.js';

/** What is signed, `|` between the parts, and the token; or why there is neither. */
function seal(text: string): string {
  const found = findSeal(bytesOf(text));
  return typeof found === 'string'
    ? found
    : `${found.signed.map(textOf).join('|')} by ${found.token}`;
}

test('the string form: every line but that of the signature is signed', () => {
  assert.equal(seal('>>>\nt=x\nauth=1 ff\n<<<\n\0'), 't=x\n by 1 ff');
  assert.equal(seal('>>>\nt=x\nauth=1 ff\nu=y\n<<<\nnoise'), 't=x\n|u=y\n by 1 ff');
  assert.equal(seal('>>>\n\nt=x\n\n\nu=auth=\nauth=1 ff\n<<<\n'), 't=x\n|u=auth=\n by 1 ff');
  assert.equal(seal('>>>\nt=x\n<<<\n'), 't=x\n by undefined');
  assert.equal(seal('>>>\nauth=1 a\nauth=1 b\nt=x\n<<<\n'), 't=x\n by 1 b');
  assert.equal(seal(`>>>\nauth=${'f'.repeat(100)}\n<<<\n`), ' by undefined');
  assert.equal(seal('>>>\nt=x\nauth=1 ff\n<<'), 'end');
  assert.equal(seal('>>>\nt=x\0\nauth=1 ff\n<<<\n'), 'end');
  assert.equal(seal(`>>>\n${'\n'.repeat(2001)}<<<\n`), 'size');
  assert.equal(seal('t=x\n'), 'start');
});

test('the netstring forms: what stands before the signature is signed', () => {
  const text = '###\n6:(0)t=x,%%%\n';
  assert.equal(seal(`${text}4:1 ff,`), `${text} by 1 ff`);
  assert.equal(seal(text), `${text} by undefined`);
  assert.equal(seal('###\n1:t,1:0,1:x,4:1 ff,%%%\n'), '1:t,1:0,1:x, by 1 ff');
  assert.equal(seal('###\n%%%\n4:1 ff,'), '###\n%%%\n by 1 ff');
  assert.equal(seal('###\n6:(0)t=x'), 'end');
  assert.equal(seal(`###\n${'0:,'.repeat(3002)}%%%\n`), 'size');
});
