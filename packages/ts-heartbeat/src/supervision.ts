/** The daemon's side of its supervisor: a shell that notices a crash by the end of a pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Held } from '@ts-heartbeat/core/job';
import type { Millis } from '@ts-heartbeat/core/time';
import { type Leftover, leftoverWord } from './leftover.js';
import type { Say } from './say.js';

/**
 * A daemon that has run for this long does not crash at its start: the next one may follow at once
 * again, and adopt what runs, for as long as anybody likes to crash it.
 */
const STEADY: Millis = 10_000;

/**
 * The pause before another supervisor is started when one has lived for less than that: one that
 * cannot run must not be started in a loop. Others are replaced at once: a crash of the daemon that
 * comes in between has nobody to see it.
 */
const RESTART_PAUSE: Millis = 1000;

export interface SupervisionParts {
  /** The script. */
  readonly supervisor: string;
  readonly pidFile: string;
  /** Crashes in a row before this life. */
  readonly crashes: number;
  /**
   * What a crashed daemon held is given up when no other life has begun by then, even if the
   * resource runner is dead as well.
   */
  readonly patience: Millis;
  /** Program and arguments that start the daemon. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly say: Say;
  /** For tests. */
  readonly restartPause?: Millis;
}

/** Where a supervisor that has started us names its descriptor. */
const STARTER = 'HA_STARTER';

/** Tells the supervisor of the life before, if one has started us, that we have our own. */
function tellStarter(): void {
  const descriptor = Number(process.env[STARTER]);
  delete process.env[STARTER];
  if (!(descriptor > 2)) return;
  try {
    writeSync(descriptor, 'supervised\n');
    closeSync(descriptor);
  } catch {
    // It has ended, and we are on our own.
  }
}

function withoutStarter(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { [STARTER]: _, ...rest } = environment;
  return rest;
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
    tellStarter();
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

  /** This life ends in order; the next one begins after the delay, with what is held and left. */
  again(delay: Millis, held: Held, left: Leftover = {}): Promise<void> {
    const words = [Math.ceil(delay / 1000), held, leftoverWord(left)];
    return this.#tell(`again ${words.join(' ').trimEnd()}`);
  }

  #start(): void {
    const { supervisor, pidFile, patience, command, environment } = this.#parts;
    const numbers = [process.pid, this.#crashes, patience / 1000].map(String);
    const words = [supervisor, pidFile, ...numbers, ...command];
    const child = spawn('/bin/sh', words, {
      detached: true,
      cwd: '/',
      env: withoutStarter(environment),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    const startedAt = performance.now();
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
      const lived = performance.now() - startedAt;
      this.#restart = setTimeout(() => this.#start(), lived < pause ? pause : 0);
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
