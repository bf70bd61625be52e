/** What is wrong with a configuration file: values in the order found, never exceptions. */

/** Stable names of the kinds of trouble, for programs; people read the text. */
export type ProblemCode =
  | 'UNKNOWN_DIRECTIVE'
  | 'OBSOLETE_DIRECTIVE'
  | 'BAD_VALUE'
  | 'BAD_VIRTUAL'
  | 'BAD_REAL'
  | 'BAD_FALLBACK'
  | 'BAD_PATTERN'
  | 'DUPLICATE_VIRTUAL'
  | 'UNUSABLE_FILE'
  | 'TOO_LARGE'
  | 'IGNORED_SETTING';

export interface Problem {
  readonly file: string;
  /** From 1; 0 where the problem concerns the file as a whole. */
  readonly line: number;
  /** From 1; 0 where the problem concerns the line as a whole. */
  readonly column: number;
  readonly code: ProblemCode;
  /** An error keeps the configuration from being used; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** What ldirectord 4.12 prints after the colon, without the final newline. */
  readonly text: string;
}

/** Beyond this many the rest is noise, and a hostile file must not fill the memory. */
export const PROBLEMS_MAX = 200;

/** Where a problem stands. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The whole file rather than a place in it. */
export const WHOLE_FILE: Place = { line: 0, column: 0 };

/** Collects problems in the order they are found, which is the order ldirectord would meet them. */
export class ProblemList {
  readonly #file: string;
  readonly #found: Problem[] = [];
  #failed = false;

  constructor(file: string) {
    this.#file = file;
  }

  error(place: Place, code: ProblemCode, text: string): void {
    // The first error is what a user sees: it is kept whatever went before.
    if (!this.#failed && this.#found.length >= PROBLEMS_MAX) this.#found.pop();
    this.#failed = true;
    this.#add(place, code, 'error', text);
  }

  warning(place: Place, code: ProblemCode, text: string): void {
    this.#add(place, code, 'warning', text);
  }

  /** True once an error was found, also one beyond the limit. */
  get failed(): boolean {
    return this.#failed;
  }

  get found(): readonly Problem[] {
    return this.#found;
  }

  #add(place: Place, code: ProblemCode, severity: Problem['severity'], text: string): void {
    if (this.#found.length >= PROBLEMS_MAX) return;
    this.#found.push({ file: this.#file, ...place, code, severity, text });
  }
}

/**
 * One line as ldirectord 4.12 prints it on standard error or, once it runs, in its log:
 * `Error [PID] reading file FILE at line N: TEXT`. The text may itself hold a newline.
 */
export function printProblem(problem: Problem, pid: number): string {
  const word = problem.severity === 'error' ? 'Error' : 'Warning';
  const where = problem.line > 0 ? ` reading file ${problem.file} at line ${problem.line}` : '';
  return `${word} [${pid}]${where}: ${problem.text}`;
}

/** What ldirectord 4.12 says of a list: everything up to the first error, at which it stops. */
export function upToFirstError(problems: readonly Problem[]): readonly Problem[] {
  const first = problems.findIndex((problem) => problem.severity === 'error');
  return first < 0 ? problems : problems.slice(0, first + 1);
}
