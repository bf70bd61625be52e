/** Standby: the orderly hand-over of groups in three steps, `me`, `other` and `done`. */
import type { JobOutcome, Share } from '../job.js';
import { Message } from '../message/message.js';
import { type Peer, seenFromOther, shareOf } from '../state.js';
import type { Turn } from '../turn.js';
import { audit, considerFailback, sayResources } from './negotiation.js';
import { hold, letGo, noteFirstAcquisition } from './ownership.js';
import { heldWithin, keepShare } from './stuck.js';
import { noteStarts } from './trouble.js';

/** How long the other node may take to answer a request (heartbeat 3.0.6). */
const ANSWER = 10_000;
/** How long the scripts of either side may take (heartbeat 3.0.6). */
const WORK = 3_600_000;
/**
 * How long we wait for the `done` of a genuine node that has begun a new life. Ours to it may have
 * come between its lives: nobody has the groups then, so it is asked for them no later than this.
 */
const RESTART = 30_000;
/** A failback that got no answer is asked for again after this. */
const FAILBACK_AGAIN = 10_000;

/** `ask_resources` from ourselves or from the peer. */
export function onAskResources(turn: Turn, from: string, message: Message): void {
  const { ending, settings, resources } = turn.state;
  // Whatever comes of it, the node that was asked for a takeover has heard of it.
  if (from !== settings.localNode) resources.takeoverBy = undefined;
  if (ending.phase !== 'no' && ending.phase !== 'wanted') return;
  const word = message.get('rsc_hold') ?? 'all';
  const share = shareOf(word);
  const info = message.get('info');
  if (settings.autoFailback === 'legacy') {
    turn.log('info', 'Standby mode only implemented when nice_failback on');
    return;
  }
  if (info === undefined) {
    turn.logLimited('info', 'error', 'Received standby message without info/from');
    return;
  }
  if (share === undefined) {
    turn.logLimited('share', 'error', `encode_resources: bad resource type [${word}]`);
    return;
  }
  const ourselves = from === settings.localNode;
  if (!ourselves && isOver(turn, from, info, message)) ignored(turn, info, from);
  else if (info === 'me') onRequest(turn, from, share, ourselves, message);
  else if (info === 'other' && !ourselves) onAnswer(turn, from);
  else if (info === 'done' && !ourselves) onDone(turn, from, share, doneIn(message));
  else if (info !== 'other' && info !== 'done') ignored(turn, info, from);
}

function onRequest(
  turn: Turn,
  from: string,
  share: Share,
  ourselves: boolean,
  message: Message,
): void {
  if (turn.state.standby.phase === 'me' && !ourselves && givesWay(turn, from)) {
    turn.log('info', `Both nodes want to go standby; ${from} goes first`);
  } else {
    const { ending } = turn.state;
    // It would put off that everything is given up, which both may run.
    const beginsAnew = ending.phase === 'wanted' && ending.restart && !ending.keep;
    const refusal = refusalOf(turn, from, beginsAnew);
    if (refusal !== undefined) {
      turn.log('warn', refusal);
      return;
    }
  }
  // Somebody moves them.
  turn.state.resources.homeBy = undefined;
  turn.log('info', `${from} wants to go standby [${share}]`);
  if (ourselves) {
    turn.state.standby = { phase: 'me', share, until: turn.now.at + ANSWER };
    return;
  }
  const round = message.decimal('x_round');
  const failed = round === undefined ? {} : { round };
  const request = message.hex('seq') ?? 0;
  const until = turn.now.at + ANSWER;
  turn.state.standby = { phase: 'other', share, until, from, request, ...failed };
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'other' });
}

/**
 * What was lost on the way comes late: a `done` that was said before the request we have answered,
 * or a request that was made before a `done` we have heard.
 */
