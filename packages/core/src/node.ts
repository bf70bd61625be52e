/**
 * The cluster machine of one node: state and event in, state and effects out.
 *
 * The caller's duties:
 * 1. Create the state with the settings, and give it `start` first and once.
 * 2. Hand in every event in the order it happened, with the present.
 * 3. Perform the effects in order. What comes of them returns as an event.
 * 4. Hand in `time` no later than `wakeAt` says. One timer is enough.
 * 5. When called late, hand in `overslept`, then everything that waits in the sockets, then `time`.
 */
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import type { JobOutcome } from './job.js';
import {
  beat,
  beatIfDue,
  declareDead,
  expireAllLinks,
  findDead,
  forgiveSilence,
  holdsAlready,
  noteStatus,
} from './membership/membership.js';
import { type Accepted, receive } from './membership/reception.js';
import { ACK_EVERY, acknowledge, askForMissing, paceClients } from './membership/retransmit.js';
import type { Message } from './message/message.js';
import { draftOf, holdingOf, type NodeState, type Peer, type State } from './state.js';
import { compare } from './takeover/agreement.js';
import { onOtherLetGo, onSettling, settleOn } from './takeover/claim.js';
import { onClientsStopped, proceedToEnd, wantEnd } from './takeover/ending.js';
import { handBackBorrowed } from './takeover/handover.js';
import {
  claimIfBothHold,
  onMeeting,
  onNewLifeActive,
  onReturn,
  onTakenForDead,
  yieldIfBothHold,
} from './takeover/heal.js';
import {
  askForOwn,
  isLegacy,
  onPeerActive,
  reclaimOwn,
  reclaimUnheard,
  returnForeign,
} from './takeover/legacy.js';
import {
  acquireOwn,
  askForHomeIfDue,
  audit,
  beginNegotiation,
  considerFailback,
  noteStability,
  onResource,
  onStarting,
  sayAgain,
  sayResources,
  settleIfDue,
  takeForsakenIfDue,
  tellAgainIfDue,
} from './takeover/negotiation.js';
import { conclude } from './takeover/outcome.js';
import { hold, RESUMED } from './takeover/ownership.js';
import { onGroupOffer, onGroupRequest, onGroupTakenUnasked } from './takeover/request.js';
import {
  askForStandby,
  awaitTakeover,
  expireStandby,
  expireTakeover,
  onAskResources,
  onGiving,
  onKeep,
  onPartnerRestarted,
  onTakeoverRequest,
} from './takeover/standby.js';
import { completeLater, keepWhatStayed, redoIfDue } from './takeover/stuck.js';
import {
  fenceIfDue,
  forgetFencing,
  onDeath,
  onFenced,
  onMeetingBeginner,
  onRebirth,
  onShutdownNotice,
} from './takeover/takeover.js';
import { actOnTroubles, onMoved, recallWhatWasAway } from './takeover/trouble.js';
import type { Now } from './time.js';
import { Turn } from './turn.js';

export { createNode } from './newnode.js';
export { view } from './nodeview.js';
export type { NodeState, State } from './state.js';
export { dueFrom, wakeAt } from './wake.js';

/** How many messages of our own may follow from one event before the machine is taken for broken. */
const ECHO_MAX = 1000;

/** One step. The state given is left as it was. */
export function step(
  state: NodeState,
  event: Event,
  now: Now,
): { readonly state: NodeState; readonly effects: readonly Effect[] } {
  if (state.ending.phase === 'over') return { state, effects: [] };
  const draft = draftOf(state);
  return { state: draft, effects: advance(draft, event, now) };
}

/** One step of a state that belongs to the caller and is changed in place: for who keeps no copy. */
export function advance(state: State, event: Event, now: Now): readonly Effect[] {
  if (state.ending.phase === 'over') return [];
  const turn = new Turn(state, now);
  const { newest } = state.history;
  react(turn, event);
  if (state.resources.overtaken) sayAgain(turn);
  if (state.resources.troubles.length > 0) actOnTroubles(turn);
  actOnEchoes(turn);
  if (state.history.newest !== newest) paceClients(turn);
  return turn.effects;
}

