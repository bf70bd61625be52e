/**
 * A model of the genuine heartbeat 3.0.6 daemon in haresources mode, written from what was measured
 * of it: the same interface as our own cluster machine, so that a simulated pair may have one node
 * of each kind. It takes the genuine daemon's part in everything, its faults included; the faults
 * that matter to the other node are listed in excuses.ts.
 *
 * Where it is simpler than the original:
 * - Scripts of rc.d that change nothing (`status`) are not run, and there are no effects `script`.
 * - Children of the daemon run beside one another in the original, and are given to the runner in
 *   the order of their start here; a runner that does one after the other only makes it slower.
 * - Own heartbeats cannot be lost inside the process: no `No local heartbeat`.
 * - The `hb_standby` that a failed start leaves behind is forgotten when the life ends.
 */
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Now } from '@ts-heartbeat/core/time';
import { onClientsStopped, proceedToEnd, wantEnd } from './ending.js';
import {
  answerNodes,
  beat,
  beatIfDue,
  becomeActive,
  checkCommunication,
  declareDead,
  onStatus,
} from './membership.js';
import {
  audit,
  considerFailback,
  holdingOf,
  onResource,
  onStarting,
  settleIfDue,
} from './negotiation.js';
import { type Accepted, receive } from './reception.js';
import {
  giveUpIfDue,
  onGroupOffer,
  onGroupRequest,
  onJobDone,
  onTakeoverRequest,
  runQueue,
} from './scripts.js';
import { ACK_EVERY, askForMissing, paceClients } from './sequence.js';
import { expireStandby, onAskResources } from './standby.js';
import { type GenuineState, isLegacy, newState } from './state.js';
import { fenceIfDue, onFenced, onShutdownNotice } from './takeover.js';
import { Turn } from './turn.js';

export type { GenuineState } from './state.js';
export { genuineView, resourcesOf } from './view.js';
export { genuineWakeAt } from './wake.js';

/** The state before `start`. What haresources lists is known to scripts, so it may be given. */
export const createGenuine = newState;

/** One step; the state given is changed and returned. */
export function stepGenuine(
  state: GenuineState,
  event: Event,
  now: Now,
): { readonly state: GenuineState; readonly effects: readonly Effect[] } {
  const idle = state.ending.phase === 'over' || (state.generation === 0 && event.kind !== 'start');
  if (idle) return { state, effects: [] };
  const turn = new Turn(state, now);
  const sent = state.newest;
  // Before it reads anything the daemon looks at its clock: what it slept through is silence.
  if (event.kind === 'received') declareDead(turn, 1);
  react(turn, event);
  settle(turn);
  if (state.newest !== sent) paceClients(turn);
  return { state, effects: turn.effects };
}

/** Acts upon our own messages and begins what can begin, until nothing more comes of it. */
function settle(turn: Turn): void {
  for (;;) {
    for (let echo = turn.echoes.shift(); echo !== undefined; echo = turn.echoes.shift()) {
      actOnOwn(turn, echo);
    }
    if (turn.state.ending.phase === 'over') return;
    runQueue(turn);
    if (turn.echoes.length > 0) continue;
    proceedToEnd(turn);
    if (turn.echoes.length === 0) return;
  }
}

function react(turn: Turn, event: Event): void {
  switch (event.kind) {
    case 'start':
      start(turn, event);
      break;
    case 'received':
      onReceived(turn, event.link, event.message);
      break;
    case 'local':
      turn.sendMessage(event.message);
      break;
    case 'time':
      onTime(turn);
      break;
    case 'overslept':
      break;
    case 'jobDone':
      onJobDone(turn, event.id, event.outcome);
      break;
    case 'fenced':
      onFenced(turn, event.node, event.ok, event.badHost === true);
      break;
    case 'stop':
      wantEnd(turn, event.keep);
      break;
    case 'clientsStopped':
      onClientsStopped(turn);
      break;
  }
}

/** Three statuses at once: `init`, `up`, `up` (protocol specification 6.1). */
function start(turn: Turn, event: Extract<Event, { kind: 'start' }>): void {
  const { state, now } = turn;
  state.generation = event.generation;
  state.uuid = event.uuid;
  state.pid = event.pid;
  state.seed = event.seed;
  state.startedAt = now.at;
  // Only a life that ends by itself tells the next one what it held (`-R -C`).
  const told = event.interrupted === true || isLegacy(state) ? 'none' : event.resume;
  state.mine = holdingOf(told);
  for (const peer of state.peers.values()) {
    peer.statusAt = now.at;
    peer.ackDigit = turn.random(ACK_EVERY);
  }
  beat(turn);
  state.status = 'up';
  turn.log('info', "Local status now set to: 'up'");
  beat(turn);
  beat(turn);
  state.nextBeatAt = now.at + state.settings.keepalive;
  checkCommunication(turn);
}

function onTime(turn: Turn): void {
  const { failbackAt } = turn.state;
  declareDead(turn, 0);
  beatIfDue(turn);
  checkCommunication(turn);
  settleIfDue(turn);
  expireStandby(turn);
  fenceIfDue(turn);
  giveUpIfDue(turn);
  if (failbackAt !== undefined && turn.now.at >= failbackAt) considerFailback(turn);
  askForMissing(turn);
}

function onReceived(turn: Turn, link: string, message: Message): void {
  const accepted = receive(turn, link, message);
  if (accepted !== undefined) {
    dispatch(turn, accepted);
    audit(turn);
  }
}

function dispatch(turn: Turn, { peer, message, seq, newLife }: Accepted): void {
  const type = message.get('t');
  if (type === 'status' || type === 'NS_st') {
    onStatus(turn, peer, message, { seq, newLife });
    return;
  }
  turn.effects.push({ kind: 'notify', class: 'normal', message });
  switch (type) {
    case 'starting':
      onStarting(turn);
      break;
    case 'resource':
      onResource(turn, message, peer);
      considerFailback(turn);
      break;
    case 'ask_resources':
      onAskResources(turn, peer.name, message);
      break;
    case 'shutdone':
      onShutdownNotice(turn, peer);
      break;
    case 'hb_takeover':
      onTakeoverRequest(turn, message);
      break;
    case 'ip-request':
      onGroupRequest(turn, peer.name, message);
      break;
    case 'ip-request-resp':
      onGroupOffer(turn, message);
      break;
    case 'reqnodes':
      // Whoever is asked asks first (recordings cold-start, hb_standby).
      checkCommunication(turn);
      answerNodes(turn, peer);
      break;
    case 'repnodes':
      becomeActive(turn);
      break;
    default:
      break;
  }
}

/** The daemon acts upon what it sends itself (cluster specification 4.1). */
function actOnOwn(turn: Turn, message: Message): void {
  const { state } = turn;
  const type = message.get('t');
  const notice = type === 'status' ? 'unchanged' : 'normal';
  turn.effects.push({ kind: 'notify', class: notice, message });
  const destination = message.get('dest');
  const { localNode } = state.settings;
  if (destination !== undefined && destination !== localNode) return;
  if (type === 'resource') onResource(turn, message, undefined);
  else if (type === 'ask_resources') onAskResources(turn, localNode, message);
  else if (type === 'ip-request-resp') onGroupOffer(turn, message);
}