function isOver(turn: Turn, from: string, info: string, message: Message): boolean {
  const { standby, peers } = turn.state;
  const peer = peers.get(from);
  const seq = message.hex('seq') ?? 0;
  if (peer === undefined) return false;
  if (info === 'me') return seq < peer.doneSeq;
  if (info !== 'done') return false;
  peer.doneSeq = Math.max(peer.doneSeq, seq);
  if (standby.phase !== 'other') return false;
  return seq < standby.request || isOfTaking(turn, peer, seq);
}

/**
 * A genuine node that gives what it still takes, for a conversation with a life that is over, says
 * `done` when it has taken it: together with what it holds (`isstable=1`), that share among it. It
 * says `done` once more when it has stopped it (heartbeat 3.0.6).
 */
function isOfTaking(turn: Turn, { name, resourceSeq }: Peer, seq: number): boolean {
  const { standby, resources } = turn.state;
  if (standby.phase !== 'other' || standby.giving !== true || standby.restarted) return false;
  const saysBoth = resources.otherStable && resourceSeq === seq - 1;
  return saysBoth && otherHolds(turn, standby.share) && !isOurKind(turn, name);
}

/** Why nothing can be handed over now, in the words of heartbeat 3.0.6; undefined when it can. */
function refusalOf(turn: Turn, from: string, ends = false): string | undefined {
  const { standby, resources } = turn.state;
  if (standby.phase !== 'none') {
    const left = Math.max(0, Math.ceil((standby.until - turn.now.at) / 1000));
    return `Standby in progress- new request from ${from} ignored [${left} seconds left]`;
  }
  const ignored = `standby message [me] from ${from} ignored.`;
  if (!resources.otherStable) return `${ignored}  Other side is in flux.`;
  const still = resources.phase === 'stable' && !ends;
  return still ? undefined : `${ignored}  local resources in flux.`;
}

/**
 * Both asked at the same moment. A genuine peer will not let us go first; between two of our kind
 * the one with the lower name does.
 */
function givesWay(turn: Turn, from: string): boolean {
  return !isOurKind(turn, from) || from < turn.state.settings.localNode;
}

function isOurKind(turn: Turn, name: string): boolean {
  return turn.state.peers.get(name)?.capabilities.includes('settle') === true;
}

/** The peer is ready to take: give. */
function onAnswer(turn: Turn, from: string): void {
  const { standby } = turn.state;
  if (standby.phase !== 'me') {
    ignored(turn, 'other', from);
    return;
  }
  const { share } = standby;
  turn.log('info', `standby: ${from} can take our ${share} resources`);
  const held = heldWithin(turn, share);
  const { troubles } = turn.state.resources;
  turn.state.standby = { phase: 'giving', share, until: turn.now.at + WORK, held, troubles };
  letGo(turn, share);
  sayResources(turn, { isstable: '0', info: 'standby' });
  // Until it says that it has taken them.
  turn.state.resources.otherStable = false;
  turn.log('info', `give up ${share} HA resources (standby).`);
  turn.job({ kind: 'standbyRelease', share }, { kind: 'standbyRelease', share });
}

/**
 * The giver has begun to give (`resource info=standby`): its scripts may take long. Without this we
 * would wait an hour for a giver that has long forgotten its request, as heartbeat 3.0.6 does.
 */
export function onGiving(turn: Turn, from: string, message: Message): void {
  const { standby } = turn.state;
  if (standby.phase !== 'other' || standby.from !== from) return;
  if (message.get('info') === 'standby') {
    turn.state.standby = { ...standby, until: turn.now.at + WORK, giving: true };
  }
  if (standby.done !== undefined) {
    onDone(turn, from, standby.done, { gave: false, seq: 0 });
    return;
  }
  // It was no reload: the new life has started for itself what the old one wanted to give.
  if (standby.restarted && otherHolds(turn, standby.share)) cancelStandby(turn);
}

/** The other node has said last that it holds something of a share, named as it names it. */
function otherHolds(turn: Turn, share: Share): boolean {
  const { other } = turn.state.resources;
  return share === 'all' ? other.local || other.foreign : other[share];
}

