/**
 * Which authentic messages end at the door: replays, strangers, and what lacks a field. Judged from
 * the state alone and without changing it, so that a flood of them costs no turn of the machine.
 */
import type { Message } from '../message/message.js';
import type { NodeState, Peer } from '../state.js';

/**
 * `early`: our life has not begun; `fields`: no source, type or time; `stamp`: time 0; `own`: our
 * own message of another life; `stranger`: no node of ours; `generation`: not a number; `replay`:
 * of a life that is over; `number`: no sequence number.
 */
export type RefusalReason =
  | 'early'
  | 'fields'
  | 'stamp'
  | 'own'
  | 'stranger'
  | 'generation'
  | 'replay'
  | 'number';

export interface Refusal {
  readonly reason: RefusalReason;
  /** What heartbeat 3.0.6 logs as an error; undefined when it drops the message without a word. */
  readonly text: (() => string) | undefined;
}

const EARLY: Refusal = { reason: 'early', text: undefined };
const STAMP: Refusal = { reason: 'stamp', text: undefined };
const GENERATION: Refusal = {
  reason: 'generation',
  text: () => 'should_drop_message: bad generation number',
};

/** Why a message that came in on a link is not to be acted upon; undefined when it is. */
export function refusalOf(state: NodeState, link: string, message: Message): Refusal | undefined {
  if (state.generation === 0) return EARLY;
  const type = message.get('t');
  const source = message.get('src');
  if (type === undefined || source === undefined || message.get('ts') === undefined) {
    return incomplete(link, source);
  }
  if ((message.hex('ts') ?? 0) === 0) return STAMP;
  if (source === state.settings.localNode) return refusalOfOwn(state, message);
  const peer = state.peers.get(source);
  if (peer === undefined) return strange(source);
  return peer.type === 'ping' ? undefined : refusalOfPeer(peer, link, message, type);
}

function incomplete(link: string, source: string | undefined): Refusal {
  const from = source === undefined ? 'iface ?, from <?>' : `iface ${link}, from ${source}`;
  return { reason: 'fields', text: () => `process_clustermsg: missing from/ts/type: ${from}` };
}

function strange(source: string): Refusal {
  const text = (): string => `process_status_message: bad node [${source}] in message`;
  return { reason: 'stranger', text };
}

/** What we hear of ourselves (bcast) is of this life, and nothing we have not sent. */
function refusalOfOwn(state: NodeState, message: Message): Refusal | undefined {
  const generation = message.hex('hg');
  const ours = (message.hex('seq') ?? 0) <= state.history.newest;
  if (generation === state.generation && ours) return undefined;
  return replayed('own', state.settings.localNode, generation ?? 0, state.generation);
}

function refusalOfPeer(
  peer: Peer,
  link: string,
  message: Message,
  type: string,
): Refusal | undefined {
  const generation = message.get('hg') === undefined ? 0 : message.hex('hg');
  if (generation === undefined) return GENERATION;
  const { name, generation: present } = peer;
  if (generation < present) return replayed('replay', name, generation, present);
  if (type.startsWith('NS_') || (message.hex('seq') ?? 0) > 0) return undefined;
  return unnumbered(link, peer, message);
}

function replayed(
  reason: 'own' | 'replay',
  node: string,
  generation: number,
  present: number,
): Refusal {
  const gap = `[gen = ${generation}, curgen = ${present}]`;
  return {
    reason,
    text: () => `should_drop_message: attempted replay attack [${node}]? ${gap}`,
  };
}

/** A message without a right number. */
function unnumbered(link: string, peer: Peer, message: Message): Refusal {
  return { reason: 'number', text: () => badNumber(link, peer, message) };
}

/** What heartbeat 3.0.6 says of it. */
function badNumber(link: string, peer: Peer, message: Message): string {
  const where = `iface ${link}, from ${peer.name}`;
  if (message.get('seq') === undefined) return `process_clustermsg: missing seqno: ${where}`;
  if (message.hex('seq') === 0) return 'should_drop_message: bad sequence number';
  return `process_clustermsg: has bad cseq: ${where}`;
}
