/** The standby conversation: `me`, `other`, `done` (cluster specification 4.3). */
import type { Share } from '@ts-heartbeat/core/job';
import type { Message } from '@ts-heartbeat/core/message/message';
import { considerFailback, sayResources } from './negotiation.js';
import { isEnding, isLegacy } from './state.js';
import { noteFirstAcquisition, type Turn } from './turn.js';

/** How long the giver waits for `other`, and both for everything after it. */
const ANSWER = 10_000;
export const WORK = 3_600_000;

const NUMBER = { none: 0, me: 1, other: 2, done: 3 };

/** The same groups seen from the other node. */
export function seenFromOther(share: Share): Share {
  if (share === 'all') return 'all';
  return share === 'local' ? 'foreign' : 'local';
}

/** `ask_resources` of ourselves or of the peer. */
export function onAskResources(turn: Turn, from: string, message: Message): void {
  const { state } = turn;
  if (isEnding(state)) return;
  if (isLegacy(state)) {
    turn.log('info', 'Standby mode only implemented when nice_failback on');
    return;
  }
  const word = message.get('rsc_hold');
  const share = word === 'local' || word === 'foreign' || word === 'all' ? word : undefined;
  if (share === undefined) return;
  const ours = from === state.settings.localNode;
  switch (message.get('info')) {
    case 'me':
      onRequest(turn, from, share, ours);
      break;
    case 'other':
      onAnswer(turn, from, ours);
      break;
    case 'done':
      onDone(turn, from, ours);
      break;
    default:
      ignore(turn, message.get('info') ?? '', from);
  }
}

function onRequest(turn: Turn, from: string, share: Share, ours: boolean): void {
  const { state, now } = turn;
  const { standby } = state;
  const flux = (why: string): void =>
    turn.log('warn', `standby message [me] from ${from} ignored.  ${why}`);
  if (standby.phase !== 'none') {
    const left = Math.max(0, Math.ceil((standby.until - now.at) / 1000));
    const text = `Standby in progress- new request from ${from} ignored [${left} seconds left]`;
    turn.log('warn', text);
  } else if (!state.otherStable) flux('Other side is in flux.');
  else if (state.phase !== 'stable') flux('local resources in flux.');
  else {
    turn.log('info', `${from} wants to go standby [${share}]`);
    const until = now.at + (ours ? ANSWER : WORK);
    state.standby = { phase: ours ? 'me' : 'other', share, until };
    if (!ours) turn.send({ t: 'ask_resources', rsc_hold: share, info: 'other' });
  }
}

/** The peer can take; our own answer comes back to us too, and means nothing. */
function onAnswer(turn: Turn, from: string, ours: boolean): void {
  const { state, now } = turn;
  const { standby } = state;
  if (ours && standby.phase === 'other') return;
  if (ours || standby.phase !== 'me' || isGiving(turn)) {
    ignore(turn, 'other', from);
    return;
  }
  const { share } = standby;
  turn.log('info', `standby: ${from} can take our ${share} resources`);
  standby.until = now.at + WORK;
  if (share !== 'foreign') state.mine.local = false;
  if (share !== 'local') state.mine.foreign = false;
  // The peer has to say that it is stable again before anything else is done together.
  state.otherStable = false;
  sayResources(turn, false, 'standby');
  turn.log('info', `give up ${share} HA resources (standby).`);
  turn.fork({ kind: 'standbyRelease', share }, { kind: 'release', share });
}

function isGiving(turn: Turn): boolean {
  for (const { kind } of turn.state.children.values()) if (kind === 'release') return true;
  return false;
}

/** The giver's scripts have ended: the child says so, to ourselves as well. */
export function onReleased(turn: Turn, share: Share): void {
  turn.log('info', `${share} HA resource release completed (standby).`);
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'done' });
}

function onDone(turn: Turn, from: string, ours: boolean): void {
  const { state } = turn;
  const { standby } = state;
  const { share } = standby;
  if (ours && standby.phase === 'me') {
    turn.log('info', `Local standby process completed [${share}].`);
    standby.phase = 'done';
  } else if (ours && standby.phase === 'done') {
    turn.log('info', `Standby resource acquisition done [${share}].`);
    noteFirstAcquisition(turn, 'auto_failback');
    standby.phase = 'none';
    considerFailback(turn);
  } else if (!ours && standby.phase === 'other') take(turn, from, share);
  else if (!ours && standby.phase === 'done') {
    turn.log('info', `Other node completed standby takeover of ${share} resources.`);
    standby.phase = 'none';
    sayResources(turn, true);
    considerFailback(turn);
  } else ignore(turn, 'done', from);
}

function take(turn: Turn, from: string, share: Share): void {
  const { state } = turn;
  const mine = seenFromOther(share);
  turn.log('info', `standby: acquire [${share}] resources from ${from}`);
  turn.log('info', `acquire ${mine} HA resources (standby).`);
  if (mine !== 'foreign') state.mine.local = true;
  if (mine !== 'local') state.mine.foreign = true;
  state.standby.phase = 'done';
  turn.fork({ kind: 'standbyAcquire', share: mine }, { kind: 'acquire', share, mine });
}

/** The receiver's scripts have ended, or those of the worker of a shutdown notice. */
export function onAcquired(turn: Turn, share: Share, mine: Share): void {
  turn.log('info', `${mine} HA resource acquisition completed (standby).`);
  if (isEnding(turn.state)) return;
  sayResources(turn, true);
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'done' });
}

/** The peer is gone. */
export function cancelStandby(turn: Turn): void {
  const { standby } = turn.state;
  if (standby.phase === 'none') return;
  turn.log('info', 'Cancelling pending standby operation');
  standby.phase = 'none';
}

/** The deadline of a conversation; a peer that restarts in it is not noticed, and waited for. */
export function expireStandby(turn: Turn): void {
  const { state, now } = turn;
  if (state.standby.phase === 'none' || now.at < state.standby.until) return;
  if (state.children.size > 0) return;
  turn.log('warn', 'No reply to standby request.  Standby request cancelled.');
  state.standby.phase = 'none';
  state.otherStable = true;
}

function ignore(turn: Turn, info: string, from: string): void {
  const number = NUMBER[turn.state.standby.phase];
  turn.log('error', `Ignored standby message '${info}' from ${from} in state ${number}`);
}
