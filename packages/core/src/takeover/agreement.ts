/**
 * Two nodes of our kind compare in every status what each of them holds. Whatever words were lost,
 * and whatever lives have begun: where both are at rest and do not agree, it is put right, so that
 * none goes on with what the other one runs as well, or waits for what nobody runs.
 */
import type { Message } from '../message/message.js';
import { heldOf, type Part, type Peer, type Trouble } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { claimIfBothHold } from './heal.js';
import { isLegacy } from './legacy.js';
import { audit, considerFailback } from './negotiation.js';
import { type AtRest, isAtRest, isIdle, restIn } from './rest.js';
import { endStandby } from './standby.js';
import { askBack } from './trouble.js';

/** What is on its way between the two has come by then: the same must be said once more. */
const SURE: Millis = 1000;

const PARTS: readonly Part[] = ['local', 'foreign'];
/** Steps of a trouble in which the group is meant to run on the other node. */
const GIVEN: ReadonlySet<Trouble['step']> = new Set(['asked', 'away']);
/** Steps in which it may. */
const AWAY: ReadonlySet<Trouble['step']> = new Set(['asked', 'away', 'recall']);

/** A status of the other node: compares, and settles what has not changed since the one before. */
export function compare(turn: Turn, peer: Peer, message: Message, seq: number): void {
  const said = seq < peer.resourceSeq ? undefined : restIn(message);
  const text = said === undefined ? '' : differenceTo(turn, said);
  const { difference } = peer;
  if (said === undefined || text === '') peer.difference = undefined;
  else if (difference?.text !== text) peer.difference = { text, since: turn.now.at };
  else if (turn.now.at - difference.since >= SURE) {
    peer.difference = undefined;
    settleDifference(turn, peer, said);
  }
}

/** In legacy mode a group belongs at home, and its home node sees to it. */
function partsOf({ state }: Turn): readonly Part[] {
  return isLegacy(state) ? ['local'] : PARTS;
}

/** In what the two do not agree; empty: in nothing, or something moves here. */
function differenceTo(turn: Turn, said: AtRest): string {
  const { state } = turn;
  if (!isAtRest(state)) return isIdle(state) ? 'a standby that has ended there' : '';
  const groups = partsOf(turn).flatMap((part) => toAskFor(turn, said, part));
  return [...(isLegacy(state) ? [] : sharesOf(turn, said)), ...groups].join(' ');
}

/** Shares that both hold or nobody, and what was heard of the other one's before. */
function sharesOf({ state }: Turn, { holds, troubles }: AtRest): readonly string[] {
  const { mine, other, otherTroubles, otherStable, troubles: ours } = state.resources;
  const heard =
    otherStable && heldOf(other) === heldOf(holds) && heldOf(otherTroubles) === heldOf(troubles);
  const tried = troubles.foreign || ours.some(({ share }) => share === 'local');
  const nobody = !mine.local && !holds.foreign && !tried;
  const both = PARTS.filter((part) => mine[part] && holds[across(part)]);
  return [...(heard ? [] : ['words']), ...(nobody ? ['nobody'] : []), ...both];
}

/** The name of the same share on the other node. */
function across(part: Part): Part {
  return part === 'local' ? 'foreign' : 'local';
}

/**
 * Groups of a share of ours that run there although they were not given away, and such that were
 * and do not run there.
 */
function toAskFor({ state }: Turn, { alone }: AtRest, part: Part): readonly string[] {
  const { mine, keys, troubles } = state.resources;
  if (!mine[part]) return [];
  const there = alone[across(part)];
  const away = (key: string): boolean =>
    troubles.some((trouble) => trouble.key === key && AWAY.has(trouble.step));
  const ours = (key: string): boolean => !isLegacy(state) || keys[part].includes(key);
  const gone = troubles.filter(
    ({ key, share, step }) => share === part && GIVEN.has(step) && !there.includes(key),
  );
  return [...there.filter((key) => ours(key) && !away(key)), ...gone.map(({ key }) => key)];
}

function settleDifference(turn: Turn, peer: Peer, said: AtRest): void {
  const { state } = turn;
  if (!isAtRest(state)) {
    endStandby(turn);
    return;
  }
  const asked = partsOf(turn).map((part) => ({ part, keys: toAskFor(turn, said, part) }));
  for (const { part, keys } of asked) {
    if (keys.length === 0) continue;
    turn.log('warn', `Asking ${peer.name} for ${keys.join(' ')}: we do not agree where that runs`);
    askBack(turn, keys, part);
  }
  if (isLegacy(state)) return;
  state.resources.other = { ...said.holds };
  state.resources.otherTroubles = { ...said.troubles };
  state.resources.otherStable = true;
  considerFailback(turn);
  audit(turn);
  claimIfBothHold(turn, peer);
}
