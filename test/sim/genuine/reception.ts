/**
 * What becomes of a message before its type matters (protocol specification 4.2 and 5.2). Fields
 * of our own kind (`x_…`) are never looked at.
 */
import type { Message } from '@ts-heartbeat/core/message/message';
import { hearLink } from './links.js';
import { acknowledge, admit, forgetNumbers, onControl } from './sequence.js';
import type { GenuineState, Peer } from './state.js';
import type { Turn } from './turn.js';

/** A message that the daemon's logic shall see. */
export interface Accepted {
  readonly peer: Peer;
  readonly message: Message;
  /** 0 for the answer of a ping node. */
  readonly seq: number;
  /** The first status of a life that was not met before. */
  readonly newLife: boolean;
}

/** Takes in one message; undefined when it ends here. */
export function receive(turn: Turn, link: string, message: Message): Accepted | undefined {
  const { state } = turn;
  const peer = senderOf(turn, link, message);
  if (peer === undefined) return undefined;
  if (peer.type === 'ping') {
    if (message.get('t') !== 'NS_st' || link !== peer.name) return undefined;
    hearLink(turn, peer.name, peer.links, link);
    peer.heard = true;
    return { peer, message, seq: 0, newLife: false };
  }
  const generation = message.hex('hg') ?? 0;
  if (generation < peer.generation) {
    const lives = `[gen = ${generation}, curgen = ${peer.generation}]`;
    turn.log('error', `should_drop_message: attempted replay attack [${peer.name}]? ${lives}`);
    return undefined;
  }
  const destination = message.get('dest');
  const ours = destination === undefined || destination === state.settings.localNode;
  if (message.get('t')?.startsWith('NS_') === true) {
    if (!ours) return undefined;
    hearLink(turn, peer.name, peer.links, link);
    peer.heard = true;
    onControl(turn, peer, message);
    return undefined;
  }
  const seq = message.hex('seq') ?? 0;
  if (seq === 0) return undefined;
  // Only a status makes a new life known; anything else of it is judged by the old numbers.
  const newLife = message.get('t') === 'status' && generation > peer.generation;
  if (newLife) beginLife(turn, peer, generation);
  noteIdentity(turn, peer, message);
  const fresh = admit(turn, peer, seq);
  if (ours) hearLink(turn, peer.name, peer.links, link);
  if (!fresh) return undefined;
  peer.heard = true;
  acknowledge(turn, peer, seq);
  return ours ? { peer, message, seq, newLife } : undefined;
}

function senderOf(turn: Turn, link: string, message: Message): Peer | undefined {
  const { state } = turn;
  const source = message.get('src');
  if (source === undefined || message.get('t') === undefined) return undefined;
  if ((message.hex('ts') ?? 0) === 0) return undefined;
  if (source === state.settings.localNode) hearOurselves(turn, link, message);
  const peer = state.peers.get(source);
  if (peer === undefined && source !== state.settings.localNode) {
    turn.log('error', `process_status_message: bad node [${source}] in message`);
  }
  return peer;
}

/** On bcast our own messages come back: they show only that the wire is there. */
function hearOurselves(turn: Turn, link: string, message: Message): void {
  const { state } = turn;
  if (message.hex('hg') === state.generation) {
    hearLink(turn, state.settings.localNode, state.ownLinks, link);
  }
}

function beginLife(turn: Turn, peer: Peer, generation: number): void {
  if (peer.generation > 0) turn.log('info', `Heartbeat restart on node ${peer.name}`);
  peer.generation = generation;
  forgetNumbers(peer);
  peer.statusSeq = 0;
  peer.statusAt = turn.now.at;
  peer.gaveUp = false;
}

function noteIdentity(turn: Turn, peer: Peer, message: Message): void {
  const uuid = message.binary('srcuuid');
  if (uuid === undefined || peer.uuid?.every((byte, place) => byte === uuid[place])) return;
  if (peer.uuid !== undefined) turn.log('info', `node ${peer.name} changed its uuid`);
  peer.uuid = uuid;
}

/** The nodes that said themselves that they are at work: what legacy mode goes by. */
export function isAnyoneActive(state: GenuineState): boolean {
  for (const { type, status, gaveUp } of state.peers.values()) {
    if (type === 'normal' && status === 'active' && !gaveUp) return true;
  }
  return false;
}
