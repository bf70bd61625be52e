/** The times between the heartbeats of one node. */

/** How many gaps were longer than each of these is printed, milliseconds. */
const STEPS_MS = [110, 120, 150, 200, 300, 400] as const;

export class Gaps {
  #last: number | undefined;
  #count = 0;
  #largest = 0;
  readonly #longer = new Map<number, number>(STEPS_MS.map((step) => [step, 0]));

  /** A heartbeat came at that instant, milliseconds. */
  note(at: number): void {
    const gap = this.#last === undefined ? 0 : at - this.#last;
    this.#last = at;
    this.#count += 1;
    this.#largest = Math.max(this.#largest, gap);
    for (const step of STEPS_MS) {
      if (gap > step) this.#longer.set(step, (this.#longer.get(step) ?? 0) + 1);
    }
  }

  get count(): number {
    return this.#count;
  }

  get largestMs(): number {
    return this.#largest;
  }

  /** `largest 104.2 ms; longer than 110 ms: 0, 120: 0, ...` of so many. */
  toString(): string {
    const rows = [...this.#longer].map(([step, count]) => `${step}: ${count}`).join(', ');
    return `largest ${this.#largest.toFixed(1)} ms of ${this.#count}; longer than ms ${rows}`;
  }
}
