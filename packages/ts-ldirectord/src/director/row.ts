/** A list that is never changed, and of which another one with one entry changed costs little. */

/** Near the root of the longest lists that are to be expected: so parts and entries weigh alike. */
const PART = 32;

/**
 * With a thousand checks in one array, each result would copy eight kilobytes. Here it copies one
 * part and the list of parts.
 */
export class Row<T> implements Iterable<T> {
  readonly length: number;
  readonly #parts: readonly (readonly T[])[];

  private constructor(parts: readonly (readonly T[])[], length: number) {
    this.#parts = parts;
    this.length = length;
  }

  static of<T>(entries: readonly T[]): Row<T> {
    const parts = Array.from({ length: Math.ceil(entries.length / PART) }, (_, part) =>
      entries.slice(part * PART, (part + 1) * PART),
    );
    return new Row(parts, entries.length);
  }

  /** The entry at an index; undefined where there is none. */
  at(index: number): T | undefined {
    return this.#parts[Math.floor(index / PART)]?.[index % PART];
  }

  /** The same list with one entry replaced. Throws a RangeError where there is none. */
  with(index: number, entry: T): Row<T> {
    const which = Math.floor(index / PART);
    const part = this.#parts[which];
    if (part === undefined) throw new RangeError(`no entry ${index}`);
    return new Row(this.#parts.with(which, part.with(index % PART, entry)), this.length);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const part of this.#parts) yield* part;
  }
}
