/** The severities of a log line and the words the genuine programs print for them. */

/** syslog severities, most severe first. */
export type Severity = 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice' | 'info' | 'debug';

/** The syslog number of each severity, 0 the most severe (RFC 3164). */
export const SEVERITY_NUMBER: Readonly<Record<Severity, number>> = {
  emerg: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** What stands before the text, in the case that cl_log of heartbeat 3.0.6 uses. */
export const SEVERITY_WORD: Readonly<Record<Severity, string>> = {
  emerg: 'EMERG',
  alert: 'ALERT',
  crit: 'CRIT',
  error: 'ERROR',
  warn: 'WARN',
  notice: 'notice',
  info: 'info',
  debug: 'debug',
};
