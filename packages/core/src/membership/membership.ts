/** Who is there: statuses in, deaths out, our own beat. */
import type { Message } from '../message/message.js';
import { holdingOf, type NodeState, type Peer } from '../state.js';
import { HOLDS } from '../takeover/ownership.js';
import { restFields } from '../takeover/rest.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { expireLinks } from './reception.js';
import { resetTracking } from './retransmit.js';

/** During this time after our start we ask for a longer dead time (heartbeat 3.0.6: 5 s). */
const START_GRACE = 5000;
/** By how much longer. */
const START_ALLOWANCE = 2000;
/** What we can do that a genuine program cannot: see docs on mixed clusters. */
export const CAPABILITIES = ['1', 'settle', 'heal', 'move'];

/** In the first seconds: how long a node of our kind need wait for us, without the allowance. */
const PLAIN_DEADTIME = /^dt=[0-9a-f]{1,8}$/;

/** What a status tells beside that the node lives. */
export type StatusNews =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed' }
  /** At work as it was before, but in a new life of which this is the first word that came. */
  | { readonly kind: 'again' }
  /** The node was declared dead and is back in the same life: the cluster had been split. */
  | { readonly kind: 'returned' }
  /** We meet the node for the first time in this life, and it is at work already. */
  | { readonly kind: 'met' };

/**
 * Takes in a status of another node. `first`: none of its life came before; `reborn`: it was dead
 * and this is its new life's first word.
 */
export function noteStatus(
  turn: Turn,
  peer: Peer,
  message: Message,
  { first, reborn }: { readonly first: boolean; readonly reborn: boolean },
): StatusNews {
  const said = message.get('st');
  if (said === undefined) {
    turn.logLimited('st', 'error', 'HBDoMsg_T_STATUS: status update without st field');
    return { kind: 'same' };
  }
  if (peer.type === 'normal') noteAnnouncements(turn, peer, message);
  const status = said.toLowerCase();
  const silent = turn.now.at - peer.statusAt;
  const dead = peer.status === 'dead';
  const known = peer.status !== 'init' && !dead;
  peer.statusAt = turn.now.at;
  if (known || dead || peer.type === 'ping') warnIfLate(turn, peer, silent);
  if (status === peer.status && !reborn) {
    return { kind: first && status === 'active' ? 'again' : 'same' };
  }
  peer.status = status;
  turn.log('info', `Status update for node ${peer.name}: status ${said}`);
  turn.effect({ kind: 'script', type: 'status', message, environment: turn.scriptEnvironment() });
  if (dead) return { kind: 'returned' };
  // One that was heard to begin is not met at work, though its next word was lost.
  return { kind: first && !known && status === 'active' ? 'met' : 'changed' };
}

function noteAnnouncements(turn: Turn, peer: Peer, message: Message): void {
  const acknowledges = message.get('protocol') !== undefined;
  if (!acknowledges && (peer.acknowledges || peer.status === 'init')) {
    const text = 'flow control disabled due to different version heartbeat';
    turn.logLimited('protocol', 'info', text);
  }
  peer.acknowledges = acknowledges;
  const words = message.get('x_ts');
  peer.capabilities = words === undefined ? [] : words.split(' ').filter((word) => word !== '');
  const plain = peer.capabilities.find((word) => PLAIN_DEADTIME.test(word));
  const deadtime = plain === undefined ? message.hex('dt') : Number.parseInt(plain.slice(3), 16);
  if (deadtime !== undefined && deadtime > 0) peer.deadtime = deadtime;
}

function warnIfLate(turn: Turn, peer: Peer, silent: Millis): void {
  const { settings } = turn.state;
  const text = `Late heartbeat: Node ${peer.name}: interval ${Math.round(silent)} ms`;
  if (silent > settings.deadtime) turn.log('crit', `${text} (> deadtime)`);
  else if (silent > settings.warntime) turn.log('warn', text);
}

/** How long this node may be silent before it is dead. */
export function patience(state: NodeState, peer: Peer): Millis {
  const { settings, communicationUp } = state;
  if (!communicationUp) return Math.max(settings.initdead, peer.heard ? peer.deadtime : 0);
  return peer.type === 'ping' ? settings.deadping : peer.deadtime;
}

/** The nodes that have been silent for too long, marked as dead. */
export function findDead(turn: Turn): Peer[] {
  const dead: Peer[] = [];
  for (const peer of turn.state.peers.values()) {
    if (peer.status !== 'dead' && turn.now.at - peer.statusAt >= patience(turn.state, peer)) {
      dead.push(peer);
    }
  }
  return dead;
}