function react(turn: Turn, event: Event): void {
  // Until our life has begun there is nobody to hear: what is missed is asked for later.
  if (turn.state.generation === 0 && event.kind !== 'start') return;
  switch (event.kind) {
    case 'start':
      start(turn, event);
      break;
    case 'received':
      onReceived(turn, event.link, event.message);
      break;
    case 'local':
      if (event.message.get('t') === 'ask_resources') askForStandby(turn, event.message);
      else turn.sendMessage(event.message);
      break;
    case 'time':
      turn.state.behind = false;
      onTime(turn);
      break;
    case 'overslept':
      turn.state.behind = true;
      turn.log('warn', `The main loop was held up for ${Math.round(event.by)} ms`);
      forgiveSilence(turn, event.by);
      break;
    case 'jobDone':
      onJobDone(turn, event.id, event.outcome);
      break;
    case 'fenced':
      onFenced(turn, event.node, event.ok, event.badHost === true);
      break;
    case 'stop':
      wantEnd(turn, event.keep);
      proceedToEnd(turn);
      break;
    case 'clientsStopped':
      onClientsStopped(turn);
      break;
  }
}

function start(turn: Turn, event: Extract<Event, { kind: 'start' }>): void {
  const { state, now } = turn;
  state.generation = event.generation;
  state.uuid = event.uuid;
  state.pid = event.pid;
  state.seed = event.seed;
  state.scripted = event.scripted ?? [];
  state.startedAt = now.at;
  for (const peer of state.peers.values()) {
    peer.statusAt = now.at;
    peer.ackDigit = turn.random(ACK_EVERY);
  }
  const resumed = holdingOf(event.resume);
  state.resources.mine = resumed;
  state.resources.needsFailback = event.failback === true && resumed.foreign;
  state.resources.borrowed = event.borrowed ?? [];
  if (event.interrupted === true) completeLater(turn);
  state.resources.since = { local: now.at, foreign: now.at };
  state.resources.keys = {
    local: resumed.local ? [RESUMED] : [],
    foreign: resumed.foreign ? [RESUMED] : [],
  };
  beat(turn);
  state.status = 'up';
  turn.log('info', "Local status now set to: 'up'");
  beat(turn);
  state.nextBeatAt = now.at + state.settings.keepalive;
  checkCommunication(turn);
}

function onReceived(turn: Turn, link: string, message: Message): void {
  const before = turn.state.peers.get(message.get('src') ?? '')?.capabilities ?? [];
  const accepted = receive(turn, link, message);
  if (accepted === undefined) return;
  const { peer, newLife, seq, ours } = accepted;
  // The first thing a node in a new life hears from us must be a status, before any acknowledgement:
  // a genuine node in legacy mode otherwise takes itself for alone (measured on 1.99.4, 2.1, 3.0.6).
  if (newLife) {
    beat(turn);
    onPartnerRestarted(turn, before.includes('settle'));
    forgetFencing(turn, peer.name);
    keepWhatStayed(turn);
    recallWhatWasAway(turn);
    handBackBorrowed(turn, peer);
  }
  if (peer.type === 'normal') acknowledge(turn, peer, seq);
  if (ours) dispatch(turn, accepted);
  else if (message.get('t') === 'ip-request-resp') onGroupTakenUnasked(turn, peer, message);
  checkCommunication(turn);
}

/** A message of another node, by its type. */
function dispatch(turn: Turn, accepted: Accepted): void {
  const { peer, message } = accepted;
  const type = message.get('t') ?? '';
  if (type === 'status' || type === 'NS_st') {
    onStatus(turn, accepted);
    return;
  }
  turn.effect({ kind: 'notify', class: 'normal', message });
  if (isAnsweredByScript(turn, type)) {
    offerToScripts(turn, type, message);
    return;
  }
  switch (type) {
    case 'starting':
      onStarting(turn, peer, accepted.seq < peer.resourceSeq);
      break;
    case 'resource':
      onHolding(turn, accepted);
      break;
    case 'ask_resources':
      onAskResources(turn, peer.name, message);
      break;
    case 'hb_takeover':
      onTakeoverRequest(turn, message);
      break;
    case 'shutdone':
      onShutdownNotice(turn, peer);
      break;
    case 'reqnodes':
      answerNodes(turn, peer);
      break;
    case 'ip-request-resp':
      onGroupOffer(turn, message);
      break;
    case 'x_moved':
      onMoved(turn, peer, message.get('ipaddr') ?? '', message.get('ok') ?? '');
      break;
    case 'x_keep':
      onKeep(turn, peer.name);
      break;
    case 'stonith':
      onTakenForDead(turn, peer, message);
      break;
    case 'ip-request':
      onGroupRequest(turn, peer, message);
      break;
    default:
      break;
  }
  offerToScripts(turn, type, message);
}

