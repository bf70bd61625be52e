/** Writes to a serial line without ever waiting for it. */
import { writeSync } from 'node:fs';
import type { Instant, Millis } from '@ts-heartbeat/core/time';

/** A line that takes no byte for so long is stuck: its other end does not read (heartbeat 3.0.6). */
const STUCK_AFTER: Millis = 500;

/** How soon a line that was full is tried again. At 19200 baud it carries 40 bytes meanwhile. */
const RETRY_AFTER: Millis = 20;

/**
 * Node's own streams have the binding of serialport 13 write, which waits for a full line with the
 * same poller that waits for bytes to read, and for one of the two at a time: while nothing can be
 * sent nothing is heard. A line is opened so that a write never waits, and what it does not take is
 * offered to it again.
 */
export class LineWriter {
  readonly #fd: () => number | null;
  readonly #clock: () => Instant;
  readonly #broken: (error: unknown) => void;
  /** Messages that wait; the first may have been sent in part. */
  readonly #waiting: Buffer[] = [];
  #begun = false;
  #fullSince: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param fd the descriptor of the line, null once it is closed: its number may be another's then.
   * @param broken called when the line cannot be written to any more.
   */
  constructor(fd: () => number | null, clock: () => Instant, broken: (error: unknown) => void) {
    this.#fd = fd;
    this.#clock = clock;
    this.#broken = broken;
  }

  /** True when nothing could be sent for longer than any working line needs. */
  get stuck(): boolean {
    return this.#fullSince !== undefined && this.#clock() - this.#fullSince > STUCK_AFTER;
  }

  /** Sends a message after those that wait. */
  put(bytes: Uint8Array): void {
    this.#waiting.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.#timer === undefined) this.#pump();
  }

  /** Gives up what waits, but for the rest of a message that was begun: half a one costs two. */
  dropWaiting(): void {
    this.#waiting.length = this.#begun ? 1 : 0;
  }

  /** Nothing is written after that. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#begun = false;
    this.#fullSince = undefined;
  }

  #pump(): void {
    this.#timer = undefined;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const fd = this.#fd();
      if (fd === null) {
        this.close();
        return;
      }
      const written = this.#write(fd, next);
      if (written === undefined) return;
      if (written > 0) this.#fullSince = undefined;
      if (written < next.length) {
        this.#begun ||= written > 0;
        this.#waiting[0] = next.subarray(written);
        this.#fullSince ??= this.#clock();
        this.#timer = setTimeout(() => this.#pump(), RETRY_AFTER);
        return;
      }
      this.#waiting.shift();
      this.#begun = false;
    }
    this.#fullSince = undefined;
  }

  /** How much the line took; undefined when it is broken. */
  #write(fd: number, bytes: Buffer): number | undefined {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR') return 0;
      this.close();
      this.#broken(error);
      return undefined;
    }
  }
}
