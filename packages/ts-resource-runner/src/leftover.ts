/** A script that an earlier runner started and that still runs: not our child, so it is watched. */
import { signalGroup } from '@ts-heartbeat/platform/child';
import { type ScriptNote, stillRunning } from './journal.js';
import { GRACE_MS } from './script.js';

/** How often it is looked at: a tenth of a short script's time. */
const LOOK_MS = 50;

export class Leftover {
  readonly #note: ScriptNote;
  readonly #clock: () => number;
  #until: number;

  constructor(note: ScriptNote, clock: () => number) {
    this.#note = note;
    this.#clock = clock;
    this.#until = note.until;
  }

  /** Its pid; null when it has ended. */
  get pid(): number | null {
    return stillRunning(this.#note)?.pid ?? null;
  }

  /** Ends it as at its deadline. */
  cut(): void {
    this.#until = Math.min(this.#until, this.#clock());
  }

  /** Settles when it has ended, at the latest a grace time after its deadline. */
  async ended(): Promise<void> {
    for (let { pid } = this; pid !== null; { pid } = this) {
      const over = this.#clock() - this.#until;
      if (over >= 0) signalGroup(pid, over < GRACE_MS ? 'SIGTERM' : 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
