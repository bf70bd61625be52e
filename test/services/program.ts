/** A server program that runs in the foreground, with all its processes: frozen, thawed, ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, signalAll, treeOf } from './processes.js';
import { listens, type Port } from './sockets.js';

export interface Launch {
  readonly argv: readonly [string, ...string[]];
  /** All of them are listened on when it is ready. */
  readonly ports: readonly Port[];
  /** It is not ready before it has said this. */
  readonly says?: RegExp;
  readonly cwd?: string;
}

/** Two busy processors, and ten servers that start side by side. */
const READY_MS = 60_000;
const POLL_MS = 20;
/** Processes that were killed are gone in milliseconds. */
const GONE_MS = 5000;
/** What a server has to say about its trouble stands at the end. */
const OUTPUT_MAX = 4000;

export class Program {
  readonly #child: ChildProcess;
  #output = '';
  #ended = false;

  /** Starts it; resolves when it is ready, rejects with its last words when it does not get so. */
  static async start(launch: Launch): Promise<Program> {
    const program = new Program(launch);
    const end = performance.now() + READY_MS;
    while (!program.#isReady(launch)) {
      if (program.#ended || performance.now() > end) {
        await program.end();
        throw new Error(
          `${launch.argv[0]} does not start (is all of .ci/packages there?): ${program.#output}`,
        );
      }
      await sleep(POLL_MS);
    }
    return program;
  }

  private constructor({ argv: [program, ...words], cwd = '/' }: Launch) {
    this.#child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('latin1').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_MAX);
      });
    }
    this.#child.on('error', (error) => {
      this.#output += error.message;
      this.#ended = true;
    });
    this.#child.on('exit', () => {
      this.#ended = true;
    });
  }

  #isReady({ ports, says }: Launch): boolean {
    return ports.every(listens) && (says?.test(this.#output) ?? true);
  }

  /** Stops every process of it: connections are still taken, by the kernel, and nothing is said. */
  freeze(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    // The first again, for what it started while the others were found.
    for (const _ of [1, 2]) signalAll(treeOf(pid), 'SIGSTOP');
  }

  thaw(): void {
    const { pid } = this.#child;
    if (pid !== undefined) signalAll(treeOf(pid), 'SIGCONT');
  }

  /** Kills it with all that it started. */
  async end(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    this.freeze();
    const tree = treeOf(pid);
    signalAll(tree, 'SIGKILL');
    const end = performance.now() + GONE_MS;
    while (tree.some(isRunning)) {
      if (performance.now() > end) throw new Error(`${this.#child.spawnfile} does not end`);
      await sleep(POLL_MS);
    }
  }
}

/** Runs a program that prepares a server to its end; throws with what it said when it fails. */
export function prepare(program: string, words: readonly string[], input = ''): void {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    cwd: '/',
    input,
  });
  if (status !== 0) {
    throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr + stdout}`);
  }
}