/** Our scripts have stopped what we give; unless they could not. */
export function onReleased(turn: Turn, share: Share, outcome: JobOutcome): void {
  if (outcome.stuck !== undefined && outcome.stuck.length > 0) {
    refuseRelease(turn, share, outcome.stuck);
    return;
  }
  turn.log('info', `${share} HA resource release completed (standby).`);
  if (turn.state.standby.phase !== 'giving') {
    sayResources(turn);
    offerAgain(turn, share);
    return;
  }
  turn.state.standby = { phase: 'done', share, until: turn.now.at + WORK };
  const gave = turn.allCan('settle') ? { x_gave: '1' } : {};
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'done', ...gave });
  turn.log('info', `Local standby process completed [${share}].`);
}

/**
 * A genuine node began a new life while we stopped its groups for it, and we had to say that they
 * run here: it has settled without them, and takes them only when it is asked once more.
 */
function offerAgain(turn: Turn, share: Share): void {
  const { mine, other, otherStable } = turn.state.resources;
  if (share === 'local' || mine.foreign || other.local || !otherStable) return;
  if (turn.allCan('settle') || turn.livingOthers().length === 0) return;
  turn.send({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
}

/**
 * A group still runs here after every attempt to stop it: the other node must not start it. What
 * was given up with it is taken back. (The genuine script reboots; so may ours, before that.)
 */
function refuseRelease(turn: Turn, share: Share, stuck: readonly string[]): void {
  const groups = stuck.join(' ');
  turn.log('crit', `Standby refused: ${groups} could not be stopped and stays on this node`);
  const { standby } = turn.state;
  const giving = standby.phase === 'giving' ? standby : undefined;
  turn.state.resources.otherStable = true;
  if (giving !== undefined) turn.state.standby = { phase: 'none' };
  turn.send({ t: 'x_keep', rsc_hold: share });
  keepShare(turn, giving?.held ?? share, giving?.troubles);
}

/** The giver could not stop what it wanted to give: there is nothing to wait for. */
export function onKeep(turn: Turn, from: string): void {
  const { standby } = turn.state;
  if (standby.phase !== 'other' || standby.from !== from) return;
  turn.log('warn', `${from} could not stop its resources.  Standby request cancelled.`);
  turn.state.standby = { phase: 'none' };
}

/** What `done` says beside the share. */
interface Done {
  /** One of our kind has given, and waits. */
  readonly gave: boolean;
  readonly seq: number;
}

function doneIn(message: Message): Done {
  return { gave: message.get('x_gave') === '1', seq: message.hex('seq') ?? 0 };
}

/**
 * The other side has done its part. Taken is what it says that it has given: a later request for
 * more, which it did not follow itself, may be the one that we have answered. A genuine node whose
 * scripts took longer than the conversation they were begun for says so afterwards, of that one.
 *
 * A genuine node that takes something, from a life of ours that is over perhaps, passes over a
 * request that it sends meanwhile, and then says `done` of what it took and holds. Of what it gives
 * it says so before it stops it, in every version from 1.99.4 on.
 *
 * `gave`: one of our kind has given, and waits. We may have waited no longer for it when its words
 * were lost on the way, or have answered it in an earlier life: it has stopped everything all the
 * same. (Heartbeat 3.0.6 ignores it, and nobody runs the groups for an hour.)
 */
function onDone(turn: Turn, from: string, share: Share, { gave, seq }: Done): void {
  const { standby, resources } = turn.state;
  const other = standby.phase !== 'none' && standby.share !== share;
  // Before its own scripts have ended it says that it is not stable, after others that it is.
  if (other && resources.otherStable && !isOurKind(turn, from)) {
    ignored(turn, 'done', from);
    return;
  }
  if (standby.phase === 'other' && !standby.giving && !isOurKind(turn, from)) {
    if (isMissing(turn, from)) {
      turn.state.standby = { ...standby, done: share };
      return;
    }
    if (otherHolds(turn, share)) {
      ignored(turn, 'done', from);
      forgetStandby(turn);
      return;
    }
  }
  const given = gave || (!isOurKind(turn, from) && hasGiven(turn, from, share, seq));
  const late = given && standby.phase === 'none' && resources.phase === 'stable';
  if (standby.phase === 'other' || late) {
    take(turn, from, share);
    return;
  }
  if (standby.phase === 'done') {
    const text = `Other node completed standby takeover of ${standby.share} resources.`;
    turn.log('info', text);
    finish(turn);
    return;
  }
  ignored(turn, 'done', from);
}

function take(turn: Turn, from: string, share: Share): void {
  const { standby, resources } = turn.state;
  const answered = standby.phase === 'other' ? standby : undefined;
  const round = answered?.round;
  // The word that it gives sets this clock, and may have been lost.
  const until = answered?.giving === true ? answered.until : turn.now.at + WORK;
  const ours = seenFromOther(share);
  turn.log('info', `standby: acquire [${share}] resources from ${from}`);
  // Both have run it: the giver's address was the last that was announced.
  const { local, foreign } = resources.mine;
  const had = ours === 'all' ? local || foreign : resources.mine[ours];
  turn.state.standby = { phase: 'taking', share, until, from, request: 0 };
  hold(turn, ours);
  // Moved by hand, or because it cannot be started there: it stays.
  if (ours !== 'local') resources.needsFailback = false;
  turn.log('info', `acquire ${ours} HA resources (standby).`);
  const failed = round === undefined ? {} : { round };
  const purpose = { kind: 'standbyAcquire', share, ...failed } as const;
  turn.job({ kind: 'standbyAcquire', share: ours }, purpose);
  if (had) turn.job({ kind: 'announce', share: ours }, { kind: 'announce', share: ours });
}

/**
 * A genuine node that holds nothing of what it has done with, as it has said before: it gave it
 * away. What it says after that is no sign of it: it may give up everything.
 */
function hasGiven(turn: Turn, from: string, share: Share, seq: number): boolean {
  const resourceSeq = turn.state.peers.get(from)?.resourceSeq ?? 0;
  const told = resourceSeq > 0 && resourceSeq < seq;
  return told && !isMissing(turn, from) && !otherHolds(turn, share);
}

/** Something of what it has said is still to come. */
function isMissing(turn: Turn, from: string): boolean {
  return (turn.state.peers.get(from)?.window.missing.size ?? 0) > 0;
}

/** Our scripts have started what we took; the share is the giver's. */
export function onTaken(
  turn: Turn,
  { share, round }: { readonly share: Share; readonly round?: number },
  outcome: JobOutcome,
): void {
  const ours = seenFromOther(share);
  turn.log('info', `${ours} HA resource acquisition completed (standby).`);
  const given = round === undefined ? {} : { round };
  // A takeover of the same groups that was under way before may have failed meanwhile.
  if (turn.state.standby.phase === 'taking') hold(turn, ours);
  noteStarts(turn, outcome, { share: ours, every: true, ...given });
  if (turn.state.standby.phase !== 'taking') {
    sayResources(turn);
    return;
  }
  turn.log('info', `Standby resource acquisition done [${share}].`);
  noteFirstAcquisition(turn, 'auto_failback');
  sayResources(turn);
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'done' });
  finish(turn);
}

