/** One connection of a client: frames in, and a bounded queue of frames out. */
import type { Socket } from 'node:net';

import { ApiFrameReader, encodeApiFrame, type Frame } from '@ts-heartbeat/core/api/frame';
import type { Message } from '@ts-heartbeat/core/message/message';

/**
 * Messages that may wait for a client that does not read, unless it asks for more
 * (`set_sendqlen`). At two status messages a second this is minutes.
 */
const QUEUE_LENGTH = 500;

/** Bytes that may wait, however few messages they are. */
const QUEUE_BYTES_MAX = 4 * 1024 * 1024;

/** A program that connects says who it is at once. */
const SIGN_ON_MS = 10_000;

/** How long a client that is sent away may take to read the reason. */
const FAREWELL_MS = 2000;

/** Faults that a client may commit, such as frames without a message, before it is sent away. */
const FAULTS_MAX = 10;

export interface ConnectionEvents {
  /** There is something to take with `next`. */
  readable(): void;
  /** It is gone. Comes once; what had come before can still be taken. */
  gone(): void;
}

export class ClientConnection {
  readonly #socket: Socket;
  readonly #reader = new ApiFrameReader();
  readonly #signOnTimer: NodeJS.Timeout;
  #waiting = 0;
  #queueLength = QUEUE_LENGTH;
  #open = true;
  #held = false;
  #faults = 0;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#signOnTimer = setTimeout(() => socket.destroy(), SIGN_ON_MS);
    socket.on('data', (chunk: Uint8Array) => {
      if (!this.#open) return;
      this.#reader.add(chunk);
      // Nothing more is read before this is dealt with: the rest waits at the client's end.
      socket.pause();
      events.readable();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#signOnTimer);
      events.gone();
    });
  }

  /** The next frame of the client; with undefined it is read from again. */
  next(): Frame | undefined {
    const frame = this.#reader.next();
    if (frame === undefined && !this.#held) this.#socket.resume();
    return frame;
  }

  /** Signed on: it may now be silent as long as it likes. */
  welcome(): void {
    clearTimeout(this.#signOnTimer);
  }

  /** Counts a fault of the client; false when it was one too many. */
  forgive(): boolean {
    this.#faults += 1;
    return this.#faults <= FAULTS_MAX;
  }

  /** Allows that many messages to wait. */
  allowQueue(messages: number): void {
    this.#queueLength = messages;
  }

  /** Sends a message; false when the client reads too little, and must go. */
  send(message: Message): boolean {
    if (!this.#open) return true;
    if (this.#waiting >= this.#queueLength) return false;
    if (this.#socket.writableLength > QUEUE_BYTES_MAX) return false;
    this.#waiting += 1;
    this.#socket.write(encodeApiFrame(message), () => {
      this.#waiting -= 1;
    });
    return true;
  }

  /** True while it is not to be read from. */
  get held(): boolean {
    return this.#held;
  }

  /** Stops reading from the client, or goes on. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#socket.pause();
  }

  /** Closes once everything sent is out, or soon. Nothing is read any more. */
  close(): void {
    this.#open = false;
    this.#socket.setTimeout(FAREWELL_MS, () => this.#socket.destroy());
    this.#socket.resume();
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#open = false;
    this.#socket.destroy();
  }
}
