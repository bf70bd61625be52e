/** Reads what ts-heartbeat says: whatever comes, a request or nothing. */
import type { Job, Share } from '@ts-heartbeat/core/job';
import type { Request } from './protocol.js';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShare(value: unknown): value is Share {
  return value === 'local' || value === 'foreign' || value === 'all';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** JSON can say 1e999, which the journal could not keep. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** No name or value may hold what an environment cannot: NUL, or `=` in a name. */
function decodeEnvironment(value: unknown): Readonly<Record<string, string>> | null {
  if (!isFields(value)) return null;
  const variables: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string' || text.includes('\0')) return null;
    if (!/^[^=\0]+$/.test(name)) return null;
    variables[name] = text;
  }
  return variables;
}

function decodeJob(value: unknown): Job | null {
  if (!isFields(value)) return null;
  const { kind, node, share, key, except } = value;
  switch (kind) {
    case 'acquireOwn':
    case 'releaseAll':
      return { kind };
    case 'findIdle':
      if (share === undefined) return { kind };
      return share === 'foreign' ? { kind, share } : null;
    case 'takeOver':
      return typeof node === 'string' ? { kind, node } : null;
    case 'standbyRelease':
    case 'announce':
      return isShare(share) ? { kind, share } : null;
    case 'standbyAcquire':
      if (!isShare(share)) return null;
      if (except === undefined) return { kind, share };
      return isTexts(except) ? { kind, share, except } : null;
    case 'takeGroup':
    case 'giveGroup':
      return typeof key === 'string' ? { kind, key } : null;
    default:
      return null;
  }
}

function decodeHello(value: Fields): Request | null {
  const { localNode, orphanedAfter, life } = value;
  const environment = decodeEnvironment(value.environment);
  if (typeof localNode !== 'string' || !isTime(orphanedAfter)) return null;
  if (environment === null || (life !== undefined && typeof life !== 'string')) return null;
  return {
    op: 'hello',
    localNode,
    environment,
    orphanedAfter,
    ...(life === undefined ? {} : { life }),
  };
}

/** The request in a JSON value; null for anything that is none. */
export function decodeRequest(value: unknown): Request | null {
  if (!isFields(value)) return null;
  switch (value.op) {
    case 'hello':
      return decodeHello(value);
    case 'job': {
      const job = decodeJob(value.job);
      const environment = decodeEnvironment(value.environment);
      const { id } = value;
      if (job === null || environment === null) return null;
      if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return null;
      return { op: 'job', id, job, environment };
    }
    case 'held':
    case 'bye':
      return { op: value.op };
    default:
      return null;
  }
}
