/** Runs one resource script in a process group of its own, with a deadline. */
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync, unlinkSync } from 'node:fs';
import os from 'node:os';
import { signalGroup } from './process.js';

export interface ScriptOrder {
  readonly path: string;
  /** Everything after the script's name, the verb too. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Appended to with what the script prints; /dev/null where it cannot be opened. */
  readonly debugFile: string;
  /** Where standard output goes instead, when it is wanted. */
  readonly captureFile?: string;
  /** Milliseconds. */
  readonly deadline: number;
}

export interface ScriptResult {
  /** As a shell gives it: 128 + signal, 127 not found, 126 not to be executed. */
  readonly rc: number;
  /** True when the deadline, or `cut`, ended it. */
  readonly late: boolean;
  /** Standard output, as far as captured. */
  readonly output: string;
  readonly ms: number;
}

export interface RunningScript {
  /** Leader of the process group; undefined when the start failed. */
  readonly pid: number | undefined;
  /** Settles when the script itself has ended; what it left in the background goes on. */
  readonly ended: Promise<ScriptResult>;
  /** Ends it as at its deadline. */
  readonly cut: () => void;
}

/** From SIGTERM to SIGKILL when a script is ended. */
export const GRACE_MS = 3000;
/** More than any status text; the rest is not looked at. */
const OUTPUT_BYTES_MAX = 64 * 1024;
/** The longest time a Node timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

function openOutput(path: string, flags: number): number {
  try {
    return openSync(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_NOCTTY | flags,
      0o644,
    );
  } catch {
    return openSync('/dev/null', 'w');
  }
}

function readCaptured(path: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const bytes = Buffer.alloc(OUTPUT_BYTES_MAX);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } catch {
    return '';
  } finally {
    if (fd !== undefined) closeSync(fd);
    try {
      unlinkSync(path);
    } catch {
      // It was never made, or somebody cleaned up.
    }
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return signal === null ? 1 : 128 + os.constants.signals[signal];
}

/**
 * Starts the script. Its output goes to files, not to pipes, so that it neither blocks nor dies when
 * this process does. Never throws: a script that cannot be started ends with 126 or 127.
 */
export function runScript(order: ScriptOrder, clock: () => number): RunningScript {
  const begun = clock();
  const debug = openOutput(order.debugFile, constants.O_APPEND | constants.O_NONBLOCK);
  const out =
    order.captureFile === undefined ? debug : openOutput(order.captureFile, constants.O_TRUNC);
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const child = spawn(order.path, order.args, {
    cwd: '/',
    detached: true,
    env: order.environment,
    stdio: ['ignore', out, debug],
  });
  for (const fd of new Set([out, debug])) closeSync(fd);
  const { pid } = child;

  const kill = (): void => {
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  };
  const cut = (): void => {
    if (late || pid === undefined) return;
    late = true;
    clearTimeout(timer);
    signalGroup(pid, 'SIGTERM');
    timer = setTimeout(kill, GRACE_MS);
  };
  timer = setTimeout(cut, Math.min(order.deadline, TIMER_MS_MAX));

  const ended = new Promise<ScriptResult>((resolve) => {
    const settle = (rc: number): void => {
      clearTimeout(timer);
      if (late) kill();
      const output = order.captureFile === undefined ? '' : readCaptured(order.captureFile);
      resolve({ rc, late, output, ms: clock() - begun });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (pid === undefined) settle(error.code === 'ENOENT' ? 127 : 126);
    });
    child.once('exit', (code, signal) => settle(exitCode(code, signal)));
  });
  return { pid, ended, cut };
}
