/**
 * What ts-heartbeat and the resource runner say to each other: one JSON object a line over a Unix
 * socket that the runner listens on. Jobs are done one after the other in the order received.
 *
 * What an operator may set reaches the runner on its command line, because a runner that is
 * restarted may have to act before anybody connects: `--deadline`, `--stop-policy`,
 * `--reboot-command`, `--fence-command` (see bin/runner.ts). `HA_STOPRETRYMAX` comes as an ordinary
 * variable in `environment`, as the genuine ResourceManager reads it.
 */
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { LogLine } from '@ts-heartbeat/core/log';

export interface Hello {
  readonly op: 'hello';
  /** Lower case name of this node. */
  readonly localNode: string;
  /** HA_<name> variables common to all scripts. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * How long the runner keeps what it holds after this connection breaks without `bye`, in
   * milliseconds. After that it releases everything and ends, before the peer takes over.
   */
  readonly orphanedAfter: number;
  /**
   * A text that differs from one run of ts-heartbeat to the next. The same life may ask again for
   * a job it has asked for before; another life counts its jobs anew. Absent: every connection is
   * another life, except the first one to a restarted runner.
   */
  readonly life?: string;
}

/** ts-heartbeat to runner. */
export type Request =
  /** First line of every connection. */
  | Hello
  /** Asking for a job id that is running or was just done does not run it again. */
  | {
      readonly op: 'job';
      readonly id: number;
      readonly job: Job;
      readonly environment: Readonly<Record<string, string>>;
    }
  /** Which groups does this machine hold? Answered by `held`, from the runner's own record. */
  | { readonly op: 'held' }
  /** Orderly end: what is held stays as it is, the runner ends when its jobs are done. */
  | { readonly op: 'bye' };

/** Runner to ts-heartbeat. */
export type Reply =
  | { readonly op: 'ready'; readonly pid: number }
  | {
      readonly op: 'held';
      /** Keys of groups; one whose start or stop is under way counts as held. */
      readonly local: readonly string[];
      readonly foreign: readonly string[];
      /** Some of the foreign ones were taken over from a node that was gone. Absent: none. */
      readonly takenOver?: true;
    }
  /** A script has begun or ended; `rc` is null while it runs or when it was ended by a signal. */
  | {
      readonly op: 'script';
      readonly phase: 'begin' | 'end';
      readonly group: string;
      readonly script: string;
      readonly args: readonly string[];
      readonly verb: string;
      readonly pid: number;
      readonly rc: number | null;
      readonly ms: number;
    }
  | { readonly op: 'done'; readonly id: number; readonly outcome: JobOutcome }
  /** A line to log; `tag` is the name the genuine scripts log it under. */
  | ({ readonly op: 'log'; readonly tag?: string } & LogLine);
