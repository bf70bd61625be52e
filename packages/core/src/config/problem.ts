/** What is wrong with a configuration file: a value, never an exception. */
import type { Severity } from '../log.js';

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
  /**
   * The severity word that heartbeat 3.0.6 prints, where it is not that of `severity`: it calls
   * some harmless lines ERROR and some fatal ones WARN.
   */
  readonly printedAs?: Severity;
  /** True where the genuine program says nothing, and the line is ours. */
  readonly own?: true;
}

/** The exit status of a daemon whose configuration has problems (heartbeat 3.0.6). */
export const EXIT_NOT_CONFIGURED = 6;
/** The same, where a file may not be read by this user. */
export const EXIT_NOT_PERMITTED = 4;

/** True where something keeps the daemon from starting. */
export function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** The severity word a problem is printed with. */
export function printedSeverity({ severity, printedAs }: Problem): Severity {
  return printedAs ?? (severity === 'warning' ? 'warn' : severity);
}
