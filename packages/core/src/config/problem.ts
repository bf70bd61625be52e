/** What is wrong with a configuration file: a value, never an exception. */

export interface Problem {
  readonly file: string;
  /** From 1; 0 where the problem concerns the file as a whole. */
  readonly line: number;
  /** From 1; 0 where the problem concerns the line as a whole. */
  readonly column: number;
  /** A stable name, such as `HA_CF_ILLEGAL_DIRECTIVE`. */
  readonly code: string;
  /** `error` keeps the daemon from starting. */
  readonly severity: 'error' | 'warning' | 'info';
  /** What the genuine program prints, line by line; our own one clear line where it prints none. */
  readonly text: string;
  /**
   * How the genuine program prints the text: through its log (time stamp, host, severity word), or
   * bare on standard error.
   */
  readonly form: 'log' | 'bare';
}
