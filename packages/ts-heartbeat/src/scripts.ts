/**
 * Runs the scripts that users put into rc.d, each for the messages of its name. The work of the
 * stock ones is done by the daemon; what harc says of them is logged all the same.
 */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Millis } from '@ts-heartbeat/core/time';
import { startChild } from '@ts-heartbeat/platform/child';
import { ordinaryOomScore } from './oomscore.js';
import type { Say } from './say.js';
import { isStockScript } from './stock.js';

/**
 * Scripts that wait for their turn. They come at the pace of status changes; more than this waiting
 * means that one hangs, and the news in the rest is old.
 */
const QUEUE_MAX = 100;

/** After this a script is ended, so that the ones behind it get their turn. */
const SCRIPT_TIME_MAX: Millis = 600_000;

export interface ScriptParts {
  /** The directory with harc and rc.d. */
  readonly directory: string;
  readonly say: Say;
  /** A line in the name of a script. */
  readonly log: (line: LogLine) => void;
  /** Everything a script finds in its environment beside the message. */
  readonly environment: () => Readonly<Record<string, string>>;
}

export class RcScripts {
  readonly #parts: ScriptParts;
  /** Message types of the scripts to be run. Read once, as by heartbeat 3.0.6. */
  readonly #users: ReadonlySet<string>;
  /** Those whose script is a stock one. */
  readonly #stock: ReadonlySet<string>;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(parts: ScriptParts) {
    this.#parts = parts;
    const rcDirectory = join(parts.directory, 'rc.d');
    const names = executables(rcDirectory);
    this.#stock = new Set(names.filter((name) => isStock(join(rcDirectory, name))));
    this.#users = new Set(names.filter((name) => !this.#stock.has(name)));
  }

  /** Message types for which a user's script has its say; the daemon stands back where it can. */
  get users(): readonly string[] {
    return [...this.#users];
  }

  /** Runs `harc TYPE` when its turn comes, if there is a user's script of that name. */
  run(
    type: string,
    message: Message,
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (this.#stock.has(type)) {
      const { directory, log } = this.#parts;
      // With two slashes, as in heartbeat 3.0.6.
      const text = `Running ${directory}//rc.d/${type} ${type}`;
      log({ severity: 'info', text, tag: 'harc' });
    }
    if (!this.#users.has(type)) return Promise.resolve();
    if (this.#waiting >= QUEUE_MAX) {
      this.#parts.say('error', `rc.d/${type} not run: ${QUEUE_MAX} scripts are waiting already`);
      return Promise.resolve();
    }
    this.#waiting += 1;
    this.#queue = this.#queue.then(async () => {
      await this.#execute(type, message, environment);
      this.#waiting -= 1;
    });
    return this.#queue;
  }

  async #execute(
    type: string,
    message: Message,
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { directory, say } = this.#parts;
    const fields = Object.entries(message.strings()).map(([name, value]) => [`HA_${name}`, value]);
    const harc = join(directory, 'harc');
    const argv: readonly [string, ...string[]] = isExecutable(harc)
      ? [harc, type]
      : [join(directory, 'rc.d', type), type];
    const child = startChild({
      argv,
      environment: { ...this.#parts.environment(), ...environment, ...Object.fromEntries(fields) },
      deadlineMs: SCRIPT_TIME_MAX,
    });
    ordinaryOomScore(child.pid);
    const end = await child.end;
    if (end.failure !== undefined) say('error', `${argv.join(' ')}: ${end.failure}`);
    else if (end.late) say('error', `${argv.join(' ')} ended after ${SCRIPT_TIME_MAX} ms`);
    else if (end.code !== 0) {
      const how = end.signal ?? `return code ${end.code}`;
      say('warn', `${argv.join(' ')} ended with ${how}`);
    }
  }
}

/** The executable files of a directory, by name. */
function executables(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => isExecutable(join(directory, name)));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isStock(path: string): boolean {
  try {
    return isStockScript(readFileSync(path));
  } catch {
    // A file that goes: nothing to run.
    return true;
  }
}
