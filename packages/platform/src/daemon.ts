/** Starts a daemon that leaves the terminal, and knows whether it came up. */
import { spawn } from 'node:child_process';

export interface DaemonOptions {
  /** Program and arguments of the daemon itself. */
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** A daemon that has not reported by then is taken for failed and ended. */
  readonly limitMs: number;
}

/** How the start went. `pid` is undefined when there was no process at all. */
export type DaemonStart =
  | { readonly up: true; readonly pid: number }
  | {
      readonly up: false;
      readonly pid: number | undefined;
      /** The exit code that the one who started it should end with. */
      readonly code: number;
      /** What the daemon gave as its reason, or what happened to it. */
      readonly reason: string;
    };

/** What the daemon says to the one who started it, once. */
type Report = { readonly up: true } | { readonly up: false; readonly reason: string };

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'up' in value;
}

/** Generic failure, as the genuine programs and LSB have it. */
const FAILED = 1;

/**
 * Starts a program in a session of its own, without terminal, input or output, and waits for its
 * report (see `reportUp`), its end, or the limit. After that nothing ties the two together.
 */
export function startDaemon(options: DaemonOptions): Promise<DaemonStart> {
  const [program, ...words] = options.argv;
  const daemon = spawn(program, words, {
    detached: true,
    cwd: '/',
    env: { ...options.environment },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { pid } = daemon;
  return new Promise((resolve) => {
    let reason = '';
    let settled = false;
    const settle = (outcome: DaemonStart): void => {
      if (settled) return;
      settled = true;
      clearTimeout(limit);
      if (daemon.connected) daemon.disconnect();
      daemon.unref();
      resolve(outcome);
    };
    const limit = setTimeout(() => {
      if (pid !== undefined) daemon.kill('SIGKILL');
      settle({ up: false, pid, code: FAILED, reason: `no report within ${options.limitMs} ms` });
    }, options.limitMs);
    daemon.on('error', (error) => {
      settle({ up: false, pid, code: FAILED, reason: error.message });
    });
    daemon.on('message', (message) => {
      if (!isReport(message)) return;
      if (message.up && pid !== undefined) settle({ up: true, pid });
      else if (!message.up) reason = message.reason;
    });
    daemon.on('exit', (code, signal) => {
      const ended = signal === null ? `ended with ${code}` : `ended by ${signal}`;
      // An end with 0 before any report is the daemon's way to say that nothing was to be done.
      settle({ up: false, pid, code: code ?? FAILED, reason: reason === '' ? ended : reason });
    });
  });
}

/**
 * The daemon's side: tells the one who started it that it may report success now. Does nothing in a
 * process that was not started by `startDaemon`.
 */
export function reportUp(): void {
  report({ up: true });
}

/** The daemon's side: gives the reason for the exit that follows. */
export function reportFailure(reason: string): Promise<void> {
  return report({ up: false, reason });
}

function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    const parted = (): void => {
      if (process.connected) process.disconnect();
      resolve();
    };
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, parted);
  });
}
