/** What a worker is asked to do, and what it tells. */

export interface Work {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  readonly milliseconds: number;
  /** The memory of a `CurrentInput`. */
  readonly memory: SharedArrayBuffer;
  /** A folder for files. */
  readonly scratch: string;
  /** Run this one and nothing else. */
  readonly only?: Uint8Array;
  /** What was learned on code with counters; absent where that is still to be done. */
  readonly learned?: Learned;
}

/** What new inputs are made of. */
export interface Learned {
  /** Inputs that were kept, distilled. */
  readonly corpus: readonly Uint8Array[];
  /** Short texts of the code. */
  readonly words: readonly string[];
}

export interface Done extends Learned {
  readonly kind: 'done';
  readonly inputs: number;
  /** Those of them that code with counters was given. */
  readonly explored: number;
  readonly seconds: number;
  /** Seconds of the processor. */
  readonly cpuSeconds: number;
  /** Counters that were raised, and how many there are in what was loaded. */
  readonly reached: number;
  readonly known: number;
  readonly heapGrowth: number;
  readonly slowestMs: number;
}

export interface Failed {
  readonly kind: 'failed';
  readonly what: string;
  readonly inputs: number;
  readonly input: Uint8Array;
  /** Smaller, and breaks the same thing; absent where it was not looked for. */
  readonly smallest?: Uint8Array;
}

/** Ended from outside before it was through. */
export interface Stopped {
  readonly kind: 'stopped';
  readonly inputs: number;
}

export type Told = Done | Failed | Stopped;
