/** One message under way: its bytes, and what a receiver makes of them. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import {
  decodeDatagram,
  encodeDatagram,
  encodeFrame,
  type Received,
} from '@ts-heartbeat/core/message/datagram';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Random } from '../random.js';

/** What the judge wants to know of it. */
export interface Label {
  readonly from: string;
  readonly type: string;
  readonly generation: number;
  readonly seq: number;
}

/**
 * How many messages go by until one goes through the codec although nothing has damaged it. What
 * ping nodes send back has no number, and does not.
 */
const CODEC_EVERY = 128;

/**
 * A message that nothing has damaged is handed over as it is: that the codec gives it back is
 * tested elsewhere, and seen here on every so-manyth. A damaged one is signed, encoded, and spoilt.
 */
export class Packet {
  readonly label: Label;
  readonly #message: Message;
  readonly #keyring: Keyring;
  readonly #bytes: Uint8Array | undefined;
  #received: Received | undefined;

  constructor(label: Label, message: Message, keyring: Keyring, bytes?: Uint8Array) {
    this.label = label;
    this.#message = message;
    this.#keyring = keyring;
    this.#bytes = bytes;
  }

  /** What a node with the same keys makes of it: the same for every receiver. */
  get received(): Received {
    this.#received ??= this.#receive();
    return this.#received;
  }

  /** The bytes of the message on a serial line. */
  get frame(): Uint8Array {
    return encodeFrame(this.#message, this.#keyring);
  }

  /** The same with a few bytes changed, or without its end. */
  damaged(random: Random): Packet {
    const bytes = damage(encodeDatagram(this.#message, this.#keyring), random);
    return this.carrying(bytes);
  }

  /** A packet that is told from this one by its bytes only. */
  carrying(bytes: Uint8Array): Packet {
    return new Packet(this.label, this.#message, this.#keyring, bytes);
  }

  #receive(): Received {
    const bytes = this.#bytes;
    if (bytes !== undefined) return decodeDatagram(bytes, this.#keyring);
    const { seq } = this.label;
    if (seq > 0 && seq % CODEC_EVERY === 0) {
      return decodeDatagram(encodeDatagram(this.#message, this.#keyring), this.#keyring);
    }
    return { ok: true, message: this.#message, encoding: 'string', key: this.#keyring.signing };
  }
}

/** A copy with one to three bytes changed, or cut off somewhere. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.3)) return bytes.slice(0, random.whole(0, bytes.length - 1));
  const copy = bytes.slice();
  for (let count = random.whole(1, 3); count > 0; count -= 1) {
    const place = random.whole(0, copy.length - 1);
    copy[place] = (copy[place] ?? 0) ^ (1 << random.whole(0, 6));
  }
  return copy;
}
