/** Which messages of the other node an old release has, misses, and asks for. */
import type { Release } from './release.js';
import type { Clock } from './timetable.js';

export interface WindowParts {
  readonly ask: (first: number, last: number) => void;
  readonly log: (text: string) => void;
  readonly isOver: () => boolean;
}

export class OldWindow {
  readonly missing = new Set<number>();
  readonly #release: Release;
  readonly #clock: Clock;
  readonly #parts: WindowParts;
  #last: number | undefined;
  #life = 0;

  constructor(release: Release, clock: Clock, parts: WindowParts) {
    this.#release = release;
    this.#clock = clock;
    this.#parts = parts;
  }

  /** Nothing is missing: what came may be acknowledged. */
  get complete(): boolean {
    return this.missing.size === 0;
  }

  /** The other node has begun another life, or is dead. */
  reset(): void {
    this.missing.clear();
    this.#last = undefined;
    this.#life += 1;
  }

  /** True when the message is new. One out of order is believed after a partition. */
  take(seq: number, resync: boolean): boolean {
    if (this.#last === undefined || seq === this.#last + 1) {
      this.#last = seq;
      return true;
    }
    if (seq > this.#last) {
      this.#gap(this.#last + 1, seq - 1);
      this.#last = seq;
      return true;
    }
    if (this.missing.delete(seq)) {
      if (this.complete) this.#parts.log('No pkts missing!');
      return true;
    }
    if (resync && seq < this.#last) {
      this.reset();
      this.#last = seq;
      return true;
    }
    return false;
  }

  /** The other node cannot send that number again. */
  giveUp(seq: number): void {
    if (this.missing.delete(seq)) this.#parts.log(`Irretrievably lost packet: seq ${seq}`);
  }

  #gap(first: number, last: number): void {
    this.#parts.log(`${last - first + 1} lost packet(s) [${first - 1}:${last + 1}]`);
    if (this.missing.size + last - first + 1 > this.#release.gapMax) {
      this.#parts.log('lost a lot of packets!');
      this.missing.clear();
      return;
    }
    const life = this.#life;
    for (let seq = first; seq <= last; seq += 1) {
      this.missing.add(seq);
      const delay = (seq * 97) % (this.#release.askFirst + 1);
      this.#clock.after(delay, () => this.#askFor(seq, life));
    }
    if (this.#release.asksForRanges) this.#parts.ask(first, last);
  }

  #askFor(seq: number, life: number): void {
    if (this.#parts.isOver() || life !== this.#life || !this.missing.has(seq)) return;
    this.#parts.ask(seq, seq);
    this.#clock.after(this.#release.askAgain, () => this.#askFor(seq, life));
  }
}
