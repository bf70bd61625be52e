/** Runs the users' own fallback commands: by the shell, one after the other, none for ever. */
import { runChild } from '@ts-heartbeat/platform/child';
import { readable } from './command/bytes.js';
import { plainEnvironment } from './command/environment.js';

/** Long enough for a script that calls other machines; ldirectord 4.12 waits without limit. */
const DEADLINE_MS = 60_000;
/** A start and a stop for hundreds of virtuals; more waiting means that the command hangs. */
const QUEUE_MAX = 1_000;

export class FallbackCommands {
  readonly #log: (text: string) => void;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** Runs a command line after those before it. */
  run(commandLine: string): void {
    const line = readable(commandLine);
    if (this.#waiting >= QUEUE_MAX) {
      this.#log(`system(${line}) failed: too many commands are waiting`);
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#one(line));
  }

  /** Resolves when all of them have ended. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #one(line: string): Promise<void> {
    const end = await runChild({
      argv: ['/bin/sh', '-c', line],
      environment: plainEnvironment(process.env),
      directory: '/',
      deadlineMs: DEADLINE_MS,
    });
    this.#waiting--;
    if (end.code === 0) return;
    const why = end.failure ?? (end.late ? 'not done in time' : `ended by ${end.signal}`);
    this.#log(`system(${line}) failed: ${end.code === null ? why : `exit code ${end.code}`}`);
  }
}