/** Marks a node as dead and tells everybody (heartbeat 3.0.6). */
export function declareDead(turn: Turn, peer: Peer): void {
  const { localNode } = turn.state.settings;
  turn.log('warn', `node ${peer.name}: is dead`);
  peer.status = 'dead';
  resetTracking(peer);
  const news = {
    t: 'status',
    seq: '1',
    ts: turn.now.wall.toString(16),
    src: peer.name,
    st: 'dead',
    ...(peer.type === 'ping' ? { info: 'ping' } : {}),
  };
  turn.notify('normal', news);
  turn.tellScript('status', news);
  if (peer.name !== localNode) paceAfterDeath(turn, peer);
}

function paceAfterDeath(turn: Turn, peer: Peer): void {
  peer.acknowledges = false;
  if (turn.livingOthers().length === 0 && turn.state.clientsPaused) {
    turn.state.clientsPaused = false;
    turn.effect({ kind: 'pauseClients', paused: false });
  }
}

/** Declares silent links dead, of every node and our own. */
export function expireAllLinks(turn: Turn): void {
  const { state } = turn;
  for (const peer of state.peers.values()) {
    expireLinks(turn, peer.name, peer.links, patience(turn.state, peer));
  }
  expireLinks(turn, state.settings.localNode, state.ownLinks, state.settings.deadtime);
}

/** Sends our status, and asks every ping node for an answer. */
export function beat(turn: Turn): void {
  const { state, now } = turn;
  const { settings } = state;
  const starting = now.at - state.startedAt <= START_GRACE;
  const deadtime = settings.deadtime + (starting ? START_ALLOWANCE : 0);
  const words = [
    ...CAPABILITIES,
    ...(starting ? [`dt=${settings.deadtime.toString(16)}`] : []),
    ...(holdsAlready(state) ? [HOLDS] : []),
  ];
  turn.send({
    t: 'status',
    st: state.status,
    dt: deadtime.toString(16),
    protocol: '1',
    x_ts: words.join(' '),
    ...restFields(state),
  });
  const stamp = now.wall.toString(16);
  const kept = Math.ceil(settings.deadping / settings.keepalive) + 2;
  if (state.pingStamps.at(-1) !== stamp) state.pingStamps.push(stamp);
  if (state.pingStamps.length > kept) state.pingStamps.shift();
  for (const medium of settings.media) {
    if (medium.kind !== 'ping' && medium.kind !== 'ping6' && medium.kind !== 'ping_group') continue;
    const name = medium.kind === 'ping_group' ? medium.name : medium.host;
    turn.ping(name, { t: 'NS_st', st: 'ping', info: medium.kind, src: name, ts: stamp });
  }
}

/** Legacy mode: groups of others run here before we are at work, or are still being stopped. */
export function holdsAlready({ settings, status, resources }: NodeState): boolean {
  if (settings.autoFailback !== 'legacy' || status === 'active') return false;
  const stops = resources.jobs.some(
    ({ purpose }) => purpose.kind === 'shutdown' && holdingOf(purpose.held).foreign,
  );
  return resources.mine.foreign || stops;
}

/** Sends the beat when it is due, and says so. One that we slept through is not made up for. */
export function beatIfDue(turn: Turn): boolean {
  const { state, now } = turn;
  if (now.at < state.nextBeatAt) return false;
  const { keepalive } = state.settings;
  const late = now.at - state.nextBeatAt;
  state.nextBeatAt = late < keepalive ? state.nextBeatAt + keepalive : now.at + keepalive;
  beat(turn);
  return true;
}

/**
 * We were not there for a while: silence in that time proves nothing, so every node that we would
 * now take for dead gets two keepalives more to be heard. After a sleep in which the others took us
 * for dead it gets its whole dead time: they serve what we held, and nothing is urgent.
 */
export function forgiveSilence(turn: Turn, slept: Millis): void {
  const { state, now } = turn;
  const long = slept >= state.settings.deadtime;
  for (const peer of state.peers.values()) {
    const limit = patience(turn.state, peer);
    const allowance = long ? limit : Math.min(2 * state.settings.keepalive, limit);
    peer.statusAt = Math.max(peer.statusAt, now.at - patience(turn.state, peer) + allowance);
    for (const link of peer.links.values()) {
      link.heardAt = Math.max(link.heardAt, now.at - patience(turn.state, peer) + allowance);
    }
  }
}
