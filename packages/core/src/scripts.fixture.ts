/** An imagined haresources file and a resource runner for it, for tests of whole nodes. */
import type { Job, JobOutcome } from './job.js';

export interface Group {
  readonly node: string;
  readonly key: string;
}

/** What haresources lists where a test says nothing else: each node has one group. */
export const GROUPS: readonly Group[] = [
  { node: 'loadbalancer', key: 'lvs' },
  { node: 'backup', key: 'mail' },
];

/** The groups of one machine, and what is wrong with them. */
export interface Machine {
  readonly name: string;
  readonly groups: readonly Group[];
  /** Keys of the groups that run. */
  readonly running: Set<string>;
  /** Keys of groups that cannot be started, or cannot be stopped. */
  readonly failing: { readonly start: Set<string>; readonly stop: Set<string> };
}

/** Does what the resource runner does. */
export function performJob(machine: Machine, job: Job): JobOutcome {
  const { name, groups, running, failing } = machine;
  const meant = keysOf(name, groups, job).filter((key) => {
    if (job.kind === 'acquireOwn' || job.kind === 'findIdle') return !running.has(key);
    return job.kind === 'giveGroup' || job.kind === 'announce' ? running.has(key) : true;
  });
  const stops = ['standbyRelease', 'releaseAll', 'giveGroup'].includes(job.kind);
  const starts = !stops && job.kind !== 'findIdle' && job.kind !== 'announce';
  const failed: string[] = [];
  const stuck: string[] = [];
  for (const key of meant) {
    if (stops && running.has(key) && failing.stop.has(key)) {
      failed.push(key);
      stuck.push(key);
    } else if (stops) running.delete(key);
    else if (starts && !running.has(key) && failing.start.has(key)) failed.push(key);
    else if (starts) running.add(key);
  }
  const local = meant.filter((key) => groups.some((g) => g.key === key && g.node === name));
  return { ok: failed.length === 0, failed, groups: meant, stuck, local };
}

/** A job whose scripts fail and change nothing. */
export function failJob({ name, groups }: Machine, job: Job): JobOutcome {
  const keys = keysOf(name, groups, job);
  return { ok: false, failed: keys, groups: keys };
}

/** The groups that a job is about. */
function keysOf(name: string, groups: readonly Group[], job: Job): string[] {
  const meant = groups.filter(({ node, key }) => {
    if ('key' in job) return key === job.key;
    if ('except' in job && job.except?.includes(key) === true) return false;
    if (job.kind === 'takeOver') return node === job.node;
    const share = 'share' in job ? job.share : job.kind === 'releaseAll' ? 'all' : 'local';
    return share === 'all' || (node === name) === (share === 'local');
  });
  return meant.map(({ key }) => key);
}

/** A job in a few words. */
export function jobText(job: Job): string {
  if (job.kind === 'takeOver') return `${job.kind} ${job.node}`;
  if ('share' in job) return `${job.kind} ${job.share}`;
  return 'key' in job ? `${job.kind} ${job.key}` : job.kind;
}