/** Types of which a user's script may take the place of our own answer (heartbeat 3.0.6: rc.d). */
const ANSWERABLE: ReadonlySet<string> = new Set(['ip-request', 'ip-request-resp', 'hb_takeover']);

function isAnsweredByScript(turn: Turn, type: string): boolean {
  return ANSWERABLE.has(type) && turn.state.scripted.includes(type);
}

/** What a peer holds, unless it has said something newer already: lost messages arrive late. */
function onHolding(turn: Turn, { peer, message, seq }: Accepted): void {
  if (seq < peer.resourceSeq) {
    if (message.get('info') === 'standby') onGiving(turn, peer.name, message);
    if (seq > peer.stableSeq) noteStability(turn, message);
    return;
  }
  peer.resourceSeq = seq;
  if (message.get('isstable') !== undefined) peer.stableSeq = seq;
  if (message.get('rsc_hold') === undefined && !isLegacy(turn.state)) {
    turn.logLimited('rsc_hold', 'error', 'resource message without rsc_hold field.');
    return;
  }
  onResource(turn, peer, message);
  onGiving(turn, peer.name, message);
  if (message.get('info') === 'letgo') onOtherLetGo(turn);
  // Who keeps what after a partition is settled before anything else is made of it.
  if (message.get('info')?.startsWith('heal') === true) onSettling(turn, peer, message);
  considerFailback(turn);
  audit(turn);
  claimIfBothHold(turn, peer);
}

function onStatus(turn: Turn, { peer, message, seq, reborn }: Accepted): void {
  if (seq < peer.statusSeq) return;
  const first = peer.statusSeq === 0;
  peer.statusSeq = seq;
  const before = turn.state.communicationUp;
  const firstOfReborn = peer.reborn;
  peer.reborn = false;
  const news = noteStatus(turn, peer, message, { first, reborn });
  const changed = news.kind !== 'same' && news.kind !== 'again';
  turn.effect({ kind: 'notify', class: changed ? 'normal' : 'unchanged', message });
  if (peer.type !== 'normal' || !before) return;
  if (firstOfReborn || (first && peer.tookUs)) onRebirth(turn, peer);
  const lives = news.kind === 'changed' || news.kind === 'again';
  if (news.kind !== 'same' && peer.status === 'active') onPeerActive(turn);
  if (lives && peer.status === 'active') onNewLifeActive(turn, peer);
  if (news.kind === 'returned') forgetFencing(turn, peer.name);
  if (news.kind === 'returned') onReturn(turn, peer);
  else if (news.kind === 'met') onMeeting(turn, peer);
  compare(turn, peer, message, seq);
}

/** Our own messages concern us too, in the order sent (heartbeat 3.0.6). */
function actOnEchoes(turn: Turn): void {
  for (let count = 0; turn.echoes.length > 0; count += 1) {
    if (count > ECHO_MAX) throw new Error('the cluster machine answers itself without end');
    const message = turn.echoes.shift();
    if (message !== undefined) actOnOwn(turn, message);
  }
}

function actOnOwn(turn: Turn, message: Message): void {
  const type = message.get('t') ?? '';
  turn.effect({
    kind: 'notify',
    class: type === 'status' ? 'unchanged' : 'normal',
    message,
  });
  const destination = message.get('dest');
  const { localNode } = turn.state.settings;
  if (destination !== undefined && destination !== localNode) return;
  if (type === 'ask_resources') onAskResources(turn, localNode, message);
  else if (type === 'ip-request-resp' && !isAnsweredByScript(turn, type))
    onGroupOffer(turn, message);
  else if (type === 'resource' && message.get('info') === 'mach_down') onMachDown(turn);
  else if (type === 'hb_takeover') awaitTakeover(turn);
  if (type !== 'status' && type !== 'hb_takeover') offerToScripts(turn, type, message);
}

