/**
 * Frames of the client API's Unix socket, the same in both directions (heartbeat 1.99.4 to 3.0.6):
 * the length of the body and 0x0000abcd, each four bytes in host byte order, then a message in the
 * string form with a NUL, which the length counts.
 */
import { decodeClassic, encodeClassic } from '../message/classic.js';
import { bytesOf, textOf } from '../message/latin1.js';
import { MESSAGE_BYTES_MAX } from '../message/limits.js';
import type { Message } from '../message/message.js';
import { decodeNetstring, NETSTRING_START } from '../message/netstring.js';

const HEADER_BYTES = 8;
const MAGIC = 0xabcd;

/** The bytes of a frame, header included. Host byte order is little-endian on all our machines. */
export function encodeApiFrame(message: Message): Uint8Array {
  const body = bytesOf(`${encodeClassic(message)}\0`);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  const header = new DataView(frame.buffer);
  header.setUint32(0, body.length, true);
  header.setUint32(4, MAGIC, true);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Why a stream cannot be read any further. */
export type BrokenStream = 'magic' | 'length' | 'message';

export interface ApiFrames {
  readonly messages: readonly Message[];
  /** Set when the stream is beyond repair; nothing more will ever be read from it. */
  readonly broken?: BrokenStream;
}

/**
 * Puts frames together from what a socket gives. Holds at most one frame, and what came with its
 * end.
 */
export class ApiFrameReader {
  #pending: Uint8Array = new Uint8Array(0);
  #broken: BrokenStream | undefined;

  /** Takes what came in, and gives the messages that it completed, in order. Never throws. */
  push(chunk: Uint8Array): ApiFrames {
    const messages: Message[] = [];
    let rest = this.#pending.length === 0 ? chunk : joined(this.#pending, chunk);
    while (this.#broken === undefined && rest.length >= HEADER_BYTES) {
      const header = new DataView(rest.buffer, rest.byteOffset, HEADER_BYTES);
      const length = header.getUint32(0, true);
      if (header.getUint32(4, true) !== MAGIC) this.#broken = 'magic';
      else if (length === 0 || length > MESSAGE_BYTES_MAX) this.#broken = 'length';
      else if (rest.length < HEADER_BYTES + length) break;
      else {
        const body = rest.subarray(HEADER_BYTES, HEADER_BYTES + length);
        const message = decodeBody(body);
        if (message === undefined) this.#broken = 'message';
        else messages.push(message);
        rest = rest.subarray(HEADER_BYTES + length);
      }
    }
    this.#pending = this.#broken === undefined ? rest.slice() : new Uint8Array(0);
    return this.#broken === undefined ? { messages } : { messages, broken: this.#broken };
  }
}

/** Messages with nested ones come as netstrings from a genuine client, without a trailer. */
function decodeBody(body: Uint8Array): Message | undefined {
  const text = textOf(body);
  const decoded = text.startsWith(NETSTRING_START)
    ? decodeNetstring(text).decoded
    : decodeClassic(text);
  return decoded.ok ? decoded.message : undefined;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
