/** Which counters of the instrumented code an input has raised, and whether that is news. */
import { type CounterDesk, DESK } from './instrument.js';

/** Room for the counters of every module that a target can load. */
const COUNTERS_MAX = 1 << 17;

/** A counter in how many steps: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more. */
const STEPS = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count < 4) return count === 0 ? 0 : 1 << (count - 1);
  if (count < 32) return 1 << (Math.floor(Math.log2(count)) + 1);
  return count < 128 ? 64 : 128;
});

const NOTHING: readonly number[] = [];

/** A counter with a step: the place of the counter, and the step's bit in the lowest byte. */
export type Sight = number;

export class Coverage implements CounterDesk {
  readonly #words = new Set<string>();
  readonly #counters = new Uint8Array(COUNTERS_MAX);
  readonly #quads = new Uint32Array(this.#counters.buffer);
  readonly #seen = new Uint8Array(COUNTERS_MAX);
  #used = 0;

  /** Makes this the desk of all instrumented modules that are loaded from now on. */
  install(): void {
    Reflect.set(globalThis, DESK, this);
  }

  enter(count: number, words: readonly string[]): Uint8Array {
    const begin = this.#used;
    if (begin + count > COUNTERS_MAX) throw new RangeError('too many counters');
    this.#used += count;
    for (const word of words) this.#words.add(word);
    return this.#counters.subarray(begin, begin + count);
  }

  /** The short texts of all modules. */
  get words(): readonly string[] {
    return [...this.#words];
  }

  /** Counters in all modules that are loaded. */
  get known(): number {
    return this.#used;
  }

  /** Counters that some input has raised. */
  get reached(): number {
    return this.#seen.subarray(0, this.#used).reduce((sum, steps) => sum + Math.sign(steps), 0);
  }

  /** Forgets what the last input has raised. */
  clear(): void {
    this.#counters.fill(0, 0, this.#used);
  }

  /** What the last input has shown that was not seen before; clears the counters. */
  news(): readonly Sight[] {
    const quads = (this.#used + 3) >> 2;
    let found: Sight[] | undefined;
    for (let quad = 0; quad < quads; quad += 1) {
      if (this.#quads[quad] === 0) continue;
      for (let place = quad * 4; place < quad * 4 + 4; place += 1) {
        const step = STEPS[this.#counters[place] ?? 0] ?? 0;
        if ((step & ~(this.#seen[place] ?? 0)) === 0) continue;
        found ??= [];
        found.push(place * 256 + step);
      }
      this.#quads[quad] = 0;
    }
    return found ?? NOTHING;
  }

  /** From now on these are no news. */
  learn(sights: readonly Sight[]): void {
    for (const sight of sights) {
      const place = Math.floor(sight / 256);
      this.#seen[place] = (this.#seen[place] ?? 0) | (sight % 256);
    }
  }

  /** From now on everything is news. */
  forget(): void {
    this.#seen.fill(0);
  }
}
