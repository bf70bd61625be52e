/** What becomes of a message that came in on a link, up to the point where its type matters. */
import type { Message } from '../message/message.js';
import type { Link, Peer } from '../state.js';
import type { Turn } from '../turn.js';
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
  /** False when the message is meant for another node. */
  readonly ours: boolean;
}

/**
 * Takes in one message (heartbeat 3.0.6, protocol rules for `t src ts seq hg`). Returns it when the
 * node's logic should see it; copies, replays, strangers and control messages end here.
 */
export function receive(turn: Turn, link: string, message: Message): Accepted | undefined {
  const type = message.get('t');
  const source = message.get('src');
  const stamp = message.get('ts');
  if (type === undefined || source === undefined || stamp === undefined) {
    const from = source === undefined ? 'iface ?, from <?>' : `iface ${link}, from ${source}`;
    turn.logLimited('fields', 'error', `process_clustermsg: missing from/ts/type: ${from}`);
    return undefined;
  }
  if ((message.hex('ts') ?? 0) === 0) return undefined;
  if (source === turn.state.settings.localNode) {
    hearOurselves(turn, link, message);
    return undefined;
  }
  const peer = turn.state.peers.get(source);
  if (peer === undefined) {
    const text = `process_status_message: bad node [${source}] in message`;
    turn.logLimited('stranger', 'error', text);
    return undefined;
  }
  if (peer.type === 'ping') return receivePing(turn, peer, link, message);
  return receiveFromNode(turn, peer, link, message, type);
}

/** The answer of a ping node brings back a message of ours; it must be a recent one. */
function receivePing(turn: Turn, peer: Peer, link: string, message: Message): Accepted | undefined {
  const recent = turn.state.pingStamps.includes(message.get('ts') ?? '');
  if (message.get('t') !== 'NS_st' || link !== peer.name || !recent) return undefined;
  hearLink(turn, peer.name, peer.links, link);
  peer.heard = true;
  return { peer, message, seq: 0, newLife: false, ours: true };
}

function receiveFromNode(
  turn: Turn,
  peer: Peer,
  link: string,
  message: Message,
  type: string,
): Accepted | undefined {
  const said = message.get('hg');
  const generation = said === undefined ? 0 : message.hex('hg');
  if (generation === undefined) {
    turn.logLimited('generation', 'error', 'should_drop_message: bad generation number');
    return undefined;
  }
  if (generation < peer.generation) {
    const text = `should_drop_message: attempted replay attack [${peer.name}]?`;
    const detail = `[gen = ${generation}, curgen = ${peer.generation}]`;
    turn.logLimited('replay', 'error', `${text} ${detail}`);
    return undefined;
  }
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
  if (seq === 0) {
    turn.logLimited('seqno', 'error', badNumber(link, peer, message));
    return undefined;
  }
  const newLife = generation > peer.generation || !peer.heard;
  if (generation > peer.generation) beginLife(turn, peer, generation);
  noteIdentity(turn, peer, message);
  const fresh = admit(turn, peer, seq);
  // As in the genuine program, what is meant for others proves no link.
  if (ours) hearLink(turn, peer.name, peer.links, link);
  if (!fresh) return undefined;
  peer.heard = true;
  return { peer, message, seq, newLife, ours };
}

/** What heartbeat 3.0.6 says of a message without a right number. */
function badNumber(link: string, peer: Peer, message: Message): string {
  const where = `iface ${link}, from ${peer.name}`;
  if (message.get('seq') === undefined) return `process_clustermsg: missing seqno: ${where}`;
  if (message.hex('seq') === 0) return 'should_drop_message: bad sequence number';
  return `process_clustermsg: has bad cseq: ${where}`;
}

/** A peer we have not met yet, or one that has restarted, begins with an empty record. */
function beginLife(turn: Turn, peer: Peer, generation: number): void {
  if (peer.heard && peer.generation > 0) turn.log('info', `Heartbeat restart on node ${peer.name}`);
  peer.generation = generation;
  peer.window = EMPTY_WINDOW;
  peer.acked = undefined;
  peer.capabilities = [];
  peer.gaveUp = false;
  peer.statusSeq = 0;
  peer.resourceSeq = 0;
  // A node in a new life does not return from a partition: it had really been gone.
  if (peer.status === 'dead') peer.status = 'init';
}

function noteIdentity(turn: Turn, peer: Peer, message: Message): void {
  const uuid = message.binary('srcuuid');
  if (uuid === undefined || uuid.length !== 16) return;
  const known = peer.uuid;
  if (known?.every((byte, index) => byte === uuid[index])) return;
  if (known !== undefined) {
    const text = `node ${peer.name} changed its uuid to ${formatUuid(uuid)}`;
    turn.logLimited('uuid', 'warn', text);
  }
  peer.uuid = uuid;
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

/** Our own message came back (bcast): it shows only that the wire is there. */
function hearOurselves(turn: Turn, link: string, message: Message): void {
  const { state } = turn;
  const seq = message.hex('seq') ?? 0;
  if (message.hex('hg') !== state.generation || seq > state.history.newest) {
    turn.logLimited(
      'double',
      'error',
      `should_drop_message: attempted replay attack [${state.settings.localNode}]? ` +
        `[gen = ${message.hex('hg') ?? 0}, curgen = ${state.generation}]`,
    );
    return;
  }
  hearLink(turn, state.settings.localNode, state.ownLinks, link);
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
