/** What the part of the bench inside a box is asked for, and what it answers. */

export type Fault = 'refused' | 'blackholed';

/** A director that watches so many servers, and what is done to them. */
export interface WatchJob {
  readonly kind: 'watch';
  /** The ldirectord to run. */
  readonly program: string;
  /** Where the `node` is that it shall find first. */
  readonly nodeFolder: string;
  readonly reals: number;
  /** So many more servers are dead all the time: their packets are dropped. */
  readonly others: number;
  /** How often a server dies in which way. */
  readonly deaths: Readonly<Record<Fault, number>>;
  readonly seed: number;
  /** Watch what the director costs at rest, for so many seconds after as many to warm up. */
  readonly restSeconds?: number;
  /** Note its memory again and again until it has made so many checks. */
  readonly checks?: number;
}

/** One death and return of a server; instants in milliseconds of the machine's monotonic clock. */
export interface Death {
  readonly fault: Fault;
  readonly diedAt: number;
  /** Weight 0, or gone from the table; absent: never seen. */
  readonly noticedAt?: number;
  readonly returnedAt: number;
  readonly backAt?: number;
}

export interface Rest {
  /** Of one processor. */
  readonly cpuPercent: number;
  readonly checksPerSecond: number;
  readonly processes: number;
  /** Proportional share of memory: the median and the most of a look each second. */
  readonly pssMb: number;
  readonly pssMostMb: number;
  /** What of it comes from no file, the median. */
  readonly anonymousMb: number;
}

export interface Memory {
  /** Made so far. */
  readonly checks: number;
  /** The least since the note before: a heap breathes. */
  readonly pssMb: number;
}

export interface Watched {
  readonly deaths: readonly Death[];
  readonly rest?: Rest;
  readonly growth?: readonly Memory[];
}

/** How many checks a second one processor makes. */
export interface SpeedJob {
  readonly kind: 'speed';
  readonly check: 'http' | 'connect';
  readonly count: number;
  /** The best of so many rounds counts: what else runs on the machine only ever slows them. */
  readonly rounds: number;
  /** Options of Node.js. */
  readonly nodeOptions: readonly string[];
}

export interface Speed {
  /** By the clock, and by the processor time that was used. */
  readonly byClock: number;
  readonly byProcessorTime: number;
  /** What the server gives a client written in a few lines of Perl. */
  readonly ofServer: number;
}

export type Job = WatchJob | SpeedJob;
