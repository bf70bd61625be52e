/**
 * The fuzzer's loop: an input that shows a new way through the code is kept, and new inputs are
 * made of those that were kept.
 */
import type { Random } from '../sim/random.js';
import type { Coverage, Sight } from './coverage.js';
import { HeapGrowth } from './heap.js';
import type { Mutator } from './mutator.js';
import { shrink } from './shrink.js';
import type { Target } from './target.js';

/** An input that takes this long, of the processor's time, is a failure. */
export const INPUT_MS_MAX = 1000;
/** What the heap may grow by while inputs come and go; what the explorer keeps is not counted. */
export const HEAP_GROWTH_MAX = 24 * 1024 * 1024;
/** The longest input. */
export const INPUT_BYTES_MAX = 80 * 1024;

/** Shorter times are not worth measuring twice. */
const MEASURED_MS = 3;
/** Of so many measurements the shortest counts: the other had to collect garbage. */
const MEASUREMENTS = 2;
/** What one input is worth to be made smaller. */
const TRIM_TRIES = 48;
const SHRINK_TRIES = 3000;
/** How often the heap is looked at in a run, and at least. */
const LOOKS = 10;
const LOOK_INPUTS_MAX = 250_000;
/** So often the event loop gets its turn between inputs that are waited for. */
const TURN_INPUTS = 32;
/** Of two new inputs one is made of the last ones that were kept. */
const LATEST = 24;
/** How often the clock is read. */
const CLOCK_INPUTS = 16;

/** An input that broke something. */
export class Failure extends Error {
  readonly input: Uint8Array;

  constructor(input: Uint8Array, cause: unknown) {
    super(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), { cause });
    this.input = input;
  }
}

/** When a run is over: with whichever comes first. */
export interface Limits {
  readonly inputs: number;
  readonly milliseconds: number;
}

