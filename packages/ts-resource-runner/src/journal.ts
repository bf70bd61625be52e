/**
 * What a runner leaves for the one after it, should it be killed: the plan, what ts-heartbeat last
 * said, and the script that runs. Written before anything is done, so it is never behind.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isGone, type ProcessIdentity } from '@ts-heartbeat/platform/gone';
import { bootId, findLeader } from './leader.js';
import type { PlanState } from './plan/state.js';
import type { Hello } from './protocol.js';

/** The variable that marks a script of ours until its pid is written down. */
export const TOKEN_VARIABLE = 'HA_RUNNER_TOKEN';

/** The script that runs, or is about to. */
export interface ScriptNote {
  readonly token: string;
  /** Null until the start has returned. */
  readonly process: ProcessIdentity | null;
  /** Its deadline on the monotonic clock of this boot, milliseconds. */
  readonly until: number;
  readonly group: string;
  readonly path: string;
  readonly verb: string;
}

export interface JournalEntry {
  readonly plan: PlanState;
  readonly hello: Hello | null;
  readonly script: ScriptNote | null;
}

/** Changed whenever an older entry could be misread. */
const FORMAT = 2;

/** Without this file no runner holds anything, nor has one that was killed left a script. */
export function journalFile(rsctmp: string): string {
  return `${rsctmp}/runner.journal`;
}

export class Journal {
  readonly #path: string;
  readonly #boot = bootId();

  constructor(rsctmp: string) {
    this.#path = journalFile(rsctmp);
  }

  /** The entry of this boot; null without one, or when it cannot be understood. */
  read(): JournalEntry | null {
    try {
      const entry = JSON.parse(readFileSync(this.#path, 'utf8')) as JournalEntry & {
        readonly format: number;
        readonly boot: string;
      };
      return entry.format === FORMAT && entry.boot === this.#boot ? entry : null;
    } catch {
      return null;
    }
  }

  /** Replaces the entry in one step. Throws when the directory cannot be written. */
  write(entry: JournalEntry): void {
    const text = JSON.stringify({ format: FORMAT, boot: this.#boot, ...entry });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/** The process of the noted script if it still runs; null when it has ended. */
export function stillRunning(note: ScriptNote): ProcessIdentity | null {
  if (note.process === null) return findLeader(`${TOKEN_VARIABLE}=${note.token}`);
  return isGone(note.process) ? null : note.process;
}
