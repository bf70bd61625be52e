/** Collects the problems of one file, in the order in which they are found. */
import type { Problem } from './problem.js';

/** Where a problem stands. */
export interface Place {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  /** From 1; 0 for the line as a whole. */
  readonly column: number;
}

/** The whole file rather than a place in it. */
export const WHOLE_FILE: Place = { line: 0, column: 0 };

/** How a problem differs from a line that the genuine program logs as it is. */
export type Manner = Pick<Partial<Problem>, 'form' | 'printedAs' | 'own'>;

/** Beyond this many the rest is noise, and a hostile file must not fill the memory or the log. */
export const PROBLEMS_MAX = 1000;

/** Never throws; what does not fit is dropped, but an error is remembered. */
export class ProblemList {
  readonly #file: string;
  readonly #problems: Problem[] = [];
  #failed = false;
  #leftOut = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** True when one of the problems, kept or left out, is an error. */
  get failed(): boolean {
    return this.#failed;
  }

  error(place: Place, code: string, text: string, manner: Manner = {}): void {
    this.#failed = true;
    this.#add(place, code, 'error', text, manner);
  }

  warning(place: Place, code: string, text: string, manner: Manner = {}): void {
    this.#add(place, code, 'warning', text, manner);
  }

  info(place: Place, code: string, text: string, manner: Manner = {}): void {
    this.#add(place, code, 'info', text, manner);
  }

  /** All problems so far; where there were too many, the last one says how many are missing. */
  list(): readonly Problem[] {
    if (this.#leftOut === 0) return [...this.#problems];
    return [
      ...this.#problems,
      {
        file: this.#file,
        ...WHOLE_FILE,
        code: 'CONFIG_TOO_MANY_PROBLEMS',
        severity: this.#failed ? 'error' : 'warning',
        text: `${this.#leftOut} more problems in ${this.#file} are not listed`,
        form: 'log',
        own: true,
      },
    ];
  }

  #add(
    place: Place,
    code: string,
    severity: Problem['severity'],
    text: string,
    manner: Manner,
  ): void {
    if (this.#problems.length >= PROBLEMS_MAX) {
      this.#leftOut += 1;
      return;
    }
    const { line, column } = place;
    this.#problems.push({
      file: this.#file,
      line,
      column,
      code,
      severity,
      text,
      form: 'log',
      ...manner,
    });
  }
}
