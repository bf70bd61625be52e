/** What a job has come to so far. */
import type { Group } from './group.js';
import type { GroupTask, JobRequest, Work } from './state.js';

/** HA_STOPRETRYMAX where it is not set, as in ResourceManager. */
const STOP_RETRIES = 10;

/** The group is one of those that the job acts on. */
export function actingOn(work: Work, group: Group): Work {
  return work.groups.includes(group.key) ? work : { ...work, groups: [...work.groups, group.key] };
}

/** A start or stop of the group has failed. */
export function failing(work: Work, group: Group): Work {
  return work.failed.includes(group.key) ? work : { ...work, failed: [...work.failed, group.key] };
}

/** The group may still run although it was to be stopped: nobody else may start it. */
export function sticking(work: Work, group: Group): Work {
  return work.stuck.includes(group.key) ? work : { ...work, stuck: [...work.stuck, group.key] };
}

/** True for a task that stops a group. */
export function isRelease({ do: what }: GroupTask): boolean {
  return what === 'release' || what === 'releaseIfOwned';
}

/** How often a stop that fails is tried again; 0 for ever. */
export function stopRetries(request: JobRequest | null): number {
  const text = request?.environment.HA_STOPRETRYMAX ?? '';
  return /^\s*-?\d+\s*$/.test(text) ? Number(text) : STOP_RETRIES;
}
