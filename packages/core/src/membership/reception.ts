/** What becomes of a message that came in on a link, up to the point where its type matters. */
import type { Message } from '../message/message.js';
import type { Link, Peer } from '../state.js';
import type { Turn } from '../turn.js';
import { refusalOf } from './refusal.js';
import { acceptLoss, answerRequest, noteAcknowledgement } from './retransmit.js';
import { EMPTY_WINDOW, judge } from './sequence.js';

/** A message that passed: new, from a known node, of its present generation. */
export interface Accepted {
  readonly peer: Peer;
  readonly message: Message;
  /** Its number; 0 for the answer of a ping node. */
  readonly seq: number;
  /** The peer has begun a life that we have not met before with this message. */
  readonly newLife: boolean;
  /** The same, of a peer that was dead. */
  readonly reborn: boolean;
  /** False when the message is meant for another node. */
  readonly ours: boolean;
}

/**
 * Takes in one message (heartbeat 3.0.6, protocol rules for `t src ts seq hg`). Returns it when the
 * node's logic should see it; copies, replays, strangers and control messages end here.
 */
export function receive(turn: Turn, link: string, message: Message): Accepted | undefined {
  const refusal = refusalOf(turn.state, link, message);
  if (refusal !== undefined) {
    if (refusal.text !== undefined) turn.logLimited(refusal.reason, 'error', refusal.text());
    return undefined;
  }
  const { state } = turn;
  const source = message.get('src') ?? '';
  if (source === state.settings.localNode) {
    // It came back (bcast): that shows only that the wire is there.
    hearLink(turn, source, state.ownLinks, link);
    return undefined;
  }
  const peer = state.peers.get(source);
  if (peer === undefined) return undefined;
  if (peer.type === 'ping') return receivePing(turn, peer, link, message);
  return receiveFromNode(turn, peer, link, message);
}

/** The answer of a ping node brings back a message of ours; it must be a recent one. */
function receivePing(turn: Turn, peer: Peer, link: string, message: Message): Accepted | undefined {
  const recent = turn.state.pingStamps.includes(message.get('ts') ?? '');
  if (message.get('t') !== 'NS_st' || link !== peer.name || !recent) return undefined;
  hearLink(turn, peer.name, peer.links, link);
  peer.heard = true;
  return { peer, message, seq: 0, newLife: false, reborn: false, ours: true };
}

function receiveFromNode(
  turn: Turn,
  peer: Peer,
  link: string,
  message: Message,
): Accepted | undefined {
  const type = message.get('t') ?? '';
  const generation = message.hex('hg') ?? 0;
  const control = type.startsWith('NS_');
  const destination = message.get('dest');
  const ours = destination === undefined || destination === turn.state.settings.localNode;
  if (control) {
    // Control messages carry no number; one of a life we have not met yet proves nothing.
    if (generation > peer.generation) return undefined;
    if (!ours) return undefined;
    hearLink(turn, peer.name, peer.links, link);
    if (type === 'NS_rexmit') answerRequest(turn, peer, message);
    else if (type === 'NS_nak_rexmit') acceptLoss(turn, peer, message);
    else if (type === 'NS_ackmsg') noteAcknowledgement(turn, peer, message);
    return undefined;
  }
  const seq = message.hex('seq') ?? 0;
  const newLife = generation > peer.generation || !peer.heard;
  const reborn = newLife && peer.status === 'dead';
  if (generation > peer.generation) beginLife(turn, peer, generation);
  noteIdentity(turn, peer, message);
  const fresh = admit(turn, peer, seq);
  // As in the genuine program, what is meant for others proves no link.
  if (ours) hearLink(turn, peer.name, peer.links, link);
  if (!fresh) return undefined;
  peer.heard = true;
  return { peer, message, seq, newLife, reborn, ours };
}

/** A peer we have not met yet, or one that has restarted, begins with an empty record. */
function beginLife(turn: Turn, peer: Peer, generation: number): void {
  if (peer.heard && peer.generation > 0) turn.log('info', `Heartbeat restart on node ${peer.name}`);
  peer.generation = generation;
  peer.window = EMPTY_WINDOW;
  peer.acked = undefined;
  peer.capabilities = [];
  peer.gaveUp = false;
  peer.asked = false;
  peer.statusSeq = 0;
  peer.resourceSeq = 0;
  peer.stableSeq = 0;
  peer.doneSeq = 0;
  // The time since the last status of the old life is nobody's delay.
  peer.statusAt = turn.now.at;
  // A node in a new life does not return from a partition: it had really been gone.
  peer.reborn ||= peer.status === 'dead';
  if (peer.reborn) peer.status = 'init';
}

function noteIdentity(turn: Turn, peer: Peer, message: Message): void {
  const uuid = message.binary('srcuuid');
  const known = peer.uuid;
  if (uuid === undefined || (known !== undefined && isSame(known, uuid))) return;
  if (uuid.length !== 16 || uuid.every((byte) => byte === 0)) return;
  if (known !== undefined) {
    const text = `node ${peer.name} changed its uuid to ${formatUuid(uuid)}`;
    turn.logLimited('uuid', 'info', text);
  }
  peer.uuid = uuid;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/** A uuid in its usual spelling. */
export function formatUuid(uuid: Uint8Array): string {
  const hex = [...uuid].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Judges the number; true when the message is new. */
function admit(turn: Turn, peer: Peer, seq: number): boolean {
  const delay = turn.state.settings.maxRexmitDelay;
  const verdict = judge(peer.window, seq, () => turn.now.at + turn.random(delay + 1));
  if (verdict.kind === 'duplicate') return false;
  peer.window = verdict.window;
  switch (verdict.kind) {
    case 'gap': {
      const text = `${verdict.lost.length} lost packet(s) for [${peer.name}]`;
      turn.logLimited('lost', 'warn', `${text} [${verdict.from}:${seq}]`);
      break;
    }
    case 'resync': {
      const text = `${seq - verdict.from - 1} lost packet(s) for [${peer.name}]`;
      turn.logLimited('lost', 'warn', `${text} [${verdict.from}:${seq}]`);
      turn.logLimited('lost much', 'error', 'lost a lot of packets!');
      break;
    }
    case 'filled':
      if (verdict.complete)
        turn.logLimited('complete', 'info', `No pkts missing from ${peer.name}!`);
      break;
    default:
      break;
  }
  return true;
}

/** Notes that a link carried something; tells when it comes up. */
export function hearLink(turn: Turn, node: string, links: Map<string, Link>, name: string): void {
  const link = links.get(name);
  if (link === undefined) return;
  link.heardAt = turn.now.at;
  if (link.up) return;
  link.up = true;
  tellLink(turn, node, name, 'up');
}

/** Declares links dead that were silent for the node's dead time. */
export function expireLinks(
  turn: Turn,
  node: string,
  links: Map<string, Link>,
  deadtime: number,
): void {
  for (const [name, link] of links) {
    if (!link.up || turn.now.at - link.heardAt < deadtime) continue;
    link.up = false;
    tellLink(turn, node, name, 'dead');
  }
}

function tellLink(turn: Turn, node: string, name: string, status: 'up' | 'dead'): void {
  turn.log('info', `Link ${node}:${name} ${status}.`);
  turn.notify('normal', { t: 'ifstat', node, ifname: name, st: status });
}
