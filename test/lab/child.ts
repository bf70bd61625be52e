/** Child programs of the lab: run to the end, or watched line by line. */

import { type ChildProcess, spawn } from 'node:child_process';
import { monotonicMs } from './clock.js';
import { LineCutter } from './lines.js';
import type { Line, Outcome, Task } from './site.js';

/** More output of one command is cut off: the lab's commands print a screen or two. */
const OUTPUT_LENGTH_MAX = 4 << 20;

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Bytes for standard input, one character each (latin1). */
  readonly stdin?: string;
  /** Killed after this time; the exit code is then 124. */
  readonly timeoutMs?: number;
}

/**
 * Every program leads a process group of its own: what it started itself ends with it, and a Ctrl-C
 * on the terminal reaches the test alone, which then takes the lab down in order.
 */
const GROUP = { detached: true } as const;

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Exit code as a shell has it: 128 and the signal's place for a signal (all are SIGKILL here). */
function exitCode(code: number | null): number {
  return code ?? 137;
}

/** Runs a program to its end. Never rejects: a program that cannot be run has exit code 127. */
export function runChild(argv: readonly string[], options: ChildOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = argv;
    const child = spawn(program, rest, { env: options.env, ...GROUP });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            killGroup(child);
          }, options.timeoutMs);
    const done = (code: number): void => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : code, stdout, stderr });
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < OUTPUT_LENGTH_MAX) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < OUTPUT_LENGTH_MAX) stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.from(options.stdin ?? '', 'latin1'));
    // After the end of the program itself: a daemon it leaves behind may hold its output open.
    let ended: number | undefined;
    child.on('exit', (code) => {
      ended = exitCode(code);
      setTimeout(() => done(ended ?? 127), OUTPUT_GRACE_MS).unref();
    });
    child.on('close', () => done(ended ?? 127));
    child.on('error', (error) => {
      stderr += `${error.message}\n`;
      done(127);
    });
  });
}

/** How long output is still read after the end of a program whose descendants keep it open. */
const OUTPUT_GRACE_MS = 300;

/** Starts a program and hands over its output line by line. */
export function startChild(
  argv: readonly string[],
  onLine: (line: Line) => void,
  env: NodeJS.ProcessEnv,
): ChildTask {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { env, ...GROUP });
  return new ChildTask(child, onLine);
}

export class ChildTask implements Task {
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, onLine: (line: Line) => void) {
    this.#child = child;
    for (const from of ['out', 'err'] as const) {
      const stream = from === 'out' ? child.stdout : child.stderr;
      const cutter = new LineCutter((text) => onLine({ at: monotonicMs(), from, text }));
      stream?.on('data', (chunk: Buffer) => cutter.push(chunk));
      stream?.on('close', () => cutter.end());
    }
    child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve) => {
      child.on('exit', (code) => resolve(exitCode(code)));
      child.on('error', (error) => {
        onLine({ at: monotonicMs(), from: 'err', text: error.message });
        resolve(127);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  async stop(): Promise<void> {
    killGroup(this.#child);
    await this.ended;
  }
}
