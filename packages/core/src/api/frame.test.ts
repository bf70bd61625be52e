/** Frames of the client API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { MESSAGE_BYTES_MAX } from '../message/limits.js';
import { Message } from '../message/message.js';
import { ApiFrameReader, encodeApiFrame } from './frame.js';

const header = (length: number, magic: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, magic, true);
  return bytes;
};

const framed = (text: string): Uint8Array =>
  Uint8Array.of(...header(text.length, 0xabcd), ...Buffer.from(text, 'latin1'));

test('a frame has its length, the magic number and a NUL', () => {
  const frame = encodeApiFrame(Message.of({ t: 'a' }));
  assert.deepEqual(frame, framed('>>>\nt=a\n<<<\n\0'));
});

test('messages come out in order however the stream is cut', () => {
  const messages = [1, 2, 3].map((number) => Message.of({ t: 'n', number: String(number) }));
  const stream = Uint8Array.of(...messages.flatMap((message) => [...encodeApiFrame(message)]));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
      const reader = new ApiFrameReader();
      const read: Message[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        const { messages: some, broken } = reader.push(stream.subarray(at, at + size));
        assert.equal(broken, undefined);
        read.push(...some);
        at += size;
      }
      assert.deepEqual(read, messages);
    }),
  );
});

test('a netstring body is understood', () => {
  const { messages } = new ApiFrameReader().push(framed('###\n7:(0)t=ab,%%%\n'));
  assert.deepEqual(messages, [Message.of({ t: 'ab' })]);
});

test('a wrong header ends the stream for good, after what was right', () => {
  const good = encodeApiFrame(Message.of({ t: 'a' }));
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [header(4, 1), 'magic'],
    [header(MESSAGE_BYTES_MAX + 1, 0xabcd), 'length'],
    [header(0xffffffff, 0xabcd), 'length'],
  ];
  for (const [bad, reason] of cases) {
    const reader = new ApiFrameReader();
    const first = reader.push(Uint8Array.of(...good, ...bad, ...good));
    assert.deepEqual(first, { messages: [Message.of({ t: 'a' })], broken: reason });
    assert.deepEqual(reader.push(good), { messages: [], broken: reason });
  }
});

test('a frame without a message is passed over', () => {
  const good = encodeApiFrame(Message.of({ t: 'a' }));
  for (const bad of [header(0, 0xabcd), framed('hello\0'), framed('>>>\nt=a\n\0')]) {
    const reader = new ApiFrameReader();
    reader.add(Uint8Array.of(...bad, ...good));
    const kinds = [reader.next(), reader.next(), reader.next()].map((frame) => frame?.kind);
    assert.deepEqual(kinds, ['unreadable', 'message', undefined]);
  }
});

test('no bytes make the reader throw', () => {
  const start = fc.constantFrom(header(20, 0xabcd), header(3, 0xabcd), new Uint8Array(0));
  fc.assert(
    fc.property(fc.array(fc.tuple(start, fc.uint8Array({ maxLength: 40 }))), (chunks) => {
      const reader = new ApiFrameReader();
      for (const [first, second] of chunks) reader.push(Uint8Array.of(...first, ...second));
    }),
    { numRuns: 1000 },
  );
});
