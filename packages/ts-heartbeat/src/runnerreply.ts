/** Reads what the resource runner says. */
import type { JobOutcome } from '@ts-heartbeat/core/job';
import type { Severity } from '@ts-heartbeat/core/log';
import type { Reply } from 'ts-resource-runner/protocol';

/** The replies that the daemon acts upon; what scripts do is for those who watch. */
export type RunnerReply = Extract<Reply, { op: 'ready' | 'held' | 'done' | 'log' }>;

const SEVERITIES: readonly string[] = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
] satisfies readonly Severity[];

/** Undefined for anything that is not such a reply. Never throws. */
export function decodeReply(value: unknown): RunnerReply | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const reply = value as Readonly<Record<string, unknown>>;
  switch (reply.op) {
    case 'ready':
      return isCount(reply.pid) ? { op: 'ready', pid: reply.pid } : undefined;
    case 'held': {
      const { local, foreign, takenOver } = reply;
      if (!isTexts(local) || !isTexts(foreign)) return undefined;
      return { op: 'held', local, foreign, ...(takenOver === true ? { takenOver } : {}) };
    }
    case 'done': {
      const { id } = reply;
      const outcome = decodeOutcome(reply.outcome);
      return isCount(id) && outcome !== undefined ? { op: 'done', id, outcome } : undefined;
    }
    case 'log': {
      const { severity, text, tag } = reply;
      if (!isSeverity(severity) || typeof text !== 'string') return undefined;
      return { op: 'log', severity, text, ...(typeof tag === 'string' ? { tag } : {}) };
    }
    default:
      return undefined;
  }
}

function decodeOutcome(value: unknown): JobOutcome | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { ok, failed, groups, stuck, local } = value as Readonly<Record<string, unknown>>;
  if (typeof ok !== 'boolean' || !isTexts(failed) || !isTexts(groups)) return undefined;
  if (!(stuck === undefined || isTexts(stuck)) || !(local === undefined || isTexts(local))) {
    return undefined;
  }
  return {
    ok,
    failed,
    groups,
    ...(stuck === undefined ? {} : { stuck }),
    ...(local === undefined ? {} : { local }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isSeverity(value: unknown): value is Severity {
  return typeof value === 'string' && SEVERITIES.includes(value);
}
