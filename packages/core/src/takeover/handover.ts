/**
 * One group goes to the other node, while the rest of its share stays: `ip-request-resp` to that
 * node, which a genuine one follows too, though it does not say what came of it.
 */
import type { JobOutcome } from '../job.js';
import type { Message } from '../message/message.js';
import type { Borrowed, Part, Peer, Trouble } from '../state.js';
import type { Turn } from '../turn.js';
import { isLegacy, noteKeys } from './legacy.js';
import { sayResources } from './negotiation.js';
import { hold } from './ownership.js';

/** Offers the group; returns where that leaves it: a genuine node will not answer. */
export function offerGroup(turn: Turn, peer: Peer, trouble: Trouble): 'asked' | 'away' {
  const { key, share, round } = trouble;
  turn.send({
    t: 'ip-request-resp',
    dest: peer.name,
    ipaddr: key,
    weown: 'no',
    ok: 'OK',
    x_move: share,
    x_round: String(round),
  });
  return peer.capabilities.includes('move') ? 'asked' : 'away';
}

/** A node of our kind offers a group that it could not start. True when that is what it was. */
export function onMoveOffer(turn: Turn, message: Message, key: string): boolean {
  const word = message.get('x_move');
  const from = message.get('src');
  if ((word !== 'local' && word !== 'foreign') || from === undefined) return false;
  const share: Part = word === 'local' ? 'foreign' : 'local';
  const { ending } = turn.state;
  if (ending.phase !== 'no') {
    answerMove(turn, from, key, 'failed');
    return true;
  }
  if (isLegacy(turn.state)) hold(turn, share);
  turn.job({ kind: 'takeGroup', key }, { kind: 'moved', key, share, from });
  return true;
}

/** The group that was offered has been tried here. */
export function onMoveTried(
  turn: Turn,
  { key, share, from }: { readonly key: string; readonly share: Part; readonly from: string },
  outcome: JobOutcome,
): void {
  const { resources } = turn.state;
  const failed = outcome.failed.includes(key);
  const clean = outcome.groups.includes(key) && outcome.stuck?.includes(key) !== true;
  if (isLegacy(turn.state)) noteKeys(turn, share, outcome);
  const runs = !failed || !clean;
  if (runs && !resources.mine[share]) {
    const others = resources.borrowed.filter((other) => other.key !== key);
    resources.borrowed = [...others, { key, share }];
  }
  answerMove(turn, from, key, failed ? (clean ? 'failed' : 'stuck') : 'OK');
}

function answerMove(turn: Turn, to: string, key: string, ok: string): void {
  turn.send({ t: 'x_moved', dest: to, ipaddr: key, ok });
}

/**
 * The node whose groups run here begins a new life and does not know that they do, or took this
 * one for dead and runs them again: they are stopped before it is told that it may start its own,
 * and given back.
 */
export function handBackBorrowed(turn: Turn, peer: Peer): void {
  const { borrowed } = turn.state.resources;
  const offered = stillOffered(turn, peer).filter(
    (other) => !borrowed.some(({ key }) => key === other.key),
  );
  for (const { key, share } of [...borrowed, ...offered]) {
    turn.job({ kind: 'giveGroup', key }, { kind: 'handBack', key, share, to: peer.name });
  }
}

/** What it has offered, and is still to be tried here: it will be borrowed when that is done. */
function stillOffered(turn: Turn, peer: Peer): readonly Borrowed[] {
  const { jobs, mine } = turn.state.resources;
  if (isLegacy(turn.state)) return [];
  return jobs.flatMap(({ purpose }) => {
    const offered = purpose.kind === 'moved' && purpose.from === peer.name;
    return offered && !mine[purpose.share] ? [purpose] : [];
  });
}

/**
 * A borrowed group has been stopped, unless it could not be. One at home here is not offered: a
 * node that begins anew holds its share no more, and one that still does completes it by itself.
 */
export function onHandedBack(
  turn: Turn,
  { key, share, to }: Borrowed & { readonly to: string },
  outcome: JobOutcome,
): void {
  const { resources } = turn.state;
  if (outcome.failed.includes(key)) {
    turn.log('crit', `Resource group ${key} could not be stopped: it cannot go back to ${to}`);
  } else {
    resources.borrowed = resources.borrowed.filter((other) => other.key !== key);
    if (share === 'foreign') {
      turn.send({ t: 'ip-request-resp', dest: to, ipaddr: key, weown: 'yes', ok: 'OK' });
    }
  }
  // A life that went on through a partition may still take it for running here.
  sayResources(turn, turn.state.heal === undefined ? {} : { info: 'letgo' });
}
