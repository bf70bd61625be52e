/** Who is there: our own beat, statuses of others, their deaths, and when communication is up. */
import { Message } from '@ts-heartbeat/core/message/message';
import { expireLinks } from './links.js';
import { acquireOwn, beginNegotiation } from './negotiation.js';
import { forgetNumbers } from './sequence.js';
import { type GenuineState, isEnding, isLegacy, type Peer } from './state.js';
import { onDeath } from './takeover.js';
import type { Turn } from './turn.js';

/** So long after its start a node announces a longer dead time (protocol specification 6). */
const START_GRACE = 5000;
const START_ALLOWANCE = 2000;
/** `reqnodes` is repeated after this. */
const ASK_NODES_PAUSE = 1000;
/** From the return of a node after a partition to our restart (protocol specification 6.4). */
const RESTART_PAUSE = 2000;

/** Sends our status, and an echo request on every ping medium. */
export function beat(turn: Turn): void {
  const { state, now } = turn;
  const { settings } = state;
  const young = now.at - state.startedAt <= START_GRACE;
  const dt = settings.deadtime + (young ? START_ALLOWANCE : 0);
  turn.send({ t: 'status', st: state.status, dt: dt.toString(16), protocol: '1' });
  for (const medium of settings.media) {
    if (medium.kind !== 'ping' && medium.kind !== 'ping6' && medium.kind !== 'ping_group') continue;
    const src = medium.kind === 'ping_group' ? medium.name : medium.host;
    const fields = { t: 'NS_st', st: 'ping', info: medium.kind, src, ts: now.wall.toString(16) };
    turn.effects.push({ kind: 'ping', link: src, message: Message.of(fields) });
  }
}

/** Sends the beat that is due; those that were slept through are left out. */
export function beatIfDue(turn: Turn): void {
  const { state, now } = turn;
  if (now.at < state.nextBeatAt) return;
  const { keepalive } = state.settings;
  const late = now.at - state.nextBeatAt;
  state.nextBeatAt = late < keepalive ? state.nextBeatAt + keepalive : now.at + keepalive;
  beat(turn);
}

/** How long a node may be silent: `initdead` until communication is up, then what it announced. */
export function patience(state: GenuineState, peer: Peer): number {
  return state.communicationUp ? peer.deadtime : state.settings.initdead;
}

/**
 * Declares dead who was silent for longer than that. The daemon goes by what it has read: silence
 * that it slept through counts, although messages may wait in its sockets.
 *
 * @param slack 1: silence of exactly the dead time is let pass, since a message is just being read.
 */
export function declareDead(turn: Turn, slack: 0 | 1): void {
  const { state, now } = turn;
  for (const peer of state.peers.values()) {
    const limit = patience(state, peer);
    if (peer.status === 'dead' || now.at - peer.statusAt < limit + slack) continue;
    die(turn, peer);
  }
  for (const peer of state.peers.values()) {
    expireLinks(turn, peer.name, peer.links, patience(state, peer) + slack);
  }
  const { localNode, deadtime } = state.settings;
  expireLinks(turn, localNode, state.ownLinks, deadtime + slack);
}

function die(turn: Turn, peer: Peer): void {
  turn.log('warn', `node ${peer.name}: is dead`);
  peer.status = 'dead';
  forgetNumbers(peer);
  turn.notify({
    t: 'status',
    seq: '1',
    ts: turn.now.wall.toString(16),
    src: peer.name,
    st: 'dead',
    ...(peer.type === 'ping' ? { info: 'ping' } : {}),
  });
  if (peer.type === 'normal' && turn.state.communicationUp) onDeath(turn, peer);
}