function finish(turn: Turn): void {
  turn.state.standby = { phase: 'none' };
  sayResources(turn);
  considerFailback(turn);
}

/**
 * A partner that has begun a new life knows nothing of what was agreed with the old one. Only of a
 * genuine one that restarts to read its configuration do the scripts go on: it gives what it has
 * begun to give, and takes what we have given.
 */
export function onPartnerRestarted(turn: Turn, ourKind: boolean): void {
  const { standby } = turn.state;
  if (ourKind || (standby.phase !== 'done' && standby.phase !== 'other')) {
    cancelStandby(turn);
    return;
  }
  const until = Math.min(standby.until, turn.now.at + RESTART);
  turn.state.standby =
    standby.phase === 'other'
      ? { ...standby, until, request: 0, restarted: true }
      : { ...standby, until };
}

/** The partner of a conversation is gone, or does not remember it. */
export function cancelStandby(turn: Turn): void {
  if (turn.state.standby.phase === 'none') return;
  turn.log('info', 'Cancelling pending standby operation');
  turn.state.standby = { phase: 'none' };
}

/** The same where the other node is not told by a new life of ours. */
export function forgetStandby(turn: Turn): void {
  const { phase } = turn.state.standby;
  cancelStandby(turn);
  if (phase !== 'none') sayResources(turn);
}

