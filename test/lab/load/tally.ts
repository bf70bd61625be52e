/** Counts a client's requests: who answered, how many failed, the longest gap between answers. */

/** What was seen in a span of time. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Answers per server, by the name it gives. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: number;
  /** Those of the failures that a server, or its host, said itself; the others came to no end. */
  readonly refused: number;
  /** Longest time without an answer that touches the span, also one that has not ended yet. */
  readonly longestGapMs: number;
}

/** A name a server may give is cut at this length: a broken server cannot fill the tally. */
const NAME_LENGTH_MAX = 40;
/** More servers than any lab has; answers of further ones are counted as one. */
const NAMES_MAX = 64;

export class Tally {
  #from: number;
  #lastAnswer: number;
  #answers = new Map<string, number>();
  #failures = 0;
  #refused = 0;
  #longestGap = 0;

  constructor(now: number) {
    this.#from = now;
    this.#lastAnswer = now;
  }

  /** A request was answered by `server` at `now`. */
  answered(server: string, now: number): void {
    const name = server.slice(0, NAME_LENGTH_MAX);
    const known = this.#answers.has(name) || this.#answers.size < NAMES_MAX ? name : 'others';
    this.#answers.set(known, (this.#answers.get(known) ?? 0) + 1);
    // Requests overlap: an answer may be told after a later one.
    this.#longestGap = Math.max(this.#longestGap, now - this.#lastAnswer);
    this.#lastAnswer = Math.max(this.#lastAnswer, now);
  }

  /** A request was refused or cut off, or not answered in time. */
  failed(how: 'refused' | 'late'): void {
    this.#failures += 1;
    if (how === 'refused') this.#refused += 1;
  }

  /** What was seen since the last call; a gap that is open goes on in the next span. */
  take(now: number): Span {
    const span = {
      fromMs: this.#from,
      toMs: now,
      answers: Object.fromEntries([...this.#answers].sort()),
      failures: this.#failures,
      refused: this.#refused,
      longestGapMs: Math.max(this.#longestGap, now - this.#lastAnswer),
    };
    this.#from = now;
    this.#answers = new Map();
    this.#failures = 0;
    this.#refused = 0;
    this.#longestGap = 0;
    return span;
  }
}
