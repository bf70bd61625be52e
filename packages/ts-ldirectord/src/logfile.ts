/** Where ldirectord's log lines go: a file, syslog, or, in the foreground, the terminal. */
import { writeSync } from 'node:fs';
import os from 'node:os';
import type { LogTarget as PlatformTarget } from '@ts-heartbeat/platform/log';
import {
  directorLine,
  directorSyslogLine,
  type LineFormat,
  printable,
  supervisedLine,
} from '@ts-heartbeat/platform/logline';
import { missingText, troubleText } from '@ts-heartbeat/platform/logtrouble';
import { installedLogWriter, type LogTrouble, LogWriter } from '@ts-heartbeat/platform/logwriter';
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
  /** For a daemon: what cannot be written is counted, and syslog is told; else standard error. */
  readonly lasting: boolean;
  /** The script that writes a file, so that its disk cannot hold us up. */
  readonly program?: string | undefined;
}

const TAG = 'ldirectord';
/** For what is said of the log file itself, where the configuration names no facility. */
const FACILITY = 'daemon';

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
  if (!target.logfile.startsWith('/')) {
    return platformLog(syslogTarget(syslogFacility(target.logfile) ?? FACILITY));
  }
  const { program = installedLogWriter() } = options;
  if (program === undefined) return platformLog(fileTarget(target, options));
  return writtenLog(readable(target.logfile), program, options);
}

function formatted(line: LineFormat, text: string): string {
  return line({ severity: 'info', text: printable(readable(text)), at: new Date() });
}

function terminalLog(fd: 1 | 2, print: (text: string) => string): DirectorLog {
  return {
    write: (text) => put(fd, print(text)),
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

/** A file behind the log writer. */
function writtenLog(path: string, program: string, { name, lasting }: LogOptions): DirectorLog {
  const line = directorLine(name, process.pid);
  /** What a command has said: it stands on standard error when the file does not take it. */
  let said = '';
  let failed = false;
  const troubled = (trouble: LogTrouble): void => {
    if (!lasting) failed ||= trouble.kind === 'failing';
    else {
      tellSystem(troubleText(path, trouble));
      if (trouble.kind === 'missing') writer.write(formatted(line, missingText(trouble.lines)));
    }
  };
  const writer = new LogWriter({ path, program, troubled });
  return {
    write: (text) => {
      if (!lasting) said += `${readable(text)}\n`;
      writer.write(formatted(line, text));
    },
    close: async () => {
      await writer.close();
      if (failed) put(2, said);
    },
  };
}

/** One line to syslog. */
function tellSystem(text: string): void {
  void platformLog(syslogTarget(FACILITY)).then((system) => {
    system.write(text);
    return system.close();
  });
}

function fileTarget({ logfile }: LogTarget, { name }: LogOptions): PlatformTarget {
  const line = directorLine(name, process.pid);
  return { kind: 'file', path: readable(logfile), least: 'info', line };
}

function syslogTarget(facility: string): PlatformTarget {
  const line = directorSyslogLine({ tag: TAG, pid: process.pid, host: os.hostname() });
  return { kind: 'syslog', facility, tag: TAG, least: 'info', line };
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
