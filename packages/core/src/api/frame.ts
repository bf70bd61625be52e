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
export type BrokenStream = 'magic' | 'length';

/** What comes next in a stream. */
export type Frame =
  | { readonly kind: 'message'; readonly message: Message }
  /** A whole frame that holds no message; the next one may be good again. */
  | { readonly kind: 'unreadable' }
  /** The stream is beyond repair; nothing more will ever be read from it. */
  | { readonly kind: 'broken'; readonly why: BrokenStream };

/** All that a stream held so far. */
export interface Frames {
  readonly messages: readonly Message[];
  readonly broken?: BrokenStream;
}

/** A frame may come byte by byte; so many pieces are kept apart before they are joined. */
const CHUNKS_MAX = 64;

/**
 * Puts frames together from what a socket gives. It holds what it was given and has not been asked
 * for: one frame and a chunk, if whoever reads from the socket asks for all before he reads on.
 */
export class ApiFrameReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #broken: BrokenStream | undefined;

  /** Takes what came in. */
  add(chunk: Uint8Array): void {
    if (this.#broken !== undefined || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#chunks.length > CHUNKS_MAX) this.#join();
  }

  /** Takes what came in, and gives the messages that it completed, in order. Never throws. */
  push(chunk: Uint8Array): Frames {
    this.add(chunk);
    const messages: Message[] = [];
    for (let frame = this.next(); frame !== undefined; frame = this.next()) {
      if (frame.kind === 'broken') return { messages, broken: frame.why };
      if (frame.kind === 'message') messages.push(frame.message);
    }
    return { messages };
  }

  /** The next frame; undefined until it is whole. Never throws. */
  next(): Frame | undefined {
    if (this.#broken !== undefined) return { kind: 'broken', why: this.#broken };
    if (this.#bytes < HEADER_BYTES) return undefined;
    const start = this.#first(HEADER_BYTES);
    const header = new DataView(start.buffer, start.byteOffset, HEADER_BYTES);
    const length = header.getUint32(0, true);
    if (header.getUint32(4, true) !== MAGIC) return this.#break('magic');
    if (length > MESSAGE_BYTES_MAX) return this.#break('length');
    if (this.#bytes < HEADER_BYTES + length) return undefined;
    const whole = this.#first(HEADER_BYTES + length);
    const message = decodeBody(whole.subarray(HEADER_BYTES, HEADER_BYTES + length));
    this.#chunks[0] = whole.subarray(HEADER_BYTES + length);
    this.#bytes -= HEADER_BYTES + length;
    return message === undefined ? { kind: 'unreadable' } : { kind: 'message', message };
  }

  /** A first chunk of at least so many bytes, which must be there. */
  #first(bytes: number): Uint8Array {
    const [first] = this.#chunks;
    return first !== undefined && first.length >= bytes ? first : this.#join();
  }

  #join(): Uint8Array {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [whole];
    return whole;
  }

  #break(why: BrokenStream): Frame {
    this.#broken = why;
    this.#chunks = [];
    this.#bytes = 0;
    return { kind: 'broken', why };
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
