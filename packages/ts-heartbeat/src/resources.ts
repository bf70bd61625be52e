/** The resources of this node, as the daemon sees them: jobs go out, outcomes come back. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Held, Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { Millis } from '@ts-heartbeat/core/time';
import { RESOURCE_TMP_DIRECTORY } from '@ts-heartbeat/platform/paths';
import { journalFile } from 'ts-resource-runner/journal';
import type { Leftover } from './leftover.js';
import { type HeldGroups, RunnerLink, type RunnerParts } from './runnerlink.js';

/** A runner is up by then, unless it cannot start at all. */
const WAKING_MAX: Millis = 2000;

const NOTHING: Found = { held: 'none', left: {} };

const JOURNAL = journalFile(RESOURCE_TMP_DIRECTORY);

export interface Found {
  readonly held: Held;
  readonly left: Leftover;
}

export interface Resources {
  open(): void;
  job(id: number, job: Job, environment: Readonly<Record<string, string>>): void;
  /** What runs here already, by the runner's word. */
  held(): Promise<Held>;
  /**
   * The same at a start that nobody has prepared, and what is to be known of it. Where it is
   * certain that nothing runs, nobody is waited for.
   */
  found(): Promise<Found>;
  /** Ends the conversation, with everything left as it is. */
  bye(): Promise<void>;
}

/** Resources that the resource runner starts and stops. */
export function managedResources(parts: RunnerParts): Resources {
  const link = new RunnerLink(parts);
  // Before a runner is woken, which makes both.
  const wasNothingLeft = !existsSync(parts.socket) && !existsSync(JOURNAL);
  return {
    open: () => link.open(),
    job: (id, job, environment) => link.job(id, job, environment),
    held: async () => heldOf(await link.held()),
    found: async () => (wasNothingLeft ? NOTHING : foundOf(await link.held())),
    bye: async () => {
      // A runner that is still starting would never hear that it is not wanted any more.
      if (wasNothingLeft) await Promise.race([link.held(), delay(WAKING_MAX, 0, { ref: false })]);
      await link.bye();
    },
  };
}

/** `heartbeat -M`: there is nothing to be done, and it is done at once. */
export function unmanagedResources(jobDone: (id: number, outcome: JobOutcome) => void): Resources {
  return {
    open: () => undefined,
    job: (id) => void setImmediate(() => jobDone(id, { ok: true, failed: [], groups: [] })),
    held: () => Promise.resolve('none'),
    found: () => Promise.resolve(NOTHING),
    bye: () => Promise.resolve(),
  };
}

/** What nobody handed over was cut short: it is still to be completed. */
function foundOf(groups: HeldGroups): Found {
  const held = heldOf(groups);
  if (held === 'none') return NOTHING;
  return { held, left: { incomplete: true, ...(groups.takenOver ? { failback: true } : {}) } };
}

function heldOf({ local, foreign }: HeldGroups): Held {
  if (local.length > 0) return foreign.length > 0 ? 'all' : 'local';
  return foreign.length > 0 ? 'foreign' : 'none';
}

/** The shortest time in which a daemon that has crashed is back. */
const RETURN_LEAST: Millis = 500;
/** What the stop scripts of a group of addresses and services need, and a late heartbeat. */
const RELEASE_TIME: Millis = 300;

/**
 * How long the runner keeps the resources of a daemon that is gone: long enough for the daemon to
 * be started again, short enough to have stopped them before the other node takes over. With a
 * deadtime that leaves no room for both, they are given up at once: a daemon that comes back then
 * finds them at the other node, which is better than on both.
 */
export function orphanedAfter(deadtime: Millis): Millis {
  const ample = Math.max(deadtime / 2, RETURN_LEAST);
  return Math.min(ample, Math.max(deadtime - RELEASE_TIME, 0) * 0.75);
}
