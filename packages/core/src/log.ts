/** One line of the log, as the core asks for it. */

/** syslog severities, most severe first; `warn` and `error` print as WARN and ERROR. */
export type Severity = 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice' | 'info' | 'debug';

export interface LogLine {
  readonly severity: Severity;
  /** The text after the severity word. Where the genuine program prints a line, exactly that line. */
  readonly text: string;
  /**
   * The script that says it in the genuine program; absent: heartbeat itself. A script's line of
   * severity `notice` has no word of severity.
   */
  readonly tag?: string;
}
