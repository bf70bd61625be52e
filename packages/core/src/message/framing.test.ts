/** How frames are found in a byte stream, and what noise costs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { Framing } from './framing.js';
import { bytesOf } from './latin1.js';
import { MESSAGE_BYTES_MAX } from './limits.js';

const A = '>>>\nt=a\n<<<\n';
const B = '>>>\nt=b\n<<<\n';
const C = '>>>\nt=c\n<<<\n';

function frames(text: string): string[] {
  return new Framing().push(bytesOf(text));
}

test('frames that follow each other are told apart', () => {
  assert.deepEqual(frames(A + B + C), [A, B, C]);
});

test('frames come out the same however the bytes arrive', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const bytes = bytesOf(`noise\n${A}${B}half${C}\n${A}`);
      const framing = new Framing();
      const found: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        found.push(...framing.push(bytes.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(found, [A, B, A]);
    }),
  );
});

test('noise costs what it costs the genuine reader', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['noise with a newline before a frame', `${A}noise\n${B}${C}`, [A, B, C]],
    ['noise without a newline before a frame', `${A}noise${B}${C}`, [A, C]],
    ['a frame without its end', `${A}>>>\nt=b\n${C}`, [A, `>>>\nt=b\n${C}`]],
    ['an end alone', `<<<\n${A}`, [A]],
    ['noise behind a start', `>>>x\nt=a\n<<<\n${B}`, ['>>>x\nt=a\n<<<\n', B]],
    ['noise behind an end', `>>>\nt=a\n<<<x\n${B}`, ['>>>\nt=a\n<<<x\n', B]],
    ['carriage returns', A.replaceAll('\n', '\r\n') + B, [A, B]],
    ['carriage returns alone', A.replaceAll('\n', '\r') + B + C, ['>>>t=a<<<>>>\nt=b\n<<<\n', C]],
    ['the eighth bit', `${A}>>>\nt=\xe2\n<<<\n`, [A, B]],
    ['a break', `\0${A}\0${B}`, [A, B]],
  ];
  for (const [name, text, expected] of cases) assert.deepEqual(frames(text), expected, name);
});

test('lines outside of frames are counted', () => {
  const framing = new Framing();
  framing.push(bytesOf(`x\ny\n\n${A}z\n`));
  assert.equal(framing.droppedLines, 3);
});

test('random noise between frames costs at most the frame it hit and the next', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      const framing = new Framing();
      framing.push(bytesOf(A));
      framing.push(noise);
      framing.push(bytesOf(B));
      framing.push(bytesOf(B));
      assert.deepEqual(framing.push(bytesOf(C)), [C]);
    }),
    { numRuns: 2000 },
  );
});

test('a line or frame longer than any message is given up, and the next is found', () => {
  const long = 'x'.repeat(MESSAGE_BYTES_MAX + 10);
  assert.deepEqual(frames(`${long}\n${A}`), [A]);
  assert.deepEqual(frames(`>>>\n${long}\n${A}`), [A]);
  assert.deepEqual(frames(`>>>\n${'a=b\n'.repeat(MESSAGE_BYTES_MAX / 4)}\n${A}${B}`), [A, B]);
});