export class Explorer {
  readonly heap = new HeapGrowth();
  readonly #target: Target;
  readonly #coverage: Coverage;
  readonly #announce: (input: Uint8Array) => void;
  #entries: Uint8Array[] = [];
  #inputs = 0;
  #slowest: { readonly ms: number; readonly input: Uint8Array } = {
    ms: 0,
    input: new Uint8Array(0),
  };

  /** @param announce is told of every input before it is run */
  constructor(target: Target, coverage: Coverage, announce: (input: Uint8Array) => void) {
    this.#target = target;
    this.#coverage = coverage;
    this.#announce = announce;
  }

  /** Inputs so far. */
  get inputs(): number {
    return this.#inputs;
  }

  /** Inputs that were kept, in the order in which they were found. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  get slowest(): { readonly ms: number; readonly input: Uint8Array } {
    return this.#slowest;
  }

  /** Keeps those that show something new, made short. Rejects with a `Failure`. */
  async begin(seeds: Iterable<Uint8Array>, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + milliseconds;
    const sorted = [...seeds].sort((one, other) => one.length - other.length);
    for (const seed of sorted) {
      // The longer ones must do without where the time is short.
      if (performance.now() > end) break;
      if (seed.length <= INPUT_BYTES_MAX) await this.#keepIfNews(seed, true);
    }
    if (this.#entries.length === 0) this.#entries.push(new Uint8Array(0));
  }

  /** Makes new inputs of these. Without counters none is kept beside them. */
  take(entries: readonly Uint8Array[]): void {
    this.#entries = [...entries];
  }

  /** Makes and runs inputs until a limit is reached. Rejects with a `Failure`. */
  async explore(limits: Limits, random: Random, mutator: Mutator): Promise<void> {
    const begun = performance.now();
    const goal = this.#inputs + limits.inputs;
    const isDue = dueLooks(this.#inputs, begun, limits);
    for (let turns = 0; this.#inputs < goal; turns += 1) {
      const entry = this.#pick(random);
      const input = mutator.mutate(entry, this.#pick(random));
      // Most inputs need not be waited for, and are no news: a promise for each takes its time.
      const ran = this.#run(input);
      if (ran !== undefined) await ran;
      const news = this.#coverage.news();
      if (news.length > 0) await this.#keep(input, news, true);
      if (turns % CLOCK_INPUTS !== 0) continue;
      const now = performance.now();
      if (isDue(this.#inputs, now)) this.#lookAtHeap(input);
      if (now > begun + limits.milliseconds) break;
    }
    this.#lookAtHeap(new Uint8Array(0));
  }

  /** The smallest inputs that together show everything that was seen. */
  async distilled(): Promise<readonly Uint8Array[]> {
    this.#coverage.clear();
    this.#coverage.forget();
    const sorted = this.#entries.toSorted((one, other) => one.length - other.length);
    this.#entries = [];
    for (const entry of sorted) await this.#keepIfNews(entry, false);
    return this.#entries;
  }

  /** A smaller input that breaks the same thing. */
  async smallestLike({ input, cause }: Failure): Promise<Uint8Array> {
    const wanted = kindOf(cause);
    return shrink(input, SHRINK_TRIES, async (smaller) => {
      try {
        await this.#run(smaller);
        return false;
      } catch (failure) {
        return failure instanceof Failure && kindOf(failure.cause) === wanted;
      }
    });
  }

  #pick(random: Random): Uint8Array {
    const count = this.#entries.length;
    const from = random.chance(0.5) ? Math.max(0, count - LATEST) : 0;
    return this.#entries[random.whole(from, count - 1)] ?? new Uint8Array(0);
  }

  async #keepIfNews(input: Uint8Array, trimmed: boolean): Promise<void> {
    const ran = this.#run(input);
    if (ran !== undefined) await ran;
    const news = this.#coverage.news();
    if (news.length > 0) await this.#keep(input, news, trimmed);
  }

  async #keep(input: Uint8Array, news: readonly Sight[], trimmed: boolean): Promise<void> {
    const kept = input.slice();
    this.#entries.push(trimmed ? await this.#trim(kept, news) : kept);
    this.#coverage.learn(news);
  }

  async #trim(input: Uint8Array, news: readonly Sight[]): Promise<Uint8Array> {
    return shrink(input, TRIM_TRIES, async (smaller) => {
      await this.#run(smaller);
      const shown = new Set(this.#coverage.news());
      return news.every((sight) => shown.has(sight));
    });
  }

  /** Runs one input; throws or rejects with a `Failure`. Most targets need not be waited for. */
  #run(input: Uint8Array): Promise<void> | undefined {
    this.#inputs += 1;
    this.#announce(input);
    const begun = performance.now();
    try {
      const ran = this.#target.run(input);
      if (ran !== undefined) return this.#ended(ran, input, begun);
    } catch (error) {
      throw new Failure(input.slice(), error);
    }
    const ms = performance.now() - begun;
    if (ms <= Math.max(MEASURED_MS, this.#slowest.ms)) return undefined;
    return this.#measure(input.slice());
  }

  async #ended(ran: Promise<void>, input: Uint8Array, begun: number): Promise<void> {
    try {
      await ran;
    } catch (error) {
      throw new Failure(input.slice(), error);
    }
    const ms = performance.now() - begun;
    if (this.#inputs % TURN_INPUTS === 0) await new Promise((resolve) => setImmediate(resolve));
    if (ms > Math.max(MEASURED_MS, this.#slowest.ms)) await this.#measure(input.slice());
  }

  /** By the processor's time, which others on the machine do not take from us. */
  async #measure(input: Uint8Array): Promise<void> {
    let ms = Number.POSITIVE_INFINITY;
    for (let count = 0; count < MEASUREMENTS; count += 1) {
      this.#announce(input);
      const before = process.cpuUsage();
      await this.#target.run(input);
      const { user, system } = process.cpuUsage(before);
      ms = Math.min(ms, (user + system) / 1000);
    }
    if (ms > this.#slowest.ms) this.#slowest = { ms, input };
    if (ms > INPUT_MS_MAX) throw new Failure(input, new Error(`took ${Math.round(ms)} ms`));
  }

  #lookAtHeap(input: Uint8Array): void {
    const owned = this.#entries.reduce((sum, { length }) => sum + length, 0);
    this.heap.look(owned);
    const { largest } = this.heap;
    if (largest > HEAP_GROWTH_MAX) {
      throw new Failure(input.slice(), new Error(`the heap has grown by ${largest} bytes`));
    }
  }
}

/** Says when the heap is to be looked at again: evenly, by inputs and by time. */
function dueLooks(
  inputs: number,
  begun: number,
  limits: Limits,
): (inputs: number, now: number) => boolean {
  const step = Math.min(LOOK_INPUTS_MAX, Math.floor(limits.inputs / LOOKS));
  const stepMs = limits.milliseconds / LOOKS;
  let [next, nextMs] = [inputs, begun];
  return (reached, now) => {
    if (reached < next && now < nextMs) return false;
    next = reached + step;
    nextMs = now + stepMs;
    return true;
  };
}

/** What tells one failure from another: its message without numbers and quoted values. */
function kindOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return `${cause.name} ${cause.message.split(':')[0]?.replace(/\d+/g, 'N')}`;
}
