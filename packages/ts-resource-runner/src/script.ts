/** Runs one resource script: output to files, a deadline, an exit code as a shell gives it. */
import { closeSync, constants, openSync, readSync, unlinkSync } from 'node:fs';
import os from 'node:os';
import { type ChildEnd, startChild } from '@ts-heartbeat/platform/child';

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

function openOutput(path: string, flags: number): number | undefined {
  const how = constants.O_WRONLY | constants.O_CREAT | constants.O_NOCTTY | flags;
  try {
    return openSync(path, how, 0o644);
  } catch {
    return undefined;
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

function exitCode({ code, signal, failure }: ChildEnd): number {
  if (failure !== undefined) return failure.includes('ENOENT') ? 127 : 126;
  if (code !== null) return code;
  return signal === null ? 1 : 128 + os.constants.signals[signal];
}

/**
 * Starts the script. Its output goes to files, not to pipes, so it neither blocks nor dies when
 * this process does. Never throws.
 */
export function runScript(order: ScriptOrder): RunningScript {
  const { path, args, environment, captureFile, deadline } = order;
  const debug =
    openOutput(order.debugFile, constants.O_APPEND | constants.O_NONBLOCK) ??
    openSync('/dev/null', 'w');
  const out = captureFile === undefined ? debug : openOutput(captureFile, constants.O_TRUNC);
  const child = startChild({
    argv: [path, ...args],
    environment,
    directory: '/',
    // Where no file can be written, by a pipe, which a killed runner takes away from the script.
    stdout: out ?? { firstBytes: OUTPUT_BYTES_MAX },
    stderr: debug,
    deadlineMs: Math.min(deadline, TIMER_MS_MAX),
    graceMs: GRACE_MS,
  });
  for (const fd of new Set([out, debug])) if (fd !== undefined) closeSync(fd);
  let isCut = false;
  const captured = ({ stdout }: ChildEnd, file: number | undefined): string => {
    if (captureFile === undefined) return '';
    return file === undefined ? stdout : readCaptured(captureFile);
  };
  const ended = child.end.then((end) => ({
    rc: exitCode(end),
    late: end.late || isCut,
    output: captured(end, out),
    ms: end.ms,
  }));
  const cut = (): void => {
    isCut = true;
    child.stop();
  };
  return { pid: child.pid, ended, cut };
}