/** The script mach_down has taken the groups of others here: at our own wish, or somebody else's. */
function onMachDown(turn: Turn): void {
  const { ending } = turn.state;
  // We have begun to give everything up since we said so.
  const leaving = ending.phase !== 'no' && ending.phase !== 'wanted';
  if (isLegacy(turn.state) || leaving) return;
  if (!turn.state.resources.mine.foreign) turn.log('info', 'mach_down takeover complete.');
  hold(turn, 'foreign');
}

/** Types that the genuine daemon deals with itself, whatever lies in rc.d (heartbeat 3.0.6). */
const NEVER_SCRIPTED: ReadonlySet<string> = new Set([
  'starting',
  'resource',
  'ask_resources',
  'shutdone',
  'stonith',
  'reqnodes',
  'repnodes',
  'hbapi-clstat',
]);

function offerToScripts(turn: Turn, type: string, message: Message): void {
  if (type === '' || NEVER_SCRIPTED.has(type)) return;
  turn.effect({ kind: 'script', type, message, environment: turn.scriptEnvironment() });
}

/**
 * `repnodes`: exactly the normal nodes of ha.cf, a blank after each (heartbeat 2.1 and 3.0.6).
 * A genuine node goes to work upon it, and in legacy mode takes its groups unasked where nobody is
 * at work yet. Before we are, with what runs here of its own, there is no answer: it asks again.
 */
function answerNodes(turn: Turn, peer: Peer): void {
  if (holdsAlready(turn.state)) return;
  peer.asked = true;
  const names = turn.state.settings.nodes.filter((node) => node.type === 'normal');
  turn.send({
    dest: peer.name,
    t: 'repnodes',
    nodelist: names.map((node) => `${node.name} `).join(''),
    delnodelist: ' ',
  });
}

function onTime(turn: Turn): void {
  for (const peer of findDead(turn)) {
    declareDead(turn, peer);
    if (peer.type === 'normal' && turn.state.communicationUp) onDeath(turn, peer);
  }
  expireAllLinks(turn);
  checkCommunication(turn);
  settleIfDue(turn);
  tellAgainIfDue(turn);
  settleOn(turn);
  expireStandby(turn);
  expireTakeover(turn);
  fenceIfDue(turn);
  redoIfDue(turn);
  yieldIfBothHold(turn);
  const { failbackAt } = turn.state.resources;
  if (failbackAt !== undefined && turn.now.at >= failbackAt) considerFailback(turn);
  askForHomeIfDue(turn);
  askForMissing(turn);
  if (beatIfDue(turn)) {
    reclaimUnheard(turn);
    takeForsakenIfDue(turn);
  }
  proceedToEnd(turn);
}

/** Communication is up when every configured node has been heard or is dead (heartbeat 3.0.6). */
function checkCommunication(turn: Turn): void {
  const { state } = turn;
  if (state.communicationUp || state.generation === 0) return;
  // A node that has given up everything begins nothing.
  if (state.ending.phase !== 'no' && state.ending.phase !== 'wanted') return;
  const peers = [...state.peers.values()];
  if (!peers.every((peer) => peer.status !== 'init')) return;
  state.communicationUp = true;
  turn.log('info', 'Comm_now_up(): updating status to active');
  state.status = 'active';
  turn.log('info', "Local status now set to: 'active'");
  beat(turn);
  turn.effect({ kind: 'communicationUp' });
  onMeetingBeginner(turn);
  if (isLegacy(state)) {
    askForOwn(turn);
    reclaimOwn(turn);
    returnForeign(turn);
  } else beginNegotiation(turn);
  const gone = turn.others().filter((peer) => peer.status === 'dead');
  for (const peer of gone) onDeath(turn, peer);
  if (turn.livingOthers().length === 0 && gone.length === 0) standAlone(turn);
}

/** A cluster of one: nobody to ask. */
function standAlone(turn: Turn): void {
  if (isLegacy(turn.state)) return;
  turn.state.resources.otherStable = true;
  turn.state.resources.phase = 'stable';
  acquireOwn(turn, true);
  sayResources(turn);
}

function onJobDone(turn: Turn, id: number, outcome: JobOutcome): void {
  const { resources } = turn.state;
  const job = resources.jobs.find((job) => job.id === id);
  if (job === undefined) return;
  resources.jobs = resources.jobs.filter((other) => other.id !== id);
  conclude(turn, job.purpose, outcome);
  proceedToEnd(turn);
}
