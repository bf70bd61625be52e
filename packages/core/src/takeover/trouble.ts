/**
 * Groups that are ours to see to and could not be started here: they go to the other node at once;
 * when that fails too they are tried again and again, with growing pauses, one node at a time.
 *
 * The genuine program leaves such a group down on both nodes, or gives it back after 30 seconds.
 */
import type { JobOutcome, Share } from '../job.js';
import { type Part, type Peer, type Purpose, seenFromOther, type Trouble } from '../state.js';
import type { Instant, Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { offerGroup } from './handover.js';
import { isLegacy, noteKeys } from './legacy.js';
import { busy, sayResources } from './negotiation.js';
import { hold } from './ownership.js';
import { requestGroup } from './request.js';

/** The first pause when no node could start a group: that of ResourceManager 3.0.6. */
const RETRY_FIRST: Millis = 30_000;
/** The longest: a fault that is mended is noticed within ten minutes. */
const RETRY_MAX: Millis = 600_000;
/** Something else is going on: look again after this. */
const BUSY_PAUSE: Millis = 1000;
/** A request for standby that came to nothing is made again after this: it may take ten seconds. */
const STANDBY_AGAIN: Millis = 15_000;
/** A node that does not say whether it gives a group up is asked again after this. */
const RECALL_AGAIN: Millis = 10_000;
/** A genuine node gives back what it could not start after 30 s, and says no word of why. */
const GIVEN_BACK_WITHIN: Millis = 120_000;
/** More groups than anybody has; beyond it a runner is broken. */
const TROUBLES_MAX = 100;

/** What a job was to start. */
export interface Attempt {
  readonly share: Share;
  /** The job was about every group of the share, so none of them runs that it did not start. */
  readonly every: boolean;
  /** The other node could not start them either; how often both have tried in vain. */
  readonly round?: number;
}

/** A job that starts groups has ended: what runs is no trouble any more, what does not is. */
export function noteStarts(turn: Turn, outcome: JobOutcome, attempt: Attempt): void {
  const { groups, failed, stuck = [] } = outcome;
  for (const key of groups) if (!failed.includes(key)) forget(turn, key);
  for (const part of ['local', 'foreign'] as const) {
    const ofPart = (key: string): boolean => partOf(key, attempt.share, outcome) === part;
    const lost = failed.filter(ofPart);
    if (lost.length === 0) continue;
    // What nobody could stop, or what somebody else works on, may be running here.
    const clean = (key: string): boolean => groups.includes(key) && !stuck.includes(key);
    const all = [...new Set([...groups, ...failed])].filter(ofPart);
    const none = attempt.every && all.every((key) => lost.includes(key) && clean(key));
    if (none && !isLeftToNext(turn, part)) turn.state.resources.mine[part] = false;
    for (const key of lost) fail(turn, key, part, clean(key), attempt.round);
  }
}

/** Jobs that may yet start the first group of a share that is marked as ours already. */
const STARTING: Readonly<Record<Part, readonly string[]>> = {
  local: ['acquire'],
  foreign: ['takeover'],
};

/**
 * Nothing of a share runs after a job, but another one for it waits: the share stays ours until
 * that has ended, which then knows that none of its groups is held.
 */
function isLeftToNext(turn: Turn, part: Part): boolean {
  const { resources } = turn.state;
  const next = resources.jobs.find(({ purpose }) => mayStart(purpose, part));
  if (next === undefined) return false;
  const { purpose } = next;
  if (purpose.kind === 'retry' && purpose.before) {
    const left = { ...next, purpose: { ...purpose, before: false } };
    resources.jobs = resources.jobs.map((job) => (job === next ? left : job));
  }
  return true;
}

function mayStart(purpose: Purpose, part: Part): boolean {
  if (purpose.kind === 'retry') return purpose.share === part;
  if (purpose.kind !== 'standbyAcquire') return STARTING[part].includes(purpose.kind);
  const share = seenFromOther(purpose.share);
  return share === 'all' || share === part;
}

/** To which share a group of a job belongs. */
export function partOf(key: string, share: Share, outcome: JobOutcome): Part {
  if (share !== 'all') return share;
  return outcome.local?.includes(key) === true ? 'local' : 'foreign';
}

function fail(turn: Turn, key: string, share: Part, clean: boolean, given?: number): void {
  const { resources } = turn.state;
  const { at } = turn.now;
  const failure = resources.failures.find((failure) => failure.key === key);
  const known = resources.troubles.find((trouble) => trouble.key === key);
  // A genuine node does not say that it could not start what it gives back.
  const lately = failure !== undefined && at - failure.at < GIVEN_BACK_WITHIN;
  const back = lately && turn.livingOthers().length > 0 && !peerTells(turn);
  const round = given ?? known?.round ?? (back ? failure.round : 0);
  const trouble: Trouble = { key, share, round, step: 'handOver', at, elsewhere: false };
  remember(turn, key, round);
  if (!clean) {
    turn.log('crit', `Resource group ${key} could neither be started nor stopped here`);
    put(turn, { ...trouble, step: 'waiting', at: at + pauseOf(round), elsewhere: true });
  } else if (given !== undefined || (back && known === undefined)) startsNowhere(turn, trouble);
  else put(turn, trouble);
}

/** Our kind says in its request what it could not start. */
function peerTells(turn: Turn): boolean {
  return turn.allCan('move');
}

/** Both nodes have tried: said once, tried again after a pause. */
function startsNowhere(turn: Turn, trouble: Trouble): void {
  wait(turn, trouble, 'could not be started on either node', true);
}

function wait(turn: Turn, trouble: Trouble, what: string, elsewhere: boolean): void {
  const round = trouble.round + 1;
  const pause = pauseOf(trouble.round);
  const text = `Resource group ${trouble.key} ${what}; trying again in ${pause / 1000} s`;
  turn.log(round === 1 ? 'crit' : 'warn', text);
  remember(turn, trouble.key, round);
  put(turn, { ...trouble, round, step: 'waiting', at: turn.now.at + pause, elsewhere });
}

/** Doubles with every round. */
function pauseOf(round: number): Millis {
  return Math.min(RETRY_MAX, RETRY_FIRST * 2 ** Math.min(round, 10));
}

function put(turn: Turn, trouble: Trouble): void {
  const { resources } = turn.state;
  const others = resources.troubles.filter(({ key }) => key !== trouble.key);
  resources.troubles = [...others, trouble].slice(-TROUBLES_MAX);
}

function remember(turn: Turn, key: string, round: number): void {
  const { resources } = turn.state;
  const others = resources.failures.filter((failure) => failure.key !== key);
  resources.failures = [...others, { key, round, at: turn.now.at }].slice(-TROUBLES_MAX);
}

/** The group is the other node's concern. */
export function forgetTrouble(turn: Turn, key: string): void {
  const { resources } = turn.state;
  resources.troubles = resources.troubles.filter((trouble) => trouble.key !== key);
}

/** The group runs here. */
function forget(turn: Turn, key: string): void {
  const { resources } = turn.state;
  forgetTrouble(turn, key);
  resources.failures = resources.failures.filter((failure) => failure.key !== key);
}

/** Goes on with every group in trouble, as far as it can now. */
export function actOnTroubles(turn: Turn): void {
  const { ending, resources } = turn.state;
  if (ending.phase !== 'no') return;
  for (const { key } of resources.troubles) {
    const trouble = turn.state.resources.troubles.find((other) => other.key === key);
    if (trouble === undefined) continue;
    const { step, elsewhere, at } = trouble;
    const peerIsBack = step === 'waiting' && !elsewhere && takerOf(turn) !== undefined;
    if (peerIsBack) put(turn, { ...trouble, step: 'handOver', at: turn.now.at });
    else if (turn.now.at >= at) act(turn, trouble);
  }
}

/** When there is something to be done about a group; undefined: nothing to wait for. */
export function troubleAt(troubles: readonly Trouble[]): Instant | undefined {
  if (troubles.length === 0) return undefined;
  const times = troubles.map(({ at }) => at).filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.min(...times);
}

function act(turn: Turn, trouble: Trouble): void {
  const { at } = turn.now;
  if (trouble.step === 'recall') {
    const [peer] = turn.livingOthers();
    if (peer === undefined) put(turn, { ...trouble, step: 'waiting', at });
    else if (peer.status !== 'active') put(turn, { ...trouble, at: at + BUSY_PAUSE });
    else {
      put(turn, { ...trouble, at: at + RECALL_AGAIN });
      requestGroup(turn, trouble.key);
    }
  } else if (trouble.step === 'waiting') {
    // Jobs are done one after the other; but nothing is begun while groups move.
    if (isMoving(turn) || isMeeting(turn) || isUnsettled(turn))
      put(turn, { ...trouble, at: at + BUSY_PAUSE });
    else tryAgain(turn, trouble);
  } else if (trouble.step === 'handOver') {
    if (busy(turn.state)) put(turn, { ...trouble, at: at + BUSY_PAUSE });
    else giveAway(turn, trouble);
  }
}

/** A node in a new life has yet to say what it has found running. */
export function isMeeting(turn: Turn): boolean {
  return turn.livingOthers().some(({ status }) => status !== 'active');
}

/**
 * One of our kind stops or starts groups: this one may be among them, and still run there. Before
 * we are at work we do not know what any other node holds.
 */
function isUnsettled(turn: Turn): boolean {
  if (isLegacy(turn.state) || turn.livingOthers().length === 0) return false;
  const { phase, otherStable } = turn.state.resources;
  return phase === 'init' || (turn.allCan('settle') && !otherStable);
}

function isMoving(turn: Turn): boolean {
  return turn.state.standby.phase !== 'none' || turn.state.fencing.length > 0;
}

/** The node that could take a group from us now. */
function takerOf(turn: Turn): Peer | undefined {
  const { resources } = turn.state;
  const ready = isLegacy(turn.state) || (resources.otherStable && resources.phase === 'stable');
  const [peer] = turn.livingOthers();
  return ready && peer?.status === 'active' ? peer : undefined;
}

/**
 * Gives the group to the other node: with its whole share where none of that runs here, as in any
 * standby, so that both nodes say what is true; alone where others of the share do run.
 */
function giveAway(turn: Turn, trouble: Trouble): void {
  const { key, share, round } = trouble;
  const { at } = turn.now;
  if (turn.livingOthers().length === 0) {
    wait(turn, trouble, 'could not be started and there is no other node', false);
    return;
  }
  const peer = takerOf(turn);
  if (peer === undefined) {
    put(turn, { ...trouble, at: at + BUSY_PAUSE });
    return;
  }
  turn.log('warn', `Resource group ${key} could not be started here: giving it to ${peer.name}`);
  if (!isLegacy(turn.state) && !turn.state.resources.mine[share]) {
    put(turn, { ...trouble, at: at + STANDBY_AGAIN });
    turn.log('notice', `Going standby [${share}].`, 'hb_standby');
    turn.send({ t: 'ask_resources', rsc_hold: share, info: 'me', x_round: String(round) });
    return;
  }
  const step = offerGroup(turn, peer, trouble);
  put(turn, { ...trouble, step, at: Number.POSITIVE_INFINITY });
}

function tryAgain(turn: Turn, trouble: Trouble): void {
  const { key, share } = trouble;
  const before = turn.state.resources.mine[share];
  // As with any group, it is ours before its scripts run: nobody else begins meanwhile.
  if (!before) {
    hold(turn, share);
    sayResources(turn);
  }
  put(turn, { ...trouble, step: 'trying', at: Number.POSITIVE_INFINITY });
  turn.job({ kind: 'takeGroup', key }, { kind: 'retry', key, share, before });
}

/** The group was tried here once more. */
export function onRetried(
  turn: Turn,
  { key, share, before }: { readonly key: string; readonly share: Part; readonly before: boolean },
  outcome: JobOutcome,
): void {
  const { resources } = turn.state;
  const trouble = resources.troubles.find((trouble) => trouble.key === key);
  // Meanwhile the share was given up, and the scripts that stop it are on their way.
  if (trouble === undefined) return;
  if (isLegacy(turn.state)) noteKeys(turn, share, outcome);
  noteStarts(turn, outcome, { share, every: !before });
  sayResources(turn);
}

/** The other node says what came of a group that we offered it. */
export function onMoved(turn: Turn, peer: Peer, key: string, ok: string): void {
  const trouble = turn.state.resources.troubles.find((trouble) => trouble.key === key);
  if (trouble?.step !== 'asked') return;
  if (ok === 'OK') turn.log('info', `Resource group ${key} runs on ${peer.name}`);
  const home = isLegacy(turn.state) && trouble.share === 'foreign';
  if (ok === 'failed') startsNowhere(turn, trouble);
  // In that mode it is where it belongs, and no concern of ours.
  else if (ok === 'OK' && home) forgetTrouble(turn, key);
  else put(turn, { ...trouble, step: 'away', at: Number.POSITIVE_INFINITY });
}

/** Steps in which the other node runs a group of ours, or may. */
const ELSEWHERE: readonly Trouble['step'][] = ['asked', 'away', 'recall'];

/** What the other node ran for us it does no longer, or it is gone: it is started here again. */
export function retryWhatWasAway(turn: Turn, steps = ELSEWHERE): void {
  const { resources } = turn.state;
  resources.troubles = resources.troubles.map((trouble) =>
    steps.includes(trouble.step)
      ? { ...trouble, step: 'waiting' as const, at: turn.now.at }
      : trouble,
  );
}

/** The other node has begun a life that knows nothing of what it ran for us: asks for it back. */
export function recallWhatWasAway(turn: Turn): void {
  const { resources } = turn.state;
  resources.troubles = resources.troubles.map((trouble) =>
    trouble.step === 'asked' || trouble.step === 'away'
      ? { ...trouble, step: 'recall' as const, at: turn.now.at }
      : trouble,
  );
}

/** The other node has given a group that it was asked for: it is not asked again meanwhile. */
export function noteGivenBack(turn: Turn, key: string): void {
  const trouble = turn.state.resources.troubles.find((trouble) => trouble.key === key);
  if (trouble?.step !== 'recall') return;
  put(turn, { ...trouble, step: 'trying', at: Number.POSITIVE_INFINITY });
}

/** Groups of a share that may run on the other node: asked for before they are started here. */
export function askBack(turn: Turn, keys: readonly string[], share: Part): void {
  const { at } = turn.now;
  for (const key of keys.slice(0, TROUBLES_MAX)) {
    const round = turn.state.resources.troubles.find((known) => known.key === key)?.round ?? 0;
    put(turn, { key, share, round, step: 'recall', at, elsewhere: true });
  }
}

/** The share of a group that was in trouble here; our own where nothing is known. */
export function shareOfGroup(turn: Turn, key: string): Part {
  const { troubles } = turn.state.resources;
  return troubles.find((trouble) => trouble.key === key)?.share ?? 'local';
}
