/** One connection of a client: frames in, and a bounded queue of frames out. */
import type { Socket } from 'node:net';

import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
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

export interface ConnectionEvents {
  message(message: Message): void;
  /** It is gone, or has sent something that cannot be read. Comes once. */
  gone(): void;
  complain(text: string): void;
}

export class ClientConnection {
  readonly #socket: Socket;
  readonly #reader = new ApiFrameReader();
  #waiting = 0;
  #queueLength = QUEUE_LENGTH;
  #open = true;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    socket.setTimeout(SIGN_ON_MS, () => socket.destroy());
    socket.on('data', (chunk) => this.#read(chunk, events));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#open = false;
      events.gone();
    });
  }

  /** Signed on: it may now be silent as long as it likes. */
  welcome(): void {
    this.#socket.setTimeout(0);
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

  pause(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Closes once everything sent is out, or soon. Nothing is read any more. */
  close(): void {
    this.#open = false;
    this.#socket.setTimeout(FAREWELL_MS, () => this.#socket.destroy());
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#open = false;
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array, events: ConnectionEvents): void {
    if (!this.#open) return;
    const { messages, broken } = this.#reader.push(chunk);
    for (const message of messages) {
      events.message(message);
      if (!this.#open) return;
    }
    if (broken === undefined) return;
    events.complain(`A client sent what is no message (${broken}): disconnecting it`);
    this.#socket.destroy();
  }
}
