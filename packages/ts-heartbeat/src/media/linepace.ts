/** How much a serial line has still to carry. */
import type { Instant, Millis } from '@ts-heartbeat/core/time';

/** A character on the line: start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;

/**
 * What is put on the line may be this far behind, in the buffers of the kernel and in ours. What
 * comes later is dropped: a keepalive that arrives later than its successor is worth nothing, and
 * what was lost is asked for again.
 */
const BEHIND_MAX: Millis = 2000;

/** Time is an argument, monotonic milliseconds. */
export class LinePace {
  readonly #msPerByte: number;
  /** When the line will have carried all that it was given. */
  #freeAt: Instant = 0;

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

  /** A new line, with nothing on it. */
  reset(): void {
    this.#freeAt = 0;
  }
}
