/** The resource scripts of one host: how long they take, and what goes wrong with them. */
import type { ScriptOptions } from '../options.js';
import type { Random } from '../random.js';

export type Verb = 'start' | 'stop' | 'status';

/** What a script will do, decided when it begins. */
export interface Course {
  /** Milliseconds until it ends; infinite for one that hangs. */
  readonly takes: number;
  readonly rc: number;
  /** What it does to its resource when it ends by itself. */
  readonly leaves: 'running' | 'stopped' | 'unchanged';
}

/** What a story has a script do: not end, fail without doing anything, print the opposite, or take long. */
export type Told = 'hangs' | 'fails' | 'lies' | { readonly takes: number };

const STATUS_MS = 5;

export class Scripts {
  /** Resources that run on this host. */
  readonly running = new Set<string>();
  /** False in the calm: every script does what it is asked. */
  mischief = true;
  readonly #told = new Map<string, Told>();
  readonly #options: ScriptOptions;
  readonly #random: Random;

  constructor(options: ScriptOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** From now on the script does what it is told; undefined: its own course again. */
  tell(resource: string, verb: Verb, told: Told | undefined): void {
    if (told === undefined) this.#told.delete(`${resource} ${verb}`);
    else this.#told.set(`${resource} ${verb}`, told);
  }

  /** The script begins. */
  begin(resource: string, verb: Verb): Course {
    const told = this.#told.get(`${resource} ${verb}`);
    if (told === 'hangs') return { takes: Infinity, rc: 0, leaves: 'unchanged' };
    if (told === 'fails') return { takes: STATUS_MS, rc: 1, leaves: 'unchanged' };
    const course = this.#drawn(resource, verb);
    return typeof told === 'object' ? { ...course, takes: told.takes } : course;
  }

  #drawn(resource: string, verb: Verb): Course {
    const { mean, longest, failing, hanging } = this.#options;
    if (verb === 'status') return { takes: STATUS_MS, rc: 0, leaves: 'unchanged' };
    const takes = 1 + Math.min(longest - 1, this.#random.delay(mean));
    const done = verb === 'start' ? 'running' : 'stopped';
    if (!this.mischief) return { takes, rc: 0, leaves: done };
    if (this.#random.chance(hanging)) return { takes: Infinity, rc: 0, leaves: 'unchanged' };
    if (!this.#random.chance(failing)) return { takes, rc: 0, leaves: done };
    // A start that fails may have begun the service, a stop that fails may have ended it.
    const half = this.#random.chance(0.3);
    if (verb === 'start') return { takes, rc: 1, leaves: half ? 'running' : 'stopped' };
    const runs = this.running.has(resource);
    return { takes, rc: runs ? 1 : 0, leaves: half ? 'stopped' : 'unchanged' };
  }

  /** What `status` prints. */
  status(resource: string): string {
    const runs = this.running.has(resource);
    if (this.#told.get(`${resource} status`) === 'lies') return runs ? 'stopped' : 'running';
    const lies = this.mischief && this.#random.chance(this.#options.lying);
    return runs !== lies ? 'running' : 'stopped';
  }

  /** Power off. */
  lose(): void {
    this.running.clear();
  }
}
