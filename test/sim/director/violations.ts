/** What was found broken, in the order in which it was found. */

/** A broken invariant of the list 15 to 20, and the facts that break it. */
export interface Violation {
  /** Virtual milliseconds since the beginning. */
  readonly at: number;
  readonly invariant: number;
  readonly title: string;
  readonly facts: readonly string[];
}

/** What follows from one fault is of no interest. */
const VIOLATIONS_MAX = 20;

export class Violations {
  readonly list: Violation[] = [];
  readonly #said = new Set<string>();

  /** The same is said once. */
  add(at: number, invariant: number, title: string, ...facts: readonly string[]): void {
    const text = `${invariant} ${title} ${facts[0] ?? ''}`;
    if (this.#said.has(text) || this.list.length >= VIOLATIONS_MAX) return;
    this.#said.add(text);
    this.list.push({ at, invariant, title, facts });
  }
}
