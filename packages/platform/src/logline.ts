/** The forms of one log line: those of heartbeat and its tools, and that of ldirectord. */
import { SEVERITY_WORD, type Severity } from './severity.js';

/** One thing to be logged, before any target has given it a form. */
export interface LogEntry {
  readonly severity: Severity;
  readonly text: string;
  readonly at: Date;
}

/** Gives an entry its form for one target, without the line's end. */
export type LineFormat = (entry: LogEntry) => string;

/** The longest text that cl_log of heartbeat 3.0.6 prints; the rest of a longer one is cut off. */
export const TEXT_LENGTH_MAX = 5119;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'].concat([
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
]);
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function timeOfDay(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `Nov  2 14:09:55`, local time: the stamp of syslog and of `syslogmsgfmt true`. */
export function syslogStamp(at: Date): string {
  return `${MONTHS[at.getMonth()]} ${String(at.getDate()).padStart(2)} ${timeOfDay(at)}`;
}

/** `2005/05/18_12:00:00`, local time: the stamp of `syslogmsgfmt false` and of the scripts. */
export function dateStamp(at: Date): string {
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date}_${timeOfDay(at)}`;
}

/** `Sun Nov  2 14:00:00 2026`, local time, as ctime prints it: the stamp of ldirectord. */
export function ctimeStamp(at: Date): string {
  return `${WEEKDAYS[at.getDay()]} ${syslogStamp(at)} ${at.getFullYear()}`;
}

/**
 * A text as it may go to a log: cut to the genuine length; control characters other than newline
 * and tab become `?`, because a text may quote a peer and a log is read in a terminal.
 */
export function printable(text: string): string {
  const short = text.length > TEXT_LENGTH_MAX ? text.slice(0, TEXT_LENGTH_MAX) : text;
  return short.replace(/[^\P{Cc}\n\t]/gu, '?');
}

/** Who is logging: program name, process and machine. */
export interface Speaker {
  /** `heartbeat`, `ipfail`, … */
  readonly tag: string;
  readonly pid: number;
  /** The name that `uname -n` prints. */
  readonly host: string;
}

/**
 * The lines of logfile and debugfile (heartbeat 3.0.6). With `syslogFormat`, its default,
 * `Nov 22 14:09:55 host heartbeat: [19]: WARN: text`; without,
 * `heartbeat[19]: 2005/05/18_12:00:00 WARN: text`.
 */
export function clusterLine(speaker: Speaker, syslogFormat: boolean): LineFormat {
  const { tag, pid, host } = speaker;
  if (syslogFormat) {
    return ({ severity, text, at }) =>
      `${syslogStamp(at)} ${host} ${tag}: [${pid}]: ${SEVERITY_WORD[severity]}: ${text}`;
  }
  return ({ severity, text, at }) =>
    `${tag}[${pid}]: ${dateStamp(at)} ${SEVERITY_WORD[severity]}: ${text}`;
}

/** What heartbeat 3.0.6 hands to syslog: tag `heartbeat`, message `[19]: WARN: text`. */
export function clusterSyslogLine(speaker: Speaker): LineFormat {
  const { tag, pid } = speaker;
  return ({ severity, text, at }) =>
    `${syslogStamp(at)} ${tag}: [${pid}]: ${SEVERITY_WORD[severity]}: ${text}`;
}

/** The log file of ldirectord 4.12: `[Sun Nov 22 14:00:00 2026|ldirectord.cf|19] text`. */
export function directorLine(configuration: string, pid: number): LineFormat {
  return ({ text, at }) => `[${ctimeStamp(at)}|${configuration}|${pid}] ${text}`;
}

/** ldirectord 4.12 running `supervised`: `[Sun Nov 22 14:00:00 2026] text`. */
export function supervisedLine(): LineFormat {
  return ({ text, at }) => `[${ctimeStamp(at)}] ${text}`;
}

/** What ldirectord 4.12 hands to syslog: `ldirectord[19]: text`. */
export function directorSyslogLine(speaker: Speaker): LineFormat {
  const { tag, pid } = speaker;
  return ({ text, at }) => `${syslogStamp(at)} ${tag}[${pid}]: ${text}`;
}
