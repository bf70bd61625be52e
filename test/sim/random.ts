/**
 * The only source of chance in the simulation: a small generator (splitmix32) for each subsystem,
 * all from one seed, so that a new kind of fault does not shift the draws of the others.
 *
 * Nothing here depends on the platform: integers of 32 bits and exact divisions only.
 */

/** The golden ratio in 32 bits: the step of splitmix32. */
const STEP = 0x9e3779b9;
const RANGE = 2 ** 32;

export class Random {
  #state: number;

  /** @param seed Any integer; its lowest 32 bits count. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A generator of its own for a subsystem; the same name always gives the same one. */
  split(name: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    return new Random(mixed(hash));
  }

  /** A number of 32 bits. */
  word(): number {
    this.#state = (this.#state + STEP) >>> 0;
    return mixed(this.#state);
  }

  /** From 0 to below 1. */
  fraction(): number {
    return this.word() / RANGE;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** A whole number in which each power of two between is as likely as any other. */
  spread(least: number, most: number): number {
    let octaves = 0;
    for (let bound = least; bound < most; bound *= 2) octaves += 1;
    const from = least * 2 ** this.whole(0, Math.max(0, octaves - 1));
    return this.whole(from, Math.min(most, from * 2));
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }

  /** A time with that mean, up to eight times of it: short ones often, long ones seldom. */
  delay(mean: number): number {
    if (mean <= 0) return 0;
    let longest = mean;
    while (longest < mean * 8 && this.chance(0.5)) longest += mean;
    return Math.floor(this.fraction() * longest);
  }
}

function mixed(word: number): number {
  let z = word;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
