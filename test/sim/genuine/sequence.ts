/**
 * Numbers of messages: copies, gaps, what is asked for again, and what is sent again (protocol
 * specification 5.2 and 5.3, measured on 3.0.6).
 */
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Peer } from './state.js';
import { HISTORY_MAX, type Turn } from './turn.js';

/** A larger gap is not asked for. */
const GAP_MAX = 250;
/** No more than this is missing at a time. */
const MISSING_MAX = 500;
const ASK_AGAIN = 250;
const RESEND_PAUSE = 240;
const REQUEST_MAX = 50;
const PAUSE_ABOVE = 250;
const RESUME_BELOW = 125;
/** One message in ten is acknowledged. */
export const ACK_EVERY = 10;

/** Takes a number in; true when the message is new. */
export function admit(turn: Turn, peer: Peer, seq: number): boolean {
  const { last, missing } = peer;
  if (last === undefined || seq === last + 1) {
    peer.last = seq;
    return true;
  }
  if (seq <= last) return missing.has(seq) && fill(turn, peer, seq);
  const lost = seq - last - 1;
  peer.last = seq;
  turn.log('warn', `${lost} lost packet(s) for [${peer.name}] [${last}:${seq}]`);
  if (lost > GAP_MAX || missing.size + lost > MISSING_MAX) {
    turn.log('error', 'lost a lot of packets!');
    missing.clear();
    return true;
  }
  const delay = turn.state.settings.maxRexmitDelay;
  for (let number = last + 1; number < seq; number += 1) {
    missing.set(number, turn.now.at + turn.random(delay + 1));
  }
  return true;
}

function fill(turn: Turn, peer: Peer, seq: number): true {
  peer.missing.delete(seq);
  if (peer.missing.size === 0) turn.log('info', `No pkts missing from ${peer.name}!`);
  return true;
}

/** Begins the bookkeeping of a peer anew: it is dead, or lives another life. */
export function forgetNumbers(peer: Peer): void {
  peer.last = undefined;
  peer.missing.clear();
  peer.acked = undefined;
}

/** `NS_ackmsg` for one of the digits that were drawn, while nothing below it is missing. */
export function acknowledge(turn: Turn, peer: Peer, seq: number): void {
  if (seq % ACK_EVERY !== peer.ackDigit) return;
  for (const number of peer.missing.keys()) if (number < seq) return;
  turn.send({ t: 'NS_ackmsg', dest: peer.name, ackseq: seq.toString(16) });
}

/** Asks for every missing message whose time has come: one request for each number. */
export function askForMissing(turn: Turn): void {
  for (const peer of turn.state.peers.values()) {
    for (const [seq, at] of peer.missing) {
      if (at > turn.now.at) continue;
      peer.missing.set(seq, turn.now.at + ASK_AGAIN);
      const number = String(seq);
      turn.send({ t: 'NS_rexmit', dest: peer.name, firstseq: number, lastseq: number });
    }
  }
}

/** The control types; they carry no number. */
export function onControl(turn: Turn, peer: Peer, message: Message): void {
  switch (message.get('t')) {
    case 'NS_rexmit':
      sendAgain(turn, peer, message);
      break;
    case 'NS_nak_rexmit': {
      const seq = message.hex('firstseq');
      if (seq === undefined) break;
      turn.log('error', `Irretrievably lost packet: node ${peer.name} seq ${seq}`);
      if (peer.missing.has(seq)) fill(turn, peer, seq);
      break;
    }
    case 'NS_ackmsg': {
      const seq = message.hex('ackseq');
      if (seq !== undefined && seq <= turn.state.newest) {
        peer.acked = Math.max(peer.acked ?? 0, seq);
      }
      break;
    }
    default:
      break;
  }
}

function sendAgain(turn: Turn, peer: Peer, message: Message): void {
  const first = message.decimal('firstseq');
  const last = message.decimal('lastseq');
  if (first === undefined || last === undefined || first < 1 || last < first) {
    turn.log('error', 'Invalid rexmit seqnos');
    return;
  }
  const { state, now } = turn;
  const oldest = state.newest - state.history.length + 1;
  for (let seq = first; seq <= last && seq < first + REQUEST_MAX; seq += 1) {
    if (peer.acked !== undefined && seq <= peer.acked) continue;
    if (seq > state.newest) {
      turn.log('warn', `Rexmit of seq ${seq} requested. ${state.newest} is max.`);
      return;
    }
    const kept = state.history[seq - oldest];
    if (kept === undefined) {
      turn.log('error', `Cannot rexmit pkt ${seq} for ${peer.name}: seqno too low`);
      const firstseq = seq.toString(16);
      turn.send({ t: 'NS_nak_rexmit', firstseq, dest: peer.name, info: 'seqno too low' });
    } else if (now.at - (state.resent.get(seq) ?? -RESEND_PAUSE) >= RESEND_PAUSE) {
      state.resent.set(seq, now.at);
      if (state.resent.size > HISTORY_MAX) state.resent.clear();
      turn.effects.push({ kind: 'send', message: kept });
    }
  }
}

/**
 * Clients are not read while too much is unacknowledged; heartbeats go on. A node that has yet to
 * acknowledge anything keeps the acknowledgements of others from counting.
 */
export function paceClients(turn: Turn): void {
  const { state } = turn;
  let acked = state.newest;
  for (const peer of state.peers.values()) {
    const lives = peer.type === 'normal' && peer.heard && peer.status !== 'dead';
    if (lives) acked = Math.min(acked, peer.acked ?? state.settled);
  }
  state.settled = Math.max(state.settled, acked);
  const behind = state.newest - state.settled;
  if (!state.clientsPaused && behind > PAUSE_ABOVE) pause(turn, true);
  else if (state.clientsPaused && behind < RESUME_BELOW) pause(turn, false);
}

function pause(turn: Turn, paused: boolean): void {
  turn.state.clientsPaused = paused;
  turn.effects.push({ kind: 'pauseClients', paused });
  turn.log('info', `all clients are now ${paused ? 'paused' : 'resumed'}`);
}
