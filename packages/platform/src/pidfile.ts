/** Pid files: one daemon at a time, and where its pid stands. */
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { commandLine, processIdentity } from './gone.js';

/** Says whether a command line can be that of the daemon the file is about. */
export type Recognise = (command: readonly string[]) => boolean;

/** What a pid file says about its daemon. */
export type PidFileState =
  /** No file, or nothing in it that can be a pid. */
  | { readonly kind: 'none' }
  /** The process is gone, or another program has got its pid. */
  | { readonly kind: 'stale'; readonly pid: number }
  | { readonly kind: 'running'; readonly pid: number };

const anyProgram: Recognise = () => true;

/** Heartbeat's pid file: the pid at the right of ten characters, and a newline. */
export function heartbeatPidText(pid: number): string {
  return `${String(pid).padStart(10)}\n`;
}

function readPid(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
  const pid = /^\s*(\d{1,10})\s*$/.exec(text)?.[1];
  return pid === undefined || Number(pid) < 1 ? undefined : Number(pid);
}

/** Reads a pid file and looks whether its process is there. */
export function readPidFile(path: string, recognise: Recognise = anyProgram): PidFileState {
  const pid = readPid(path);
  if (pid === undefined) return { kind: 'none' };
  const runs = processIdentity(pid) !== undefined && recognise(commandLine(pid));
  return { kind: runs ? 'running' : 'stale', pid };
}

/** Others that start at the same moment may be in our way this often. */
const TRIES_MAX = 5;

function removeStale(path: string, recognise: Recognise): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Somebody may have written a good one between our look and our rename: give it back.
  if (readPidFile(aside, recognise).kind === 'running') {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has come: one of the two is running, and the next look will tell.
    }
  }
  rmSync(aside, { force: true });
}

export interface PidFileOptions {
  /** The pid to write; absent: ours. */
  readonly pid?: number;
  /** The text of the file; absent: heartbeat's form. */
  readonly text?: (pid: number) => string;
  readonly recognise?: Recognise;
}

/**
 * Writes a pid file (mode 0644) if no other living daemon stands in it, and says who does now: when
 * it was not taken, that pid came first. The file appears whole or not at all; a stale one is
 * replaced, as by the genuine program. Throws the system's error when it cannot be written.
 */
export function takePidFile(
  path: string,
  options: PidFileOptions = {},
): { readonly taken: boolean; readonly pid: number } {
  const { pid = process.pid, text = heartbeatPidText, recognise = anyProgram } = options;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text(pid), { mode: 0o644 });
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        linkSync(draft, path);
        return { taken: true, pid };
      } catch (error) {
        if (tries >= TRIES_MAX || Reflect.get(Object(error), 'code') !== 'EEXIST') throw error;
      }
      const found = readPidFile(path, recognise);
      if (found.kind === 'running') return { taken: found.pid === pid, pid: found.pid };
      removeStale(path, recognise);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a pid file, if that pid (ours unless said) still stands in it. */
export function dropPidFile(path: string, pid: number = process.pid): void {
  if (readPid(path) !== pid) return;
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or not ours to remove: nothing depends on it.
  }
}
