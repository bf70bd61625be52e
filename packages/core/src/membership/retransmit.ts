/** Lost messages: asking a peer for what we miss, and answering what it misses of ours. */
import type { Message } from '../message/message.js';
import type { Peer } from '../state.js';
import type { Turn } from '../turn.js';
import { HISTORY_MAX, isOvertaken, recall } from './history.js';
import { acknowledgeable, due, forget, lapse } from './sequence.js';
import { standIn } from './standin.js';

/** A missing message is asked for again after this (heartbeat 2.1 and 3.0.6). */
const ASK_AGAIN = 250;
/** 1.99.4 passes over a second question within this time. */
const ASK_OLD_AGAIN = 1000;
/** 1.99.4 counts its generations from 1; later versions begin at the clock. */
export const COUNTED_GENERATION_MAX = 100_000_000;
/** How many messages are asked for, or sent again, in one turn (heartbeat 2.1 and 3.0.6: 50). */
const REQUEST_MAX = 50;
/** API clients are not read while more than this is unacknowledged (heartbeat 2.1 and 3.0.6). */
const UNACKNOWLEDGED_MAX = 250;
/** They are read again below this. */
const UNACKNOWLEDGED_RESUME = 125;
/** Above this, the log tells that the history fills up; and above that, as an error. */
const FILLING_WARNING = 375;
const FILLING_ERROR = 450;
/** Messages whose number ends in this many different digits: one in ten is acknowledged. */
export const ACK_EVERY = 10;

/** NS_rexmit: a peer misses some of our messages (decimal, a range or a single number). */
export function answerRequest(turn: Turn, peer: Peer, message: Message): void {
  const first = message.decimal('firstseq');
  const last = message.decimal('lastseq');
  if (first === undefined || last === undefined || first < 1 || last < first) {
    turn.logLimited('rexmit', 'error', 'Invalid rexmit seqnos');
    return;
  }
  const { state } = turn;
  for (let seq = first; seq <= last && seq < first + REQUEST_MAX; seq += 1) {
    if (peer.acked !== undefined && seq <= peer.acked) continue;
    const answer = recall(state.history, seq, turn.now.at);
    if (answer.kind === 'send') {
      state.history = answer.history;
      turn.effect({ kind: 'send', message: standIn(turn, answer.message) });
      const isWordOfHolding = answer.message.get('t') === 'resource';
      state.resources.overtaken ||= isWordOfHolding && isOvertaken(state.history, seq, 'resource');
    } else if (answer.kind === 'too low') {
      const text = `Cannot rexmit pkt ${seq} for ${peer.name}: seqno too low`;
      turn.logLimited('rexmit low', 'error', text);
      turn.send({
        t: 'NS_nak_rexmit',
        firstseq: seq.toString(16),
        dest: peer.name,
        info: 'seqno too low',
      });
    } else if (answer.kind === 'too high') {
      const newest = state.history.newest;
      turn.logLimited('rexmit high', 'warn', `Rexmit of seq ${seq} requested. ${newest} is max.`);
      return;
    }
  }
}

/** NS_nak_rexmit: a peer no longer has what we asked for. */
export function acceptLoss(turn: Turn, peer: Peer, message: Message): void {
  const seq = message.hex('firstseq');
  if (seq === undefined) {
    turn.logLimited('nak', 'error', 'should_drop_message: bad nak seq number');
    return;
  }
  const text = `Irretrievably lost packet: node ${peer.name} seq ${seq}`;
  turn.logLimited('lost for good', 'error', text);
  if (!peer.window.missing.has(seq)) return;
  const { window, complete } = forget(peer.window, seq);
  peer.window = window;
  if (complete) turn.logLimited('complete', 'info', `No pkts missing from ${peer.name}!`);
}

/** NS_ackmsg: a peer has all of our messages up to a number. */
export function noteAcknowledgement(turn: Turn, peer: Peer, message: Message): void {
  const seq = message.hex('ackseq');
  if (seq === undefined) return;
  if (seq > turn.state.history.newest) {
    const text = `corrupted ackseq current hiseq = ${turn.state.history.newest}`;
    turn.logLimited('ackseq', 'error', `HBDoMsg_T_ACK: ${text} ackseq =${seq} in this message`);
    return;
  }
  if (peer.acked === undefined || seq > peer.acked) peer.acked = seq;
  paceClients(turn);
}

/**
 * Acknowledges the peer's message `seq`, when it is one of those we picked. An acknowledgement does
 * not say of which life: a peer that has begun another one while we were held up would take it for
 * one of its own messages, and never send those again.
 */
export function acknowledge(turn: Turn, peer: Peer, seq: number): void {
  if (seq % ACK_EVERY !== peer.ackDigit || turn.state.behind) return;
  const upTo = acknowledgeable(peer.window);
  if (upTo === undefined || upTo < seq) return;
  turn.send({ t: 'NS_ackmsg', dest: peer.name, ackseq: seq.toString(16) });
}

/** Asks for everything that is missing and due. */
export function askForMissing(turn: Turn): void {
  for (const peer of turn.others()) {
    const again = peer.generation <= COUNTED_GENERATION_MAX ? ASK_OLD_AGAIN : ASK_AGAIN;
    const asked = due(peer.window, turn.now.at, again, REQUEST_MAX);
    peer.window = asked.window;
    for (const seq of asked.numbers) {
      turn.send({
        t: 'NS_rexmit',
        dest: peer.name,
        firstseq: String(seq),
        lastseq: String(seq),
      });
    }
  }
}

/**
 * Stops and resumes reading from API clients, by what the living nodes have acknowledged. A node
 * that has yet to acknowledge anything keeps the others' acknowledgements from counting, as in
 * heartbeat 3.0.6; one that said no `protocol` never will, and is left out.
 */
export function paceClients(turn: Turn): void {
  const { state } = turn;
  const { newest, settled: before } = state.history;
  const acknowledging = turn.livingOthers().filter((peer) => peer.acknowledges);
  const settled = Math.min(newest, ...acknowledging.map((peer) => peer.acked ?? before));
  if (settled > before) state.history = { ...state.history, settled };
  const behind = newest - state.history.settled;
  if (!state.clientsPaused && behind > UNACKNOWLEDGED_MAX) {
    state.clientsPaused = true;
    turn.effect({ kind: 'pauseClients', paused: true });
    turn.logLimited('paused', 'info', 'all clients are now paused');
  } else if (state.clientsPaused && behind < UNACKNOWLEDGED_RESUME) {
    state.clientsPaused = false;
    turn.effect({ kind: 'pauseClients', paused: false });
    turn.logLimited('resumed', 'info', 'all clients are now resumed');
  }
  warnOfFilling(turn, Math.min(behind, HISTORY_MAX));
}

function warnOfFilling(turn: Turn, held: number): void {
  const text = `Message hist queue is filling up (${held} messages in queue)`;
  if (held > FILLING_ERROR) turn.logLimited('full', 'error', text);
  else if (held > FILLING_WARNING) turn.logLimited('filling', 'warn', text);
}

/** Ends a peer's bookkeeping: it is dead. */
export function resetTracking(peer: Peer): void {
  peer.window = lapse(peer.window);
  peer.acked = undefined;
}