/** Takes in a status of a node, or the answer of a ping node. */
export function onStatus(
  turn: Turn,
  peer: Peer,
  message: Message,
  { seq, newLife }: { readonly seq: number; readonly newLife: boolean },
): void {
  const said = message.get('st');
  if (said === undefined || seq < peer.statusSeq) return;
  peer.statusSeq = seq;
  const deadtime = message.hex('dt');
  if (deadtime !== undefined && deadtime > 0) peer.deadtime = deadtime;
  const known = peer.status !== 'init' && !newLife;
  const silent = turn.now.at - peer.statusAt;
  peer.statusAt = turn.now.at;
  if (peer.status === 'dead' && known && peer.type === 'normal') returned(turn, peer);
  if (known) warnIfLate(turn, peer, silent);
  const status = said.toLowerCase();
  const changed = status !== peer.status;
  if (changed) {
    peer.status = status;
    turn.log('info', `Status update for node ${peer.name}: status ${said}`);
  }
  turn.effects.push({ kind: 'notify', class: changed ? 'normal' : 'unchanged', message });
}

/** The same life after its death: the cluster was split, and both nodes begin anew. */
function returned(turn: Turn, peer: Peer): void {
  const { state } = turn;
  turn.log('crit', `Cluster node ${peer.name} returning after partition.`);
  turn.log(
    'info',
    'For information on cluster partitions, See URL: http://linux-ha.org/SplitBrain',
  );
  turn.log('warn', 'Deadtime value may be too small.');
  turn.log('info', 'See FAQ for information on tuning deadtime.');
  if (!state.communicationUp || state.ending.phase !== 'no') return;
  const at = turn.now.at + RESTART_PAUSE;
  state.ending = { phase: 'wanted', restart: true, keep: false, at, told: '' };
}

function warnIfLate(turn: Turn, peer: Peer, silent: number): void {
  const text = `Late heartbeat: Node ${peer.name}: interval ${Math.round(silent)} ms`;
  if (silent >= patience(turn.state, peer) && peer.status === 'dead') {
    turn.log('crit', `${text} (> deadtime)`);
    // 3.0.6 goes through the whole death once more before it takes the status.
    const { statusAt, last } = peer;
    die(turn, peer);
    peer.statusAt = statusAt;
    peer.last = last;
  } else if (silent > turn.state.settings.warntime) turn.log('warn', text);
}

/**
 * Goes active when every node has been heard, or is dead, and a living one has answered `reqnodes`
 * (protocol specification 6.1).
 */
export function checkCommunication(turn: Turn): void {
  const { state, now } = turn;
  if (state.communicationUp || isEnding(state)) return;
  for (const { heard, status } of state.peers.values()) if (!heard && status !== 'dead') return;
  const living = turn.others().filter((peer) => peer.heard && peer.status !== 'dead');
  if (living.length === 0) {
    becomeActive(turn);
    return;
  }
  if (now.at < state.askNodesAt) return;
  const asked = living[state.askedNodes % living.length];
  state.askedNodes += 1;
  state.askNodesAt = now.at + ASK_NODES_PAUSE;
  if (asked !== undefined) turn.send({ t: 'reqnodes', dest: asked.name });
}

/** `repnodes`, also one that was not asked for. */
export function becomeActive(turn: Turn): void {
  const { state } = turn;
  if (state.communicationUp || isEnding(state)) return;
  state.communicationUp = true;
  turn.log('info', 'Comm_now_up(): updating status to active');
  state.status = 'active';
  turn.log('info', "Local status now set to: 'active'");
  beat(turn);
  turn.effects.push({ kind: 'communicationUp' });
  const dead = turn.others().filter((peer) => peer.status === 'dead');
  if (!isLegacy(state)) beginNegotiation(turn);
  else if (dead.length === 0 && !state.mine.local) acquireOwn(turn, true);
  for (const peer of dead) onDeath(turn, peer);
}

/** `repnodes`: the normal nodes of ha.cf, a blank after each. */
export function answerNodes(turn: Turn, peer: Peer): void {
  const names = turn.state.settings.nodes.filter(({ type }) => type === 'normal');
  const nodelist = names.map(({ name }) => `${name} `).join('');
  turn.send({ dest: peer.name, t: 'repnodes', nodelist, delnodelist: ' ' });
}
