/** Runs one child program in a process group of its own, with a deadline and a last resort. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Where one output of the child goes: to a descriptor, nowhere, or to us (its first bytes). */
export type Output = number | 'ignore' | { readonly firstBytes: number };

export interface ChildOptions {
  /** Program and arguments; no shell is involved. */
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** A descriptor that becomes the standard input, or what it says; absent: it is empty. */
  readonly stdin?: number | { readonly text: string };
  readonly stdout?: Output;
  readonly stderr?: Output;
  /** After this the group is sent SIGTERM; absent: it may run for ever. */
  readonly deadlineMs?: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs?: number;
}

export interface ChildEnd {
  /** The exit code; null when it did not start or was ended by a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It ran into its deadline. */
  readonly late: boolean;
  readonly ms: number;
  /** What was kept of the outputs, where asked for. */
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started (`ENOENT: …`). */
  readonly failure?: string;
}

export interface Child {
  /** The pid and the number of the process group; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Comes exactly once and never rejects. Background grandchildren may still be running. */
  readonly end: Promise<ChildEnd>;
  /** SIGTERM now and SIGKILL after the grace, for the whole group. */
  stop(): void;
}

/** A script that ignores SIGTERM for this long is killed, if nothing else is said. */
export const GRACE_MS = 5000;

/** After the child's end its last output is on the way; a grandchild may keep the pipe for ever. */
const LAST_OUTPUT_MS = 100;

/** Sends a signal to a process group; false when there is none (any more). */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Keeps the first bytes of a pipe, and reads the rest away so that the child never blocks. */
class Keep {
  readonly #chunks: Buffer[] = [];
  #room: number;

  constructor(output: Output | undefined, pipe: NodeJS.ReadableStream | null | undefined) {
    this.#room = typeof output === 'object' ? output.firstBytes : 0;
    pipe
      ?.on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        if (this.#room <= 0) return;
        const kept = chunk.subarray(0, this.#room);
        this.#room -= kept.length;
        this.#chunks.push(kept);
      });
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

function stdio(output: Output | undefined): number | 'ignore' | 'pipe' {
  if (output === undefined) return 'ignore';
  return typeof output === 'object' ? 'pipe' : output;
}

/** The child's exit, or the reason why there is no child; once. */
function exitOf(child: ChildProcess): Promise<Pick<ChildEnd, 'code' | 'signal' | 'failure'>> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, failure: error.message });
    });
  });
}

/** Waits for the pipes to close, but not for long. */
function lastOutput(child: ChildProcess, closed: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve();
    }, LAST_OUTPUT_MS);
    void closed.then(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

/** Starts a child program. Its environment is exactly the given one. */
export function startChild(options: ChildOptions): Child {
  const [program, ...words] = options.argv;
  const begun = process.hrtime.bigint();
  const spawnOptions: SpawnOptions = {
    // Node gives a detached child a session of its own, and with it a group of its own.
    detached: true,
    env: { ...options.environment },
    stdio: [
      typeof options.stdin === 'object' ? 'pipe' : (options.stdin ?? 'ignore'),
      stdio(options.stdout),
      stdio(options.stderr),
    ],
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
  let child: ChildProcess;
  try {
    child = spawn(program, words, spawnOptions);
  } catch (error) {
    // A zero byte in a word, a descriptor that is closed: spawn throws those.
    const failure = error instanceof Error ? error.message : String(error);
    const nothing = { code: null, signal: null, late: false, ms: 0, stdout: '', stderr: '' };
    return {
      pid: undefined,
      end: Promise.resolve({ ...nothing, failure }),
      stop: () => undefined,
    };
  }
  const { pid } = child;
  if (typeof options.stdin === 'object') {
    // A child that reads no further ends with a code of its own.
    child.stdin?.on('error', () => undefined).end(options.stdin.text);
  }
  const kept = [new Keep(options.stdout, child.stdout), new Keep(options.stderr, child.stderr)];
  let late = false;
  let ended = false;
  let deadline: NodeJS.Timeout | undefined;
  let lastResort: NodeJS.Timeout | undefined;

  const stop = (): void => {
    if (pid === undefined || ended || lastResort !== undefined) return;
    signalGroup(pid, 'SIGTERM');
    lastResort = setTimeout(() => signalGroup(pid, 'SIGKILL'), options.graceMs ?? GRACE_MS);
  };
  if (options.deadlineMs !== undefined) {
    deadline = setTimeout(() => {
      late = true;
      stop();
    }, options.deadlineMs);
  }
  const end = async (): Promise<ChildEnd> => {
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const exit = await exitOf(child);
    ended = true;
    clearTimeout(deadline);
    // What was to be stopped is stopped whole: members of the group that outlived the child go too.
    if (lastResort !== undefined && pid !== undefined) signalGroup(pid, 'SIGKILL');
    clearTimeout(lastResort);
    if (exit.failure === undefined) await lastOutput(child, closed);
    const ms = Number(process.hrtime.bigint() - begun) / 1e6;
    const [stdout, stderr] = kept.map((keep) => keep.text());
    return { ...exit, late, ms, stdout: stdout ?? '', stderr: stderr ?? '' };
  };
  return { pid, end: end(), stop };
}

/** Runs a child program to its end. */
export function runChild(options: ChildOptions): Promise<ChildEnd> {
  return startChild(options).end;
}
