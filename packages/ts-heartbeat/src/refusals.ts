/**
 * Counts what was refused, by medium and reason, and tells of it at most once a second: whoever can
 * reach a port can send to it, and must be able to fill neither the log nor the memory with that.
 */
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import type { Say } from './say.js';

/** The shortest time between two lines, whatever was refused wherever. */
const TOLD_INTERVAL: Millis = 1000;

export class Refusals {
  readonly #say: Say;
  readonly #clock: () => Instant;
  /** The reasons are a fixed set of words, and so are the links: this cannot grow. */
  readonly #counts = new Map<string, Map<string, number>>();
  #toldAt: Instant | undefined;
  #untold = 0;

  constructor(say: Say, clock: () => Instant) {
    this.#say = say;
    this.#clock = clock;
  }

  /**
   * Something that came in on a link was refused. `line` is asked for what to say only when it is
   * time to say something; absent: there is nothing to be said of it.
   */
  note(link: string, reason: string, line?: () => LogLine | undefined): void {
    const counts = this.#counts.get(link) ?? new Map<string, number>();
    this.#counts.set(link, counts.set(reason, (counts.get(reason) ?? 0) + 1));
    if (line === undefined) return;
    const now = this.#clock();
    if (this.#toldAt !== undefined && now - this.#toldAt < TOLD_INTERVAL) {
      this.#untold += 1;
      return;
    }
    const told = line();
    if (told === undefined) return;
    const more = this.#untold > 0 ? ` (and ${this.#untold} more refused messages)` : '';
    this.#toldAt = now;
    this.#untold = 0;
    this.#say(told.severity, told.text + more);
  }

  /** What was refused on each link since the beginning, for people; empty when nothing was. */
  get rows(): readonly string[] {
    return [...this.#counts].map(([link, counts]) => {
      const reasons = [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ');
      const sum = [...counts.values()].reduce((total, count) => total + count, 0);
      return `Messages refused on ${link}: ${sum} (${reasons})`;
    });
  }
}
