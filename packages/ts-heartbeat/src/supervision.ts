/** The daemon's side of its supervisor: a shell that notices a crash by the end of a pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Held } from '@ts-heartbeat/core/job';
import type { Millis } from '@ts-heartbeat/core/time';
import type { Say } from './say.js';

/** A daemon that has run for this long has not crashed at its start. */
const STEADY: Millis = 60_000;

/**
 * The pause before another supervisor is started: one that cannot run must not be started in a
 * loop.
 */
const RESTART_PAUSE: Millis = 1000;

export interface SupervisionParts {
  /** The script. */
  readonly supervisor: string;
  readonly pidFile: string;
  /** Crashes in a row before this life. */
  readonly crashes: number;
  /** Program and arguments that start the daemon. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly say: Say;
  /** For tests. */
  readonly restartPause?: Millis;
}

export class Supervision {
  readonly #parts: SupervisionParts;
  #child: ChildProcess | undefined;
  #crashes: number;
  #steady: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #over = false;

  constructor(parts: SupervisionParts) {
    this.#parts = parts;
    this.#crashes = parts.crashes;
  }

  /** The supervisor that watches now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  begin(): void {
    this.#start();
    this.#steady = setTimeout(() => {
      this.#crashes = 0;
      this.#child?.stdin?.write('steady\n');
    }, STEADY);
    this.#steady.unref();
  }

  /** This life ends in order, and no other shall follow. Resolves when the supervisor knows. */
  bye(): Promise<void> {
    return this.#tell('bye');
  }

  /** This life ends in order; the next one begins after the delay, with what is held. */
  again(delay: Millis, held: Held): Promise<void> {
    return this.#tell(`again ${Math.ceil(delay / 1000)} ${held}`);
  }

  #start(): void {
    const { supervisor, pidFile, command, environment } = this.#parts;
    const words = [supervisor, pidFile, String(process.pid), String(this.#crashes), ...command];
    const child = spawn('/bin/sh', words, {
      detached: true,
      cwd: '/',
      env: { ...environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    // Its pipe breaks when it ends; the end itself is told by the events below.
    child.stdin?.on('error', () => undefined);
    let over = false;
    const ended = (how: string): void => {
      if (over || child !== this.#child) return;
      over = true;
      this.#child = undefined;
      if (this.#over) return;
      const text = `Supervisor [${child.pid ?? '?'}] ended with ${how}. Starting another one.`;
      this.#parts.say('error', text);
      const pause = this.#parts.restartPause ?? RESTART_PAUSE;
      this.#restart = setTimeout(() => this.#start(), pause);
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal ?? `return code ${code}`));
  }

  #tell(order: string): Promise<void> {
    this.#over = true;
    clearTimeout(this.#steady);
    clearTimeout(this.#restart);
    if (this.#child === undefined) this.#start();
    const { stdin } = this.#child ?? {};
    return new Promise((resolve) => {
      if (stdin === null || stdin === undefined) resolve();
      else stdin.write(`${order}\n`, () => resolve());
    });
  }
}
