/**
 * Jobs that came to nothing while they waited. Scripts that hang may hold up a job for half an
 * hour: what it was to start has been promised to the other node since, and may run there.
 */
import type { Job, Share } from '@ts-heartbeat/core/job';
import type { Task } from './expand.js';

/**
 * True when the second job, which came later, gives up all that the first is to start: it need not
 * start at all what would be stopped right after.
 */
export function isOvertaken(waiting: Job, later: Job): boolean {
  const starts = startedBy(waiting);
  const stops = stoppedBy(later);
  return starts !== undefined && (stops === 'all' || stops === starts);
}

/** What is left to do of a job in hand when a later one gives up some of what it is to start. */
export function withoutOvertakenTasks(
  todo: readonly Task[],
  later: Job,
  localNode: string,
): readonly Task[] {
  const stops = stoppedBy(later);
  if (stops === undefined) return todo;
  return todo.filter((task) => {
    if (task.do !== 'take') return true;
    return stops !== 'all' && (task.group.node === localNode) !== (stops === 'local');
  });
}

function startedBy(job: Job): Share | undefined {
  switch (job.kind) {
    case 'acquireOwn':
      return 'local';
    case 'takeOver':
      return 'foreign';
    case 'standbyAcquire':
      return job.share;
    default:
      return undefined;
  }
}

function stoppedBy(job: Job): Share | undefined {
  if (job.kind === 'releaseAll') return 'all';
  return job.kind === 'standbyRelease' ? job.share : undefined;
}
