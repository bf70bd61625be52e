/** Places for programs of checks: how many of them may run at once, and which. */

/**
 * Programs at once. A check has one at a time, so that a configuration could ask for thousands;
 * the machine is there to forward packets. Perl takes some 10 MiB.
 */
const PROGRAMS_MAX = 64;
/** Those that ran out of time lately take no more places than this: the others go on. */
const HANGING_MAX = 32;
/** More names than any configuration has; those of earlier ones are forgotten then. */
const HUNG_MAX = 10_000;

/** A place that is taken. */
export interface ProgramPlace {
  /** The program is gone, with or without having run out of time. */
  leave(hung: boolean): void;
}

interface Waiting {
  readonly name: string;
  readonly begin: (place: ProgramPlace | undefined) => void;
}

export class ProgramPlaces {
  readonly #waiting = new Set<Waiting>();
  /** Names of those that ran out of time when they last ran. */
  readonly #hung = new Set<string>();
  #taken = 0;
  #takenByHanging = 0;
  #turn: NodeJS.Immediate | undefined;

  /**
   * Waits for a place; undefined when the signal is aborted before.
   *
   * @param name of the program with its arguments: what ran out of time under it waits for its like
   */
  take(name: string, signal: AbortSignal): Promise<ProgramPlace | undefined> {
    return new Promise((resolve) => {
      const giveUp = (): void => waiting.begin(undefined);
      const waiting: Waiting = {
        name,
        begin: (place) => {
          this.#waiting.delete(waiting);
          signal.removeEventListener('abort', giveUp);
          resolve(place);
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      this.#nextTurn();
    });
  }

  /** One program a turn of the event loop: starting one takes a millisecond or more. */
  #nextTurn(): void {
    if (this.#turn !== undefined || this.#waiting.size === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#beginOne()) this.#nextTurn();
    });
  }

  #beginOne(): boolean {
    if (this.#taken >= PROGRAMS_MAX) return false;
    for (const waiting of this.#waiting) {
      const hanging = this.#hung.has(waiting.name);
      if (hanging && this.#takenByHanging >= HANGING_MAX) continue;
      this.#taken += 1;
      if (hanging) this.#takenByHanging += 1;
      waiting.begin({ leave: (hung) => this.#leave(waiting.name, hanging, hung) });
      return true;
    }
    return false;
  }

  #leave(name: string, hanging: boolean, hung: boolean): void {
    this.#taken -= 1;
    if (hanging) this.#takenByHanging -= 1;
    if (this.#hung.size >= HUNG_MAX) this.#hung.clear();
    if (hung) this.#hung.add(name);
    else this.#hung.delete(name);
    this.#nextTurn();
  }
}
