/**
 * `auto_failback legacy`: nobody negotiates. A node asks for its own groups when it starts, gives
 * a group to its home node when that asks, and takes the groups of a node that is gone.
 */
import type { JobOutcome } from '../job.js';
import type { Peer, State } from '../state.js';
import type { Turn } from '../turn.js';
import { HOLDS, hold, noteFirstAcquisition, RESUMED, tellAcquired } from './ownership.js';
import { noteStarts } from './trouble.js';

/** True when ha.cf says `auto_failback legacy`, or nothing about it. */
export function isLegacy(state: Pick<State, 'settings'>): boolean {
  return state.settings.autoFailback === 'legacy';
}

/**
 * Communication is up, or a node is gone: our own groups shall run here. Asks when another node is
 * at work, takes them when none is (`req_our_resources`, heartbeat 3.0.6). Who is at work is
 * judged by its statuses: any other sign may come from a node that is not there yet.
 */
export function askForOwn(turn: Turn): void {
  const { jobs } = turn.state.resources;
  if (jobs.some(({ purpose }) => purpose.kind === 'acquire' || purpose.kind === 'find')) return;
  if (somebodyElseMayHold(turn)) {
    turn.job({ kind: 'findIdle' }, { kind: 'find' });
    return;
  }
  turn.state.resources.asked = [];
  hold(turn, 'local');
  turn.job({ kind: 'acquireOwn' }, { kind: 'acquire', reason: 'req_our_resources', every: false });
}

/** A node that still waits for others may nevertheless run what one that was gone has left to it. */
function somebodyElseMayHold(turn: Turn): boolean {
  return turn
    .livingOthers()
    .some(({ status, capabilities }) => status === 'active' || capabilities.includes(HOLDS));
}

/** These groups of ours do not run here: asks the other nodes for them, one by one. */
export function onIdleFound(turn: Turn, keys: readonly string[]): void {
  const { ending, resources } = turn.state;
  tellAcquired(turn, keys.length > 0 || resources.keys.local.length > 0);
  if (ending.phase !== 'no' && ending.phase !== 'wanted') return;
  if (!somebodyElseMayHold(turn)) {
    askForOwn(turn);
    return;
  }
  resources.asked = keys;
  for (const key of keys) turn.send({ t: 'ip-request', ipaddr: key });
}

/**
 * A node whose answer we wait for has begun a new life and knows nothing of our request: asks
 * again. (The genuine program does not, and stays without its group.)
 */
export function onPeerActive(turn: Turn): void {
  if (isLegacy(turn.state) && turn.state.resources.asked.length > 0) askForOwn(turn);
}

/** Our own groups run, those that could be started. */
export function onOwnTaken(turn: Turn, outcome: JobOutcome, reason: string): void {
  const { resources } = turn.state;
  tellAcquired(turn, outcome.groups.length > 0 || resources.keys.local.length > 0);
  noteKeys(turn, 'local', outcome);
  noteStarts(turn, outcome, { share: 'local', every: false });
  noteFirstAcquisition(turn, reason);
}

/** The groups of a node that is gone run here. */
export function onForeignTaken(turn: Turn, outcome: JobOutcome): void {
  noteKeys(turn, 'foreign', outcome);
  noteStarts(turn, outcome, { share: 'foreign', every: false });
  noteFirstAcquisition(turn, 'status');
}

/**
 * Notes what a job has started, unless that share was given up again while it ran. It was marked as
 * ours when the job was given; the mark goes when there was nothing to start.
 */
export function noteKeys(turn: Turn, share: 'local' | 'foreign', outcome: JobOutcome): void {
  const { resources } = turn.state;
  if (!resources.mine[share]) return;
  const started = outcome.groups.filter((key) => !outcome.failed.includes(key));
  const keys = [...new Set([...resources.keys[share], ...started])];
  resources.keys = { ...resources.keys, [share]: keys };
  resources.mine[share] = keys.length > 0 || isBeingTaken(turn, share);
}

/** True while a job that starts groups of that share is still to be done. */
function isBeingTaken(turn: Turn, share: 'local' | 'foreign'): boolean {
  const { jobs } = turn.state.resources;
  return jobs.some(({ purpose }) => STARTS[share].includes(purpose.kind));
}

/** What the jobs that start groups of a share are for. */
const STARTS = {
  local: ['acquire', 'request', 'retry', 'moved'],
  foreign: ['takeover', 'retry', 'moved'],
};

/** A group of another node no longer runs here. */
export function forgetKey(turn: Turn, key: string): void {
  const { resources } = turn.state;
  const foreign = resources.keys.foreign.filter((other) => other !== key && other !== RESUMED);
  resources.keys = { ...resources.keys, foreign };
  resources.mine.foreign = foreign.length > 0 || isBeingTaken(turn, 'foreign');
}

/** True when the death of a node leaves groups to be taken: it never says what it holds. */
export function mayHold(state: Pick<State, 'settings' | 'resources'>, peer: Peer): boolean {
  const { other } = state.resources;
  return isLegacy(state) ? !peer.gaveUp : other.local || other.foreign;
}
