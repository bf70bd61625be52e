/** Says that something keeps failing, without filling the log. */
import type { Severity } from '@ts-heartbeat/core/log';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import type { Say } from '../say.js';

/**
 * The shortest time between two lines about one trouble. A medium that is down fails with every
 * keepalive; the log needs to know that once, and then now and then that it is still so.
 */
export const COMPLAINT_INTERVAL: Millis = 60_000;

/** One kind of trouble of one medium. */
export class Complaint {
  readonly #say: Say;
  readonly #clock: () => Instant;
  readonly #interval: Millis;
  #last: Instant | undefined;
  #kept = 0;

  constructor(say: Say, clock: () => Instant, interval: Millis = COMPLAINT_INTERVAL) {
    this.#say = say;
    this.#clock = clock;
    this.#interval = interval;
  }

  /**
   * Writes the line, unless one was written a short while ago; then it is only counted. True when
   * it was written.
   */
  say(severity: Severity, text: string): boolean {
    const now = this.#clock();
    if (this.#last !== undefined && now - this.#last < this.#interval) {
      this.#kept++;
      return false;
    }
    const again = this.#kept > 0 ? ` (${this.#kept} more since the last such line)` : '';
    this.#last = now;
    this.#kept = 0;
    this.#say(severity, text + again);
    return true;
  }

  /** The trouble is over: the next one is told at once. True when there had been any. */
  over(): boolean {
    const was = this.#last !== undefined;
    this.#last = undefined;
    this.#kept = 0;
    return was;
  }
}
