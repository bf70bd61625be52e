/** What the plan knows: the jobs waiting, the one in hand, and what this machine holds. */
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Millis } from '@ts-heartbeat/core/time';
import type { Task } from './expand.js';
import type { Group, HeldGroup, Resource } from './group.js';

/** What happens when a resource still runs after every attempt to stop it. */
export type StopPolicy = 'reboot' | 'fence' | 'stay';

export interface PlanSettings {
  /** How long a start or stop script may take. */
  readonly deadline: Millis;
  /** How long a status script may take; it is judged by what it has printed until then. */
  readonly statusDeadline: Millis;
  readonly stopPolicy: StopPolicy;
}

export interface JobRequest {
  /** Negative: nobody waits for the outcome any more. */
  readonly id: number;
  readonly job: Job;
  /** All HA_ variables of the job; `HA_STOPRETRYMAX` and `HA_NICEFAILBACK` are read here too. */
  readonly environment: Readonly<Record<string, string>>;
}

export type Verb = 'status' | 'start' | 'stop';

interface At {
  readonly group: Group;
  readonly index: number;
}

interface Attempts extends At {
  /** Stops done so far that did not succeed. */
  readonly attempts: number;
  /** Those of them that were ended by the deadline. */
  readonly hung: number;
}

/** What the plan waits for. Everything needed to go on after a restart of the runner is in it. */
export type Step =
  /** haresources is being read. */
  | { readonly at: 'read' }
  /** The lock of the task's group. */
  | { readonly at: 'lock'; readonly task: GroupTask }
  /** The lock again, after a restart; then on with `next`. */
  | { readonly at: 'relock'; readonly next: GroupStep }
  /** One address is being announced again; the group need not be locked for that. */
  | (At & { readonly at: 'announce' })
  | GroupStep;

export type GroupStep =
  /** Status of a resource, the first if none is named: it decides whether there is anything to do. */
  | { readonly at: 'probe'; readonly task: GroupTask; readonly index?: number }
  | { readonly at: 'hook'; readonly group: Group }
  /** Status before a start. */
  | (At & { readonly at: 'ask' })
  | (At & { readonly at: 'start' })
  | (Attempts & { readonly at: 'stop' })
  | (Attempts & { readonly at: 'pause' })
  /** Status after the last stop that did not succeed. */
  | (At & { readonly at: 'judge' });

/** What is done under the lock of its group. */
export type GroupTask = Exclude<Task, { readonly do: 'say' | 'announce' }>;

export interface Work {
  /** Null for the release of everything after ts-heartbeat has gone for good. */
  readonly request: JobRequest | null;
  readonly todo: readonly Task[];
  readonly step: Step;
  /** Keys, as in `JobOutcome`. */
  readonly failed: readonly string[];
  readonly groups: readonly string[];
  /** Keys of groups of which a resource could not be stopped. */
  readonly stuck: readonly string[];
  /** Keys of the groups that are at home here. */
  readonly local: readonly string[];
}

export interface PlanState {
  readonly settings: PlanSettings;
  /** Lower case; empty until ts-heartbeat has said hello. */
  readonly localNode: string;
  /** In the order in which they were taken. */
  readonly held: readonly HeldGroup[];
  readonly queue: readonly JobRequest[];
  readonly work: Work | null;
  /** The last jobs done, oldest first, for the one who asks again. */
  readonly done: readonly { readonly id: number; readonly outcome: JobOutcome }[];
  /** ts-heartbeat has gone for good: release what is held, then end. */
  readonly orphaned: boolean;
}

export type PlanEvent =
  /** ts-heartbeat is there. With `fresh` it counts its jobs anew: forget the ids of before. */
  | { readonly kind: 'hello'; readonly localNode: string; readonly fresh: boolean }
  | { readonly kind: 'job'; readonly request: JobRequest }
  | { readonly kind: 'groups'; readonly groups: readonly Group[] }
  | { readonly kind: 'locked'; readonly ok: boolean }
  /** The script or hook has ended: `rc` as a shell gives it (128 + signal), `output` on status. */
  | {
      readonly kind: 'ended';
      readonly rc: number;
      readonly output: string;
      /** The deadline ended it. */
      readonly late: boolean;
    }
  | { readonly kind: 'waited' }
  /** This runner took over from one that was killed; the script it ran, if any, has ended. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'orphaned' };

export type PlanEffect =
  /** Read haresources and find the scripts; answered by `groups`. */
  | { readonly kind: 'read' }
  /** Keep every other runner and ResourceManager off this group; answered by `locked`. */
  | { readonly kind: 'lock'; readonly key: string }
  | { readonly kind: 'unlock'; readonly key: string }
  /** Answered by `ended`. `status` output is wanted, that of the others goes to the debug file. */
  | {
      readonly kind: 'run';
      readonly group: Group;
      readonly resource: Resource;
      readonly verb: Verb;
      readonly deadline: Millis;
    }
  /** Run that file of rc.d if it is executable; answered by `ended`. */
  | { readonly kind: 'hook'; readonly name: string; readonly deadline: Millis }
  /** Log what harc says before the script of that message type. */
  | { readonly kind: 'harc'; readonly type: string }
  /** Announce the address of that resource again; answered by `ended`. */
  | { readonly kind: 'announce'; readonly resource: Resource; readonly deadline: Millis }
  | { readonly kind: 'wait'; readonly for: Millis }
  /** End the running script now, as if its deadline had come. */
  | { readonly kind: 'cut' }
  /** A resource cannot be stopped. What the policy asks for is done; the plan goes on meanwhile. */
  | { readonly kind: 'stuck'; readonly policy: StopPolicy; readonly word: string }
  | { readonly kind: 'done'; readonly id: number; readonly outcome: JobOutcome }
  /** Everything is released after `orphaned`. */
  | { readonly kind: 'released' }
  /** Log a line; `tag` is the script it is logged under, ResourceManager if absent. */
  | ({ readonly kind: 'log'; readonly tag?: string } & LogLine);
