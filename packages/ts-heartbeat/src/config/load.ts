/** Reads the configuration of this machine, and says what is wrong with it as heartbeat 3.0.6. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthkeysReading, parseAuthkeys } from '@ts-heartbeat/core/config/authkeys';
import type { ConfigFile } from '@ts-heartbeat/core/config/file';
import { type Problem, printedSeverity } from '@ts-heartbeat/core/config/problem';
import { readStartup, type Startup } from '@ts-heartbeat/core/config/startup';
import { clusterLine, printable, type Speaker } from '@ts-heartbeat/platform/logline';
import { CONFIG_DIRECTORY } from '@ts-heartbeat/platform/paths';
import { gatherMachine } from './machine.js';

/** So long heartbeat 3.0.6 waits for an interface of an `mcast` line to be given an address. */
export const ADDRESS_WAIT_MS = 120_000;
/** How often it looks. */
const ADDRESS_POLL_MS = 1000;

export interface LoadOptions {
  /** How long to wait for the address of an interface that has none; 0: not at all. */
  readonly addressWaitMs?: number;
  /** Called once, when the wait begins. */
  readonly onWait?: (text: string) => void;
}

/** Reads one file through one descriptor, so that mode and text belong together. */
function readConfigFile(path: string, encoding: BufferEncoding): ConfigFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stat = fstatSync(fd);
    // A directory can be opened and holds no line: so heartbeat 3.0.6 sees it.
    const text = stat.isDirectory() ? '' : readFileSync(fd, encoding);
    return { path, text, mode: stat.mode & 0o7777 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { path, denied: code === 'EACCES' || code === 'EPERM' };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

// Two slashes in all paths: so the genuine texts name the files.
const keyfile = (directory: string): ConfigFile =>
  readConfigFile(`${directory}//authkeys`, 'latin1');

/** Reads authkeys alone, as a running daemon does on SIGHUP. Never throws. */
export function loadAuthkeys(directory = CONFIG_DIRECTORY): AuthkeysReading {
  return parseAuthkeys(keyfile(directory));
}

async function loadOnce(directory: string): Promise<Startup> {
  const hacf = readConfigFile(`${directory}//ha.cf`, 'utf8');
  const authkeys = keyfile(directory);
  const haresources = readConfigFile(`${directory}//haresources`, 'utf8');
  return readStartup({ hacf, authkeys, haresources }, await gatherMachine(directory, hacf));
}

/**
 * Reads ha.cf, authkeys and haresources. Never rejects: trouble is in the problems, and `exitCode`
 * is what the daemon has to exit with. Waits while an interface of an `mcast` line has no address.
 */
export async function loadConfiguration(
  directory = CONFIG_DIRECTORY,
  { addressWaitMs = ADDRESS_WAIT_MS, onWait }: LoadOptions = {},
): Promise<Startup> {
  for (let waited = 0; ; waited += ADDRESS_POLL_MS) {
    const startup = await loadOnce(directory);
    const missing = startup.problems.find(({ code }) => code === 'HA_CF_NO_ADDRESS');
    if (missing === undefined || waited >= addressWaitMs) return startup;
    if (waited === 0) onWait?.(`${missing.text}; waiting for it`);
    await sleep(ADDRESS_POLL_MS);
  }
}

/** Lines as heartbeat 3.0.6 prints them on standard error, each with its newline. */
export function printProblems(
  problems: readonly Problem[],
  speaker: Speaker,
  at: Date,
  syslogFormat = true,
): string {
  const line = clusterLine(speaker, syslogFormat);
  return problems
    .map((problem) => {
      const text = printable(problem.text);
      if (problem.form === 'bare') return `${text}\n`;
      return `${line({ severity: printedSeverity(problem), text, at })}\n`;
    })
    .join('');
}