/** Ends a conversation that got no answer. */
export function expireStandby(turn: Turn): void {
  const { standby } = turn.state;
  if (standby.phase !== 'none' && turn.now.at >= standby.until) endStandby(turn);
}

/** Waits no longer for the other node's word. */
export function endStandby(turn: Turn): void {
  const { standby, resources } = turn.state;
  turn.log('warn', 'No reply to standby request.  Standby request cancelled.');
  turn.state.standby = { phase: 'none' };
  // What we have given is nobody's by now; before that the other side's own word counts.
  if (standby.phase === 'giving' || standby.phase === 'done') resources.otherStable = true;
  if (standby.phase === 'me' && standby.share === 'foreign' && resources.mine.foreign) {
    resources.needsFailback = turn.state.settings.autoFailback === 'on';
    resources.failbackAt = turn.now.at + FAILBACK_AGAIN;
  }
  sayResources(turn);
  audit(turn);
}

/** `hb_takeover` here: the genuine program only sends a message, which nobody need hear. */
export function awaitTakeover(turn: Turn): void {
  turn.state.resources.takeoverBy = turn.now.at + ANSWER;
}

/** The other node has not answered: whoever asked may see it in the log. */
export function expireTakeover(turn: Turn): void {
  const { resources } = turn.state;
  if (resources.takeoverBy === undefined || turn.now.at < resources.takeoverBy) return;
  resources.takeoverBy = undefined;
  turn.log('warn', 'No reply to takeover request.');
}

/** `hb_takeover` on the peer: it wants what we hold; shares swap sides (heartbeat 3.0.6). */
export function onTakeoverRequest(turn: Turn, message: Message): void {
  const word = shareOf(message.get('rsc_hold'));
  const share = word === undefined ? 'all' : seenFromOther(word);
  // The genuine node runs a script of that name, which says so.
  turn.log('notice', `Going standby [${share}].`, 'hb_standby');
  askForStandby(turn, Message.of({ t: 'ask_resources', rsc_hold: share, info: 'me' }));
}

/**
 * Sends a request of an operator or a client. One that we would pass over ourselves is not sent, as
 * it is by heartbeat 3.0.6: a node that took it up would wait for us in vain, for up to an hour.
 */
export function askForStandby(turn: Turn, request: Message): void {
  const { settings, ending } = turn.state;
  const { autoFailback, localNode } = settings;
  const asks = request.get('info') === 'me' && autoFailback !== 'legacy';
  // Who is about to give up everything would only put that off.
  const ends = ending.phase !== 'no';
  const refusal = asks ? refusalOf(turn, localNode, ends) : undefined;
  if (refusal === undefined) turn.sendMessage(request);
  else turn.log('warn', refusal);
}

function ignored(turn: Turn, info: string, from: string): void {
  const number = { none: 0, me: 1, giving: 1, other: 2, taking: 2, done: 3 };
  const state = number[turn.state.standby.phase];
  turn.logLimited(
    'standby',
    'error',
    `Ignored standby message '${info}' from ${from} in state ${state}`,
  );
}
