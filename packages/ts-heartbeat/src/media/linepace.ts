/** How much a serial line has still to carry, and whether it carries anything at all. */
import type { Instant, Millis } from '@ts-heartbeat/core/time';

/** A character on the line: start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;

/**
 * What is put on the line may be this far behind, in the buffers of the kernel and in ours. What
 * comes later is dropped: a keepalive that arrives later than its successor is worth nothing, and
 * what was lost is asked for again.
 */
const BEHIND_MAX: Millis = 2000;

/** How long a piece may take beyond the time its bytes need (heartbeat 3.0.6). */
const STUCK_AFTER: Millis = 500;

/** Written in one go; so much progress is seen of a long message (heartbeat 2.1). */
export const PIECE_BYTES_MAX = 512;

/** Time is an argument, monotonic milliseconds. */
export class LinePace {
  readonly #msPerByte: number;
  /** When the line will have carried all that it was given. */
  #freeAt: Instant = 0;
  /** When the kernel must have taken each piece that it was offered, oldest first. */
  readonly #due: Instant[] = [];

  constructor(baud: number) {
    this.#msPerByte = (BITS_PER_BYTE * 1000) / baud;
  }

  /**
   * True when another message may be put on the line. A message of any length may follow an empty
   * line, so that one longer than the limit comes through as well.
   */
  mayPut(now: Instant): boolean {
    return this.#freeAt - now <= BEHIND_MAX;
  }

  /** Counts the bytes of a message that is put on the line. */
  put(bytes: number, now: Instant): void {
    this.#freeAt = Math.max(this.#freeAt, now) + bytes * this.#msPerByte;
  }

  /** A piece was handed to the kernel, or waits for the one before it. */
  offered(bytes: number, now: Instant): void {
    const before = Math.max(this.#due.at(-1) ?? 0, now + STUCK_AFTER);
    this.#due.push(before + bytes * this.#msPerByte);
  }

  /** The kernel has taken the oldest piece. */
  taken(): void {
    this.#due.shift();
  }

  /** True when the kernel should have taken a piece by now: the other end does not read. */
  isStuck(now: Instant): boolean {
    const [due] = this.#due;
    return due !== undefined && now > due;
  }

  /** A new line, or one that was emptied by force. */
  reset(): void {
    this.#freeAt = 0;
    this.#due.length = 0;
  }
}
