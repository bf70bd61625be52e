/** What puts streams of bytes together: serial frames, API frames, lines. In pieces as at once. */
import { ApiFrameReader } from '@ts-heartbeat/core/api/frame';
import { decodeClassic, encodeClassic } from '@ts-heartbeat/core/message/classic';
import { Framing } from '@ts-heartbeat/core/message/framing';
import { MESSAGE_BYTES_MAX } from '@ts-heartbeat/core/message/limits';
import type { Message } from '@ts-heartbeat/core/message/message';
import { LineCutter } from '@ts-heartbeat/platform/jsonlines';
import { LineBuffer, type LineLimits } from 'ts-ldirectord/checks/linebuffer';
import { recordedFrames, recordedMessages, some } from '../seeds.js';
import { asBuffer, claim, claimSame, piecesOf, type Target } from '../target.js';

export const SERIAL: Target = {
  name: 'serial',
  tokens: ['>>>\n', '<<<\n', '>>>', '<<<', '\r\n', '\0'],
  seeds: () => recordedMessages('string'),
  run(bytes) {
    const framing = new Framing();
    const frames = framing.push(bytes);
    const pieces = new Framing();
    const pieced: string[] = [];
    for (const piece of piecesOf(bytes)) pieced.push(...pieces.push(piece));
    claimSame(pieced.join('|'), frames.join('|'), 'frames in pieces');
    claimSame(pieces.droppedLines, framing.droppedLines, 'noise in pieces');
    for (const frame of frames) {
      claim(frame.startsWith('>>>') && frame.endsWith('\n'), 'a frame without its markers');
      claim(frame.length <= MESSAGE_BYTES_MAX + 2, 'a frame that is too long');
    }
  },
};

/** As the daemon does with what scripts write to its FIFO: cut into frames, and read. */
export const FIFO: Target = {
  name: 'fifo',
  tokens: ['>>>\n', '<<<\n', 't=ask_resources\n', 'rsc_hold=all\n', 'info=me\n'],
  seeds: () => [
    '>>>\nt=resource\nrsc_hold=local\n<<<\n',
    '>>>\nt=shutdone\n<<<\n>>>\nt=ask_resources\ninfo=me\nrsc_hold=all\n<<<\n',
    ...some(recordedMessages('string'), 20),
  ],
  run(bytes) {
    for (const frame of new Framing().push(bytes)) {
      const decoded = decodeClassic(frame);
      if (decoded.ok) encodeClassic(decoded.message);
    }
  },
};

const HEADER_BYTES = 8;

export const API_FRAMES: Target = {
  name: 'api-frames',
  tokens: ['\xcd\xab\0\0', '\0\0\0\0', '>>>\n', '<<<\n\0', '###\n', '%%%\n'],
  seeds: () => {
    const frames = recordedFrames();
    const pairs = frames.map((frame, at) => Buffer.concat([frame, frames[at + 1] ?? frame]));
    return [...frames, ...some(pairs, 40)];
  },
  run(bytes) {
    const messages = takeFrames(bytes);
    // A length that is wrong hides the rest of the stream: once more with a header that is right.
    if (messages === 0 && bytes.length > HEADER_BYTES) takeFrames(withHeader(bytes));
  },
};

/** Reads a stream at once and in pieces; gives the number of messages. */
function takeFrames(bytes: Uint8Array): number {
  const whole = new ApiFrameReader().push(bytes);
  const reader = new ApiFrameReader();
  const messages: Message[] = [];
  let broken: string | undefined;
  for (const piece of piecesOf(bytes)) {
    const part = reader.push(piece);
    messages.push(...part.messages);
    broken = part.broken;
  }
  claimSame(broken, whole.broken, 'the end in pieces');
  claimSame(textOf(messages), textOf(whole.messages), 'messages in pieces');
  return messages.length;
}

function textOf(messages: readonly Message[]): string {
  return messages.map(encodeClassic).join('');
}

function withHeader(bytes: Uint8Array): Uint8Array {
  const frame = bytes.slice();
  const header = new DataView(frame.buffer);
  header.setUint32(0, bytes.length - HEADER_BYTES, true);
  header.setUint32(4, 0xabcd, true);
  return frame;
}

/** Small, so that limits are met. */
const LIMITS: LineLimits = { line: 60, lines: 12, total: 300 };

export const LINES: Target = {
  name: 'lines-of-servers',
  seeds: () => ['220 ready\r\n', '250-one\r\n250 two\r\n', 'no end', `${'\n'.repeat(13)}`],
  run(bytes) {
    const once = takeLines([bytes]);
    claimSame(takeLines(piecesOf(bytes)), once, 'lines in pieces');
  },
};

function takeLines(pieces: Iterable<Uint8Array>): readonly unknown[] {
  const buffer = new LineBuffer(LIMITS);
  for (const piece of pieces) buffer.add(asBuffer(piece));
  const lines: unknown[] = [buffer.peek()];
  for (let line = buffer.take(); line !== undefined; line = buffer.take()) {
    claim(line.length <= LIMITS.line && line.endsWith('\n'), 'a line that is none');
    lines.push(line);
  }
  claim(lines.length <= LIMITS.lines + 1, 'too many lines');
  const { excess } = buffer;
  return excess === undefined ? [...lines, buffer.rest()] : [...lines, excess];
}

/** A line of the runner may be no longer, here. */
const JSON_LINE_MAX = 100;

export const JSON_LINES: Target = {
  name: 'json-lines',
  seeds: () => ['{"op":"held"}\n{"op":"bye"}\n', '\n\n', 'no end'],
  run(bytes) {
    const whole = cutLines([bytes]);
    const pieced = cutLines(piecesOf(bytes));
    // Lines in front of one that is too long are told only when they came earlier.
    if (whole === undefined || pieced === undefined) claimSame(pieced, whole, 'too long in pieces');
    else claimSame(pieced, whole, 'lines in pieces');
  },
};

function cutLines(pieces: Iterable<Uint8Array>): readonly string[] | undefined {
  const cutter = new LineCutter(JSON_LINE_MAX);
  const lines: string[] = [];
  for (const piece of pieces) {
    const some = cutter.push(asBuffer(piece));
    if (some === undefined) return undefined;
    lines.push(...some);
  }
  return lines;
}
