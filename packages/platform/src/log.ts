/** The log of a daemon: winston in front, our own targets behind it. */
import { writeSync } from 'node:fs';
import os from 'node:os';
import winston from 'winston';
import Transport from 'winston-transport';
import { AppendFile, type FileOwner } from './appendfile.js';
import {
  clusterLine,
  clusterSyslogLine,
  type LineFormat,
  type LogEntry,
  printable,
  type Speaker,
} from './logline.js';
import { missingText, troubleText } from './logtrouble.js';
import { installedLogWriter, type LogTrouble } from './logwriter.js';
import { LogWriters, WrittenFile } from './logwriters.js';
import { SEVERITY_NUMBER, type Severity } from './severity.js';
import { Syslog, syslogSender } from './syslog.js';

/** Where a daemon says what it does. Never throws, never waits. */
export interface Logger {
  log(severity: Severity, text: string): void;
  /** Opens the files anew (after a rotation). */
  reopen(): void;
  /** How many lines could not be put where they belong. */
  lost(): number;
  /** Hands the last lines to syslog, half a second at most, and closes everything, for good. */
  close(): Promise<void>;
}

/** One place that lines go to. `least`: the least severe entries that still go there. */
export type LogTarget =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly owner?: FileOwner;
      /** The script that writes it, so that its disk cannot hold us up; absent: we write it. */
      readonly program?: string;
      readonly least: Severity;
      readonly line: LineFormat;
    }
  | {
      readonly kind: 'syslog';
      readonly facility: string;
      readonly tag: string;
      readonly least: Severity;
      readonly line: LineFormat;
      /** The level that syslog is told; absent: the severity of the line. */
      readonly level?: (severity: Severity) => Severity;
    }
  | { readonly kind: 'stderr'; readonly least: Severity; readonly line: LineFormat };

class Stderr extends Transport {
  readonly #line: LineFormat;

  constructor(least: Severity, line: LineFormat) {
    super({ level: least });
    this.#line = line;
  }

  override log(info: { readonly entry: LogEntry }, next: () => void): void {
    try {
      writeSync(2, `${this.#line(info.entry)}\n`);
    } catch {
      // Nobody reads it any more.
    }
    next();
  }
}

function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

type Place = AppendFile | WrittenFile | Syslog | Stderr;

function open(target: LogTarget, writers: LogWriters): Place {
  const { least, line } = target;
  switch (target.kind) {
    case 'file':
      if (target.program !== undefined) {
        return new WrittenFile({ ...target, program: target.program }, writers);
      }
      return new AppendFile({
        path: target.path,
        least,
        line,
        clock: monotonic,
        ...(target.owner === undefined ? {} : { owner: target.owner }),
      });
    case 'syslog': {
      const { facility, tag, level = (severity) => severity } = target;
      return new Syslog({ facility, least, line, level, sender: syslogSender(tag) });
    }
    case 'stderr':
      return new Stderr(least, line);
  }
}

/**
 * Tells the places that are well about one that is not, and a file how many lines it lacks. Where
 * there is no other place, the system's log is told.
 */
function tellTrouble(places: readonly Place[], path: string, trouble: LogTrouble, at: Date): void {
  const { kind } = trouble;
  const severity = kind === 'moving' || kind === 'missing' ? 'info' : 'warn';
  const entry: LogEntry = { severity, text: troubleText(path, trouble), at };
  const ignore = (): void => undefined;
  const others = places.filter((place) => !(place instanceof WrittenFile && place.path === path));
  for (const place of others) place.log({ entry }, ignore);
  if (others.length === 0) tellSystem(entry);
  for (const place of places) {
    if (others.includes(place)) continue;
    if (kind === 'ended') place.log({ entry }, ignore);
    if (kind !== 'missing') continue;
    place.log({ entry: { severity: 'warn', text: missingText(trouble.lines), at } }, ignore);
  }
}

/** One line to syslog, where the configuration names no facility: `daemon` is meant for such. */
function tellSystem(entry: LogEntry): void {
  const who = speaker('heartbeat');
  const sender = syslogSender(who.tag);
  const line = clusterSyslogLine(who);
  const system = new Syslog({ facility: 'daemon', least: 'debug', line, sender });
  system.log({ entry }, () => undefined);
  void system.flushed().then(() => system.close());
}

/**
 * Opens a log with these targets. A target that cannot be opened is not an error: its lines are
 * counted.
 *
 * @param shared writers of files that other logs of this process use as well; whoever made them
 *   closes them.
 */
export function openLog(
  targets: readonly LogTarget[],
  wallClock: () => Date = () => new Date(),
  shared?: LogWriters,
): Logger {
  const writers = shared ?? new LogWriters();
  const transports = targets.map((target) => open(target, writers));
  writers.troubled ??= (path, trouble) => tellTrouble(transports, path, trouble, wallClock());
  const front = winston.createLogger({
    levels: { ...SEVERITY_NUMBER },
    level: 'debug',
    format: winston.format((info) => info)(),
    transports,
    silent: transports.length === 0,
    exitOnError: false,
  });
  let closed = false;
  return {
    log: (severity, text) => {
      if (closed) return;
      const entry: LogEntry = { severity, text: printable(text), at: wallClock() };
      front.log({ level: severity, message: entry.text, entry });
    },
    reopen: () => {
      if (closed) return;
      for (const transport of transports) {
        if (transport instanceof AppendFile) transport.reopen();
      }
    },
    lost: () =>
      transports.reduce(
        (sum, transport) => sum + (transport instanceof Stderr ? 0 : transport.lost),
        0,
      ),
    close: async () => {
      await Promise.all(
        transports.map((transport) =>
          transport instanceof Syslog ? transport.flushed() : undefined,
        ),
      );
      closed = true;
      if (shared === undefined) await writers.close();
      front.close();
    },
  };
}

/** What ha.cf says about the log. */
export interface ClusterLogSettings {
  readonly logfile?: string;
  readonly debugfile?: string;
  /** Facility name; `none` and absent mean no syslog. */
  readonly facility?: string;
  /** `syslogmsgfmt`. */
  readonly syslogFormat: boolean;
}

/** The speaker that this process is under a tag. */
export function speaker(tag: string): Speaker {
  return { tag, pid: process.pid, host: os.hostname() };
}

/** A log file, behind the log writer of the installed tree where there is one. */
export function fileTarget(path: string, least: Severity, line: LineFormat): LogTarget {
  const program = installedLogWriter();
  return { kind: 'file', path, least, line, ...(program === undefined ? {} : { program }) };
}

/**
 * The targets of heartbeat and its clients: the logfile gets everything but debug lines, the
 * debugfile and syslog everything (heartbeat 3.0.6).
 */
export function clusterTargets(who: Speaker, settings: ClusterLogSettings): readonly LogTarget[] {
  const { logfile, debugfile, facility, syslogFormat } = settings;
  const line = clusterLine(who, syslogFormat);
  const targets: LogTarget[] = [];
  if (logfile !== undefined) targets.push(fileTarget(logfile, 'info', line));
  if (debugfile !== undefined) targets.push(fileTarget(debugfile, 'debug', line));
  if (facility !== undefined && facility !== 'none') {
    const syslogLine = clusterSyslogLine(who);
    targets.push({ kind: 'syslog', facility, tag: who.tag, least: 'debug', line: syslogLine });
  }
  return targets;
}

/** What heartbeat prints on stderr while it has not yet left the terminal. */
export function stderrTarget(who: Speaker, syslogFormat: boolean, least: Severity): LogTarget {
  return { kind: 'stderr', least, line: clusterLine(who, syslogFormat) };
}
