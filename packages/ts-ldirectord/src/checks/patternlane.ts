/** Searches that are made one after the other in a thread, in turns for every pattern. */
import { type Answer, PatternWorker } from './patternworker.js';

/** How a search came out; `slow`: it was under way for as long as one may be here. */
export type Outcome = Answer | 'slow' | 'late';

/** One search for each check that is under way is enough; more are refused. */
const SEARCHES_MAX = 10_000;
/** A thread that nobody needs gives its memory back. */
const IDLE_MS = 60_000;

/** What is asked of a lane. */
export interface SearchRequest {
  /** The source of a regular expression without flags. */
  readonly pattern: string;
  readonly text: string;
  /** For the search, the wait for others included. */
  readonly limitMs: number;
  /** The lowest comes first. */
  readonly rank: number;
}

interface Search extends SearchRequest {
  readonly done: (outcome: Outcome) => void;
  /** Ends the wait, or the search, at its deadline. */
  timer: NodeJS.Timeout;
}

export class PatternLane {
  readonly #longestMs: number;
  /** By pattern; whose turn is next comes first. */
  readonly #waiting = new Map<string, Search[]>();
  #count = 0;
  #worker: PatternWorker | undefined;
  #current: Search | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** @param longestMs how long a single search may keep the others waiting */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Never rejects. */
  search(request: SearchRequest): Promise<Outcome> {
    if (this.#count >= SEARCHES_MAX) return Promise.resolve({ trouble: 'too many searches' });
    this.#count += 1;
    return new Promise((resolve) => {
      const search: Search = {
        ...request,
        done: (outcome) => {
          clearTimeout(search.timer);
          this.#count -= 1;
          resolve(outcome);
        },
        timer: setTimeout(() => this.#expire(search), request.limitMs),
      };
      const others = this.#waiting.get(request.pattern);
      if (others) others.push(search);
      else this.#waiting.set(request.pattern, [search]);
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#current !== undefined) return;
    const search = this.#take();
    clearTimeout(this.#idle);
    if (search === undefined) {
      this.#idle = setTimeout(() => this.#endWorker(), IDLE_MS).unref();
      return;
    }
    this.#current = search;
    const worker = this.#openWorker();
    if (worker === undefined) {
      this.#finish(search, { trouble: 'no thread can be made' });
      return;
    }
    await worker.online;
    // Its deadline came while the thread was made.
    if (this.#current !== search) return;
    const limit = setTimeout(() => this.#giveUp(search, 'slow'), this.#longestMs);
    const answer = await worker.ask(search.pattern, search.text);
    clearTimeout(limit);
    if (this.#current !== search) return;
    if ('trouble' in answer) this.#endWorker();
    this.#finish(search, answer);
  }

  /** The lowest rank; among equals the pattern that has waited longest for its turn. */
  #take(): Search | undefined {
    let next: Search | undefined;
    for (const [first] of this.#waiting.values()) {
      if (first !== undefined && first.rank < (next?.rank ?? Number.POSITIVE_INFINITY))
        next = first;
    }
    if (next === undefined) return undefined;
    const searches = this.#waiting.get(next.pattern) ?? [];
    this.#waiting.delete(next.pattern);
    searches.shift();
    if (searches.length > 0) this.#waiting.set(next.pattern, searches);
    return next;
  }

  #expire(search: Search): void {
    if (this.#current === search) {
      this.#giveUp(search, 'late');
      return;
    }
    const others = this.#waiting.get(search.pattern)?.filter((other) => other !== search) ?? [];
    if (others.length > 0) this.#waiting.set(search.pattern, others);
    else this.#waiting.delete(search.pattern);
    search.done('late');
  }

  #giveUp(search: Search, outcome: 'slow' | 'late'): void {
    if (this.#current !== search) return;
    this.#endWorker();
    this.#finish(search, outcome);
  }

  #finish(search: Search, outcome: Outcome): void {
    this.#current = undefined;
    search.done(outcome);
    void this.#next();
  }

  #openWorker(): PatternWorker | undefined {
    try {
      this.#worker ??= new PatternWorker();
    } catch {
      // The system is out of threads or memory; the next search tries again.
    }
    return this.#worker;
  }

  #endWorker(): void {
    this.#worker?.end();
    this.#worker = undefined;
  }
}
