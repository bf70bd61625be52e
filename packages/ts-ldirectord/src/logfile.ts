/** Where ldirectord's log lines go: a file, syslog, or, in the foreground, the terminal. */
import { appendFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import type { LogTarget as PlatformTarget } from '@ts-heartbeat/platform/log';
import {
  directorLine,
  directorSyslogLine,
  type LineFormat,
  supervisedLine,
} from '@ts-heartbeat/platform/logline';
import { readable } from './command/bytes.js';
import type { LogTarget } from './config/parse.js';
import { syslogFacility } from './config/values.js';

export interface DirectorLog {
  /** Writes one line. Never throws, never waits. */
  write(text: string): void;
  /** Hands the last lines on, half a second at most, and closes everything. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Stands in every line of a file: the configuration's name. */
  readonly name: string;
  /** `-d`: everything on standard error, twice, as ldirectord 4.12 prints it at debug level 3. */
  readonly debug: boolean;
  /** For a daemon: the file stays open, lost lines are counted and reported. */
  readonly lasting: boolean;
}

/** Opens the log that a configuration asks for. */
export async function openDirectorLog(
  target: LogTarget,
  options: LogOptions,
): Promise<DirectorLog> {
  if (options.debug) return terminalLog(2, (text) => `DEBUG2: ${text}\n${text}\n`);
  if (target.supervised) {
    const line = supervisedLine();
    return terminalLog(1, (text) => `${formatted(line, text)}\n`);
  }
  const file = target.logfile.startsWith('/');
  if (file && !options.lasting) return appendingLog(target.logfile, options.name);
  return platformLog(file ? fileTarget(target, options) : syslogTarget(target));
}

function formatted(line: LineFormat, text: string): string {
  return line({ severity: 'info', text: readable(text), at: new Date() });
}

function terminalLog(fd: 1 | 2, print: (text: string) => string): DirectorLog {
  return {
    write: (text) => put(fd, print(text)),
    close: () => Promise.resolve(),
  };
}

/** Opens and closes the file for each of the few lines of a command. */
function appendingLog(path: string, name: string): DirectorLog {
  const line = directorLine(name, process.pid);
  return {
    write: (text) => {
      try {
        appendFileSync(Buffer.from(path, 'latin1'), `${formatted(line, text)}\n`);
      } catch {
        put(2, `${readable(text)}\n`);
      }
    },
    close: () => Promise.resolve(),
  };
}

function put(fd: 1 | 2, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // Nobody reads it any more.
  }
}

function fileTarget({ logfile }: LogTarget, { name }: LogOptions): PlatformTarget {
  const line = directorLine(name, process.pid);
  return { kind: 'file', path: readable(logfile), least: 'info', line };
}

function syslogTarget({ logfile }: LogTarget): PlatformTarget {
  const tag = 'ldirectord';
  const facility = syslogFacility(logfile) ?? 'daemon';
  const line = directorSyslogLine({ tag, pid: process.pid, host: os.hostname() });
  return { kind: 'syslog', facility, tag, least: 'info', line };
}

/** The shared log of the daemons is only loaded where it is needed: commands must be quick. */
async function platformLog(target: PlatformTarget): Promise<DirectorLog> {
  const { openLog } = await import('@ts-heartbeat/platform/log');
  const log = openLog([target]);
  return {
    write: (text) => log.log('info', readable(text)),
    close: () => log.close(),
  };
}
