/** Things to be done at an instant of a virtual clock, in order. */
import type { Instant } from '@ts-heartbeat/core/time';

/** What a model needs of a clock, virtual or real. */
export interface Clock {
  readonly now: Instant;
  /** Does that after so many milliseconds. */
  after(delay: number, run: () => void): void;
}

interface Entry {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

/** How often things may happen in one instant before something is taken for stuck. */
const STILL_MAX = 20_000;

export class Timetable implements Clock {
  now: Instant = 1_000_000;
  readonly #entries: Entry[] = [];
  #order = 0;

  /** Does that after so many milliseconds. */
  after(delay: number, run: () => void): void {
    this.#order += 1;
    this.#entries.push({ at: this.now + delay, order: this.#order, run });
  }

  /** Lets that much time pass. */
  run(milliseconds: number): void {
    const until = this.now + milliseconds;
    let still = 0;
    for (let next = this.#first(until); next !== undefined; next = this.#first(until)) {
      still = next.at > this.now ? 0 : still + 1;
      if (still > STILL_MAX) throw new Error('the time stands still');
      this.now = Math.max(this.now, next.at);
      this.#entries.splice(this.#entries.indexOf(next), 1);
      next.run();
    }
    this.now = until;
  }

  #first(until: Instant): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > until) continue;
      const sooner = first === undefined || entry.at < first.at;
      if (sooner || (entry.at === first?.at && entry.order < first.order)) first = entry;
    }
    return first;
  }
}
