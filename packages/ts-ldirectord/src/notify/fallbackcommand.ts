/** Runs fallback commands: what a virtual's users want done when its last real server goes. */
import { startChild } from '@ts-heartbeat/platform/child';
import { inheritedEnvironment } from '../checks/environment.js';
import { readable } from '../command/bytes.js';
import type { Effect } from '../director/effect.js';

type Telling = Extract<Effect, { kind: 'fallbackCommand' }>;

/** A command that runs longer hangs: its group is stopped, so that the next word comes through. */
const COMMAND_MS_MAX = 60_000;

/**
 * One command at a time for each virtual, in order. Of what is said while one runs only the last
 * word counts, so nothing piles up behind a slow command.
 */
export class FallbackCommands {
  readonly #log: (text: string) => void;
  readonly #running = new Map<string, { readonly telling: Telling; next?: Telling }>();

  readonly #ends = new Set<Promise<void>>();

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** Runs `COMMAND start|stop ADDRESS PROTOCOL` by the shell (ldirectord 4.12), without waiting. */
  tell(telling: Telling): void {
    const key = `${telling.protocol} ${telling.address} ${telling.command}`;
    const running = this.#running.get(key);
    if (running === undefined) {
      const end = this.#run(key, telling).finally(() => this.#ends.delete(end));
      this.#ends.add(end);
    } else if (running.telling.verb === telling.verb) {
      delete running.next;
    } else {
      running.next = telling;
    }
  }

  /** Resolves when no command runs or waits any more. */
  async settled(): Promise<void> {
    while (this.#ends.size > 0) await Promise.all(this.#ends);
  }

  async #run(key: string, first: Telling): Promise<void> {
    for (let telling: Telling | undefined = first; telling !== undefined; ) {
      const entry: { readonly telling: Telling; next?: Telling } = { telling };
      this.#running.set(key, entry);
      const { command, verb, address, protocol } = telling;
      const line = readable(`${command} ${verb} ${address} ${protocol}`);
      const child = startChild({
        argv: ['/bin/sh', '-c', line],
        environment: inheritedEnvironment(),
        deadlineMs: COMMAND_MS_MAX,
      });
      const { code, signal, late, failure } = await child.end;
      const why = late
        ? `no end within ${COMMAND_MS_MAX / 1000} s`
        : (failure ?? (signal === null ? `exit code ${code}` : signal));
      if (code !== 0) this.#log(`system(${line}) failed: ${why}`);
      telling = entry.next;
    }
    this.#running.delete(key);
  }
}
