/** What the director knows between two events. */
import type { CheckSpec } from '../checks/check.js';
import type { Configuration, DaemonStatus, Real, Virtual } from '../config/config.js';
import type { Change } from '../ipvs/change.js';
import type { DestinationId } from '../ipvs/table.js';
import type { Row } from './row.js';
import type { Schedule } from './schedule.js';

export interface RealState {
  readonly real: Real;
  /** Where the kernel holds it, and the key of that place. */
  readonly place: DestinationId;
  readonly key: string;
  /** `unchecked` gets no weight, but is not taken out either. */
  readonly status: 'unchecked' | 'up' | 'down';
  /** Failures since the last success. */
  readonly failures: number;
  /** Taken out by an operator: checks do not count. Its status is `down`. */
  readonly held: boolean;
}

export interface VirtualState {
  readonly virtual: Virtual;
  /** Its `serviceKey`. */
  readonly key: string;
  /** In file order; a real that stands twice in the file stands here once. */
  readonly reals: readonly RealState[];
  /** What the fallback command was last told. */
  readonly told?: 'start' | 'stop';
}

/** One check, for all the reals that it speaks for. */
export interface CheckState {
  /** Equal for checks that ask the same of the same server. */
  readonly identity: string;
  readonly spec: CheckSpec;
  /** Of a combined check: what is done `connects` times after each success of `spec`. */
  readonly between?: { readonly spec: CheckSpec; readonly times: number };
  readonly intervalMs: number;
  /** Indexes into `virtuals` and their `reals`. */
  readonly members: readonly { readonly virtual: number; readonly real: number }[];
  /** How many connects are left until the next negotiate. */
  readonly betweenLeft: number;
  readonly running?: {
    readonly run: number;
    readonly since: number;
    readonly between: boolean;
    readonly longest: number;
    /** When it was found to have no answer, long after that. */
    readonly overdueSince?: number;
  };
  /** It has had a result under this configuration. */
  readonly answered: boolean;
  /** Why it cannot be made at all, as last logged. */
  readonly impossible?: string;
}

/** A line of the log that is due once the change it belongs to is made. */
export interface Report {
  readonly text: string;
  /** Who is to be told by mail; absent: nobody. */
  readonly mail?: { readonly virtual: string; readonly server: string; readonly down: boolean };
}

export interface Planned {
  readonly change: Change;
  readonly reports: readonly Report[];
  /** What to look at again should the change fail: a virtual, or one destination of it. */
  readonly concerns: { readonly virtual: Virtual; readonly destination?: string };
}

/** What of a virtual is to be compared with the table: destinations by key, or all there is. */
export type Touched = ReadonlySet<string> | 'all';

/** Something in the table that is not as we left it, look after look. */
export interface Sighting {
  /** When it was first seen, or was last put back. */
  readonly since: number;
  /** How often it was put back to no avail. */
  readonly putBack: number;
}

/** The dealings with the kernel's table: one read or one batch at a time. */
export interface Work {
  readonly doing: 'nothing' | 'reading' | 'changing';
  /** The read under way is for `adopt`, and sees everything. */
  readonly whole: boolean;
  /** The table decides what of the unchecked reals is in service (after a start or reload). */
  readonly adopt: boolean;
  /** By the virtual's key. */
  readonly touched: ReadonlyMap<string, Touched>;
  /** Virtuals of an older configuration that are to go. */
  readonly removed: readonly Virtual[];
  /** What was handed out with the last `change`. */
  readonly planned: readonly Planned[];
  /** When to try again what failed. */
  readonly retryAt?: number;
  /** Failures that were logged and are not mended yet. */
  readonly refused: ReadonlySet<string>;
  /** Until when news are gathered: the table was read a moment ago. */
  readonly gatherUntil?: number;
  /** When the table is looked at though nothing has happened. */
  readonly lookAt?: number;
  /** What others have changed: by the virtual's key, and in it by the destination's or `SERVICE`. */
  readonly seen: ReadonlyMap<string, ReadonlyMap<string, Sighting>>;
}

export interface DirectorState {
  /**
   * `adopting`: the table has not been read yet, so what runs is not known and nothing is checked.
   * `leaving`: the last changes have been asked for.
   */
  readonly life: 'idle' | 'adopting' | 'running' | 'stopping' | 'leaving' | 'stopped';
  /** What notices say of the daemon: reloading and starting last until every check has answered. */
  readonly status: DaemonStatus;
  readonly configuration?: Configuration;
  readonly virtuals: readonly VirtualState[];
  readonly checks: Row<CheckState>;
  readonly schedule: Schedule;
  readonly work: Work;
  readonly nextRun: number;
}
