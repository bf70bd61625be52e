/** The log of the daemon: its own lines, and those it writes in the name of scripts. */
import type { LogSettings } from '@ts-heartbeat/core/config/settings';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { FileOwner } from '@ts-heartbeat/platform/appendfile';
import {
  clusterTargets,
  fileTarget,
  type Logger,
  type LogTarget,
  openLog,
  speaker,
} from '@ts-heartbeat/platform/log';
import {
  dateStamp,
  type LineFormat,
  type LogEntry,
  syslogStamp,
} from '@ts-heartbeat/platform/logline';
import { LogWriters } from '@ts-heartbeat/platform/logwriters';
import { SEVERITY_WORD, type Severity } from '@ts-heartbeat/platform/severity';
import { sharedOwner } from './config/accounts.js';
import type { Say } from './say.js';

/**
 * Where `use_logd` goes, when nothing else is configured: the facility that ha_logd has by
 * default.
 */
const LOGD_FACILITY = 'daemon';

/** Names that lines are written under. There are a handful; each keeps its files open. */
const TAGS_MAX = 16;

export interface Speech {
  readonly say: Say;
  /** The same, but debug lines at every level of debugging: answers to who asks for them. */
  readonly answer: Say;
  /** Writes a line in the form of the genuine scripts, under their name. */
  script(line: LogLine & { readonly tag?: string }, pid: number): void;
  /**
   * What scripts must be told to leave alone: they write to the log files themselves, and would
   * wait with a disk that stands still.
   */
  detour(): Readonly<Record<string, string>>;
  /** How much is told: debug lines only above 0. */
  debug: number;
  /** Opens the files anew (after a rotation). */
  reopen(): void;
  close(): Promise<void>;
}

/** Opens the log that ha.cf asks for. */
export function openSpeech(settings: LogSettings, debug: number): Speech {
  const destination = destinationOf(settings);
  const owner = sharedOwner();
  const writers = new LogWriters();
  const open = (targets: readonly LogTarget[]): Logger =>
    openLog(shared(targets, owner), undefined, writers);
  const own = open(clusterTargets(speaker('heartbeat'), destination));
  const scripts = new Map<string, Logger>();
  const loggerOf = (tag: string, pid: number): Logger => {
    const name = `${tag}[${pid}]`;
    const known = scripts.get(name);
    if (known !== undefined) return known;
    const [oldest] = scripts.keys();
    if (scripts.size >= TAGS_MAX && oldest !== undefined) {
      void scripts.get(oldest)?.close();
      scripts.delete(oldest);
    }
    const logger = open(scriptTargets(destination, tag, pid));
    scripts.set(name, logger);
    return logger;
  };
  const speech: Speech = {
    debug,
    say: (severity, text) => {
      if (severity !== 'debug' || speech.debug > 0) own.log(severity, text);
    },
    answer: (severity, text) => own.log(severity, text),
    script: ({ severity, text, tag = 'ResourceManager' }, pid) => {
      if (severity !== 'debug' || speech.debug > 0) loggerOf(tag, pid).log(severity, text);
    },
    detour: () => ({
      ...(writers.isStanding(destination.logfile) ? { HA_LOGFILE: '/dev/null' } : {}),
      ...(writers.isStanding(destination.debugfile) ? { HA_DEBUGLOG: '/dev/null' } : {}),
    }),
    reopen: () => {
      for (const logger of [own, ...scripts.values()]) logger.reopen();
    },
    close: async () => {
      await Promise.all([own, ...scripts.values()].map((logger) => logger.close()));
      await writers.close();
    },
  };
  return speech;
}

/**
 * Log files belong to hacluster:haclient, so that clients respawned as that user can write to them
 * too (heartbeat 3.0.6).
 */
function shared(targets: readonly LogTarget[], owner: FileOwner | undefined): LogTarget[] {
  return targets.map((target) =>
    target.kind !== 'file' || owner === undefined ? target : { ...target, owner },
  );
}

/** Where lines go; lines for the logging daemon go to syslog, as it would send them on. */
function destinationOf(settings: LogSettings): LogSettings {
  const { logfile, debugfile, facility, useLogd } = settings;
  const nowhere = logfile === undefined && debugfile === undefined && facility === undefined;
  return useLogd && nowhere ? { ...settings, facility: LOGD_FACILITY } : settings;
}

/** The text with its word before it; a `notice` is what a script says without one. */
function scriptText({ severity, text }: LogEntry): string {
  return severity === 'notice' ? text : `${SEVERITY_WORD[severity]}: ${text}`;
}

/** In the logfile: `2026/11/22_14:09:55  ResourceManager(default)[465]:    info: text`. */
function scriptLine(name: string): LineFormat {
  return (entry) => `${dateStamp(entry.at)}  ${name}:    ${scriptText(entry)}`;
}

/** In the debugfile: `ResourceManager(default)[465]:`, a tab, `2026/11/22_14:09:55 info: text`. */
function scriptDebugLine(name: string): LineFormat {
  return (entry) => `${name}:\t${dateStamp(entry.at)} ${scriptText(entry)}`;
}

/** Scripts look for the words ERROR and WARN, and send the rest as `notice`. */
function scriptLevel(severity: Severity): Severity {
  return severity === 'error' || severity === 'warn' || severity === 'debug' ? severity : 'notice';
}

/** The forms of the genuine scripts (heartbeat 3.0.6 with resource-agents 4.12). */
function scriptTargets(settings: LogSettings, tag: string, pid: number): readonly LogTarget[] {
  const { logfile, debugfile, facility } = settings;
  const name = `${tag}(default)[${pid}]`;
  const targets: LogTarget[] = [];
  if (logfile !== undefined) targets.push(fileTarget(logfile, 'info', scriptLine(name)));
  if (debugfile !== undefined && debugfile !== logfile) {
    targets.push(fileTarget(debugfile, 'debug', scriptDebugLine(name)));
  }
  if (facility !== undefined && facility !== 'none') {
    const line: LineFormat = (entry) => `${syslogStamp(entry.at)} ${name}: ${scriptText(entry)}`;
    targets.push({
      kind: 'syslog',
      facility,
      tag: name,
      least: 'debug',
      line,
      level: scriptLevel,
    });
  }
  return targets;
}
