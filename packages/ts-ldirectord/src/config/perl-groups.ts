/** The numbers and names of the groups of a Perl pattern, and what a reference to one means. */
import { PatternError, type PatternText } from './perl-pattern-text.js';

/**
 * Counts groups as they open. A reference to a group that is not complete where it stands is
 * refused: Perl sets it in an earlier turn of a repeat, where JavaScript forgets it.
 */
export class PerlGroups {
  #opened = 0;
  readonly #closed = new Set<number>();
  readonly #byName = new Map<string, number>();
  /** Those that stand in the pattern more than once: their references may mean either. */
  readonly #doubtful = new Set<number>();

  get opened(): number {
    return this.#opened;
  }

  /** @returns the number of the group that begins here */
  open(name?: string): number {
    const group = ++this.#opened;
    if (this.#closed.has(group)) this.#doubtful.add(group);
    if (name === undefined) return group;
    const other = this.#byName.get(name);
    if (other !== undefined) this.#doubtful.add(other);
    else this.#byName.set(name, group);
    return group;
  }

  close(group: number): void {
    this.#closed.add(group);
  }

  /** In `(?|…)` every alternative begins with the same number. */
  rewind(opened: number): void {
    this.#opened = opened;
  }

  /**
   * After a backslash, a reference: `\1`, `\g1`, `\g{-1}`, `\g{name}`, `\k<name>`, `\k'name'`,
   * `\k{name}`; the number of its group, or undefined, with nothing taken, for anything else.
   */
  readReference(text: PatternText): number | undefined {
    const number = text.match(/[1-9]\d*/y)?.[0];
    if (number !== undefined) {
      // Perl: from \10 on it is a reference only where there are so many groups, else octal.
      const known = Number(number) < 10 || Number(number) <= this.#opened;
      if (known || /^[89]/.test(number)) return this.#checked(Number(number));
      text.back(number.length);
      // Groups that follow count as well, so that it may not be octal after all.
      if (Number(number) <= this.#opened + text.countOf('(')) {
        throw new PatternError('reference to a group that is absent or not complete there');
      }
      return undefined;
    }
    const numbered = text.match(/g(?:\{\s*(-?\d+)\s*\}|(-?\d+))/y);
    if (numbered) {
      const value = Number(numbered[1] ?? numbered[2]);
      return this.#checked(value < 0 ? this.#opened + 1 + value : value);
    }
    const named = text.match(/(?:[gk]\{\s*(\w+)\s*\}|k<(\w+)>|k'(\w+)')/y);
    return named ? this.named(named[1] ?? named[2] ?? named[3] ?? '') : undefined;
  }

  /** @throws PatternError when there is no such group so far */
  named(name: string): number {
    return this.#checked(this.#byName.get(name) ?? 0);
  }

  #checked(group: number): number {
    if (!this.#closed.has(group)) {
      throw new PatternError('reference to a group that is absent or not complete there');
    }
    if (this.#doubtful.has(group)) {
      throw new PatternError('reference to one of several groups of the same name or number');
    }
    return group;
  }
}
