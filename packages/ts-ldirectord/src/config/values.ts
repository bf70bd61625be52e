/** The forms a directive's value takes in ldirectord.cf, as ldirectord 4.12 reads them. */
import type { DaemonStatus } from './config.js';

/**
 * The longest time a value can ask for, in seconds (24 days): what a timer can hold, 2^31-1 ms.
 * Longer ones are cut to it.
 */
export const SECONDS_MAX = 2_147_483;

/** The first run of digits anywhere in the text; everything around it is ignored. */
export function firstNumber(value: string): number | undefined {
  const match = /\d+/.exec(value);
  return match ? Math.min(Number(match[0]), Number.MAX_SAFE_INTEGER) : undefined;
}

/** As `firstNumber`, but zero is no answer. */
export function positiveNumber(value: string): number | undefined {
  return firstNumber(value) || undefined;
}

/** Milliseconds from a positive number of seconds. */
export function seconds(value: string): number | undefined {
  const found = positiveNumber(value);
  return found === undefined ? undefined : Math.min(found, SECONDS_MAX) * 1000;
}

/** Exactly `yes` or `no`: a trailing blank, a capital or a carriage return makes it neither. */
export function yesNo(value: string): boolean | undefined {
  if (value === 'yes') return true;
  return value === 'no' ? false : undefined;
}

/**
 * What stands between the first quote, with which the value must begin, and the last one of the
 * line; text after it is ignored. Undefined when there are no such quotes.
 */
export function quoted(value: string): string | undefined {
  const end = value.lastIndexOf('"');
  return value.startsWith('"') && end > 0 ? value.slice(1, end) : undefined;
}

/** The quoted text, or the whole value where there are no quotes. */
export function maybeQuoted(value: string): string {
  return quoted(value) ?? value;
}

/** An address list: quotes are taken off only where they enclose the whole value. */
export function addressList(value: string): string {
  return /^"([^"]*)"$/.exec(value)?.[1] ?? value;
}

const STATUSES: readonly DaemonStatus[] = ['starting', 'running', 'stopping', 'reloading'];

/** The statuses of an `emailalertstatus`, or the text of what is wrong with it. */
export function alertStatuses(value: string): ReadonlySet<DaemonStatus> | string {
  const words = value === '' ? [] : value.split(/[ \t\v\f\r]*,[ \t\v\f\r]*/);
  while (words.at(-1) === '') words.pop();
  const none = words.includes('none');
  const chosen = new Set<DaemonStatus>();
  for (const word of words) {
    if (word === 'none') continue;
    const named = STATUSES.find((status) => status === word);
    if (word === 'all') for (const status of STATUSES) chosen.add(status);
    else if (named) chosen.add(named);
    else return `invalid email alert status at: "${word}"`;
    if (none) return `invalid email alert status: "${word}" specified with "none"`;
  }
  return chosen;
}

/** The server name at the start of the value; anything after it is ignored. */
export function smtpServer(value: string): string | undefined {
  return /^[0-9A-Za-z._+-]+/.exec(value)?.[0];
}

/** A syslog facility by its usual name, any case, with or without `LOG_`; `user` for the empty one. */
export function syslogFacility(value: string): string | undefined {
  if (value === '') return 'user';
  const name = value.toLowerCase().replace(/^log_/, '');
  return FACILITIES.has(name) ? name : undefined;
}

const FACILITIES: ReadonlySet<string> = new Set([
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'],
  ...['authpriv', 'ftp', 'security'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
]);
