/** An imagined haresources file and a resource runner for it, for tests of whole nodes. */
import type { Job, JobOutcome } from './job.js';

/** What haresources lists: each node has one group. */
export const GROUPS = [
  { node: 'loadbalancer', key: 'lvs' },
  { node: 'backup', key: 'mail' },
];

/** Does what the resource runner does, with scripts that never fail, to the keys that run. */
export function performJob(name: string, running: Set<string>, job: Job): JobOutcome {
  const keys = keysOf(name, job).filter((key) => {
    if (job.kind === 'acquireOwn' || job.kind === 'findIdle') return !running.has(key);
    return job.kind === 'giveGroup' ? running.has(key) : true;
  });
  const stops = ['standbyRelease', 'releaseAll', 'giveGroup'].includes(job.kind);
  for (const key of keys) {
    if (stops) running.delete(key);
    else if (job.kind !== 'findIdle') running.add(key);
  }
  return { ok: true, failed: [], groups: keys };
}

/** A job whose scripts fail and change nothing. */
export function failJob(name: string, job: Job): JobOutcome {
  const keys = keysOf(name, job);
  return { ok: false, failed: keys, groups: keys };
}

/** The groups that a job is about. */
function keysOf(name: string, job: Job): string[] {
  const meant = GROUPS.filter(({ node, key }) => {
    if ('key' in job) return key === job.key;
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
