/**
 * `auto_failback legacy`: nobody negotiates. A node asks for its own groups when it starts, gives
 * a group to its home node when that asks, and takes the groups of a node that is gone.
 */
import type { JobOutcome } from '../job.js';
import type { Peer, State } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { HOLDS, hold, letGo, noteFirstAcquisition, RESUMED, tellAcquired } from './ownership.js';
import { requestGroup } from './request.js';
import { noteStarts } from './trouble.js';

/** A genuine node in a new life has asked for its groups by then, unless a status takes longer. */
const UNASKED_PAUSE: Millis = 2000;

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

/**
 * A node that is up and still waits for others may run what one that was gone has left to it, or
 * what it held before a reload: our kind says so, a genuine one is asked (it answers at once, and
 * asks nobody itself).
 */
function somebodyElseMayHold(turn: Turn): boolean {
  return turn.livingOthers().some(({ status, capabilities }) => {
    if (status === 'active' || capabilities.includes(HOLDS)) return true;
    return status === 'up' && !capabilities.includes('settle');
  });
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
  for (const key of keys) requestGroup(turn, key);
}

/**
 * Our life has found our own groups running. A genuine node may have taken us for dead meanwhile
 * and run them too: it has seen our new life, so that nobody returns from a partition, and in this
 * mode it does not say what it holds. It is asked for them as if they did not run here.
 */
export function reclaimOwn(turn: Turn): void {
  const found = turn.state.resources.keys.local.includes(RESUMED);
  const genuine = turn.livingOthers().some((peer) => !peer.capabilities.includes('heal'));
  if (found && genuine) askForWhatRuns(turn);
}

/**
 * A genuine node is at work and we are: what runs here of our own it may run too, having taken us
 * for dead in a life before, and a reload leaves that running; what runs here of its own likewise.
 * It says nothing of either, but gives up what it is asked for, and asks for what it lacks.
 */
export function shareWithGenuine(turn: Turn): void {
  if (turn.state.resources.mine.local) askForWhatRuns(turn);
  awaitRequests(turn);
}

function askForWhatRuns(turn: Turn): void {
  turn.job({ kind: 'announce', share: 'local' }, { kind: 'reclaim' });
}

/**
 * A genuine node has acknowledged nothing yet of our life, nor answered: it may not hear us, and
 * will not ask for what it missed. It is asked once more for what it may run beside us; for what
 * does not run here only when it hears us, and once: a hung script there would be followed by one
 * answer after the other.
 */
export function reclaimUnheard(turn: Turn): void {
  const { ending, resources } = turn.state;
  const { asked, reclaimed, unheard } = resources;
  if (asked.length + reclaimed.length === 0 || ending.phase !== 'no') return;
  const deaf = ({ status, capabilities, acked }: Peer): boolean =>
    status === 'active' && !capabilities.includes('heal') && acked === undefined;
  resources.unheard = turn.livingOthers().some(deaf);
  const again = resources.unheard ? reclaimed : unheard ? asked : [];
  for (const key of again) requestGroup(turn, key);
}

/**
 * Our life has found groups of a genuine node running that is at work: it may run them too, or have
 * asked for them between our lives, in vain. They are stopped, and are its to take.
 */
export function returnForeign(turn: Turn): void {
  if (!turn.state.resources.keys.foreign.includes(RESUMED)) return;
  const to = onlyGenuine(turn);
  if (to !== undefined) giveBack(turn, to);
}

/** The other node of two, where it is a genuine one at work. */
function onlyGenuine(turn: Turn): string | undefined {
  const [peer, another] = turn.others();
  if (peer?.status !== 'active' || another !== undefined) return undefined;
  return peer.capabilities.includes('heal') ? undefined : peer.name;
}

function giveBack(turn: Turn, to: string): void {
  letGo(turn, 'foreign');
  turn.job({ kind: 'standbyRelease', share: 'foreign' }, { kind: 'return', to });
}

/**
 * A genuine node is at work in a new life. It asks at once for those of its groups that do not run
 * there, and for no other (`req_resource`, heartbeat 3.0.6): what we took over and it has left
 * running through a reload both would go on with.
 */
function awaitRequests(turn: Turn): void {
  const { resources } = turn.state;
  // What an interrupted life has left half done is stopped with the rest.
  const { how = 'find' } = resources.redo.foreign ?? {};
  if (!resources.mine.foreign || how !== 'find') return;
  const at = turn.now.at + UNASKED_PAUSE;
  resources.redo = { ...resources.redo, foreign: { at, how: 'return' } };
}

/** What it has not asked for goes back to it; it looks first whether it runs there. */
export function returnUnasked(turn: Turn): void {
  const to = onlyGenuine(turn);
  if (to === undefined) return;
  turn.log('warn', `${to} has not asked for groups of its own that run here: it may run them too`);
  giveBack(turn, to);
}

/** What could be stopped is the other node's, which looks first whether it runs there. */
export function onForeignReturned(turn: Turn, to: string, outcome: JobOutcome): void {
  const { groups, failed, stuck = [] } = outcome;
  const stays = (key: string): boolean => failed.includes(key) || stuck.includes(key);
  const kept = [...new Set([...groups, ...failed, ...stuck])].filter(stays);
  if (kept.length > 0) {
    turn.log('crit', `${kept.join(' ')} could not be stopped: it cannot go back to ${to}`);
    hold(turn, 'foreign');
    const { keys } = turn.state.resources;
    turn.state.resources.keys = { ...keys, foreign: [...keys.foreign, ...kept] };
  }
  for (const key of groups.filter((key) => !stays(key))) {
    turn.send({ t: 'ip-request-resp', dest: to, ipaddr: key, weown: 'yes', ok: 'OK' });
  }
}

/** These groups of ours run here, and have just said where they are. */
export function onOwnAnnounced(turn: Turn, keys: readonly string[]): void {
  const { ending, resources } = turn.state;
  if (ending.phase !== 'no') return;
  resources.reclaimed = keys;
  for (const key of keys) requestGroup(turn, key);
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
