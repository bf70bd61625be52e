/**
 * What a node says in each status while nothing moves on it: what it holds. Words that were lost
 * once are so made up for between two nodes of our kind (agreement.ts); a genuine one ignores it.
 */
import type { Message } from '../message/message.js';
import {
  type Holding,
  heldOf,
  holdingOf,
  type NodeState,
  type Part,
  type Standby,
  shareOf,
} from '../state.js';
import { isLegacy } from './legacy.js';
import { troublesOf } from './negotiation.js';
import { RESUMED } from './ownership.js';

/** More single groups than anybody has; beyond it the first ones are said, and the rest in turn. */
const ALONE_MAX = 100;

/** Phases of a standby in which nothing moves here. */
const WAITING: ReadonlySet<Standby['phase']> = new Set(['none', 'other', 'done']);

/** What a node at rest has said, in its own words. */
export interface AtRest {
  readonly holds: Holding;
  readonly troubles: Holding;
  /** Groups that run there alone of a share that it does not hold; in legacy mode all of others. */
  readonly alone: Readonly<Record<Part, readonly string[]>>;
}

/** The fields of a status; none while something moves, or where nobody would read them. */
export function restFields(state: NodeState): Readonly<Record<string, string>> {
  if (!isAtRest(state) || !hasReader(state)) return {};
  const { resources } = state;
  const { local, foreign } = aloneOf(state);
  return {
    x_hold: heldOf(resources.mine),
    ...troublesOf(resources),
    ...(local.length === 0 ? {} : { x_alone_local: local.join(' ') }),
    ...(foreign.length === 0 ? {} : { x_alone_foreign: foreign.join(' ') }),
  };
}

/** A node of our kind at work. Whom we do not hear we take for dead, and hold what it may hold. */
function hasReader({ peers }: NodeState): boolean {
  for (const { status, capabilities } of peers.values()) {
    if (status === 'active' && capabilities.includes('heal')) return true;
  }
  return false;
}

/** Nothing moves here, nothing is about to, and no word of another node is missing. */
export function isAtRest(state: NodeState): boolean {
  return isIdle(state) && state.standby.phase === 'none';
}

/** The same, but for a conversation in which the word is with the other node. */
export function isIdle(state: NodeState): boolean {
  const { status, ending, heal, standby, fencing, resources } = state;
  if (status !== 'active' || ending.phase !== 'no' || heal?.againAt !== undefined) return false;
  if (resources.jobs.length > 0 || fencing.length > 0 || !WAITING.has(standby.phase)) return false;
  if (resources.redo.local !== undefined || resources.redo.foreign !== undefined) return false;
  for (const { window } of state.peers.values()) if (window.missing.size > 0) return false;
  // Nobody has told which groups they are; or a user's script gives them away, and does not tell.
  if (isLegacy(state)) {
    return !resources.keys.foreign.includes(RESUMED) && !state.scripted.includes('ip-request');
  }
  return resources.phase === 'stable';
}

function aloneOf(state: NodeState): AtRest['alone'] {
  const { borrowed, keys } = state.resources;
  if (isLegacy(state)) return { local: [], foreign: keys.foreign.slice(0, ALONE_MAX) };
  const of = (part: Part): readonly string[] =>
    borrowed.filter(({ share }) => share === part).map(({ key }) => key);
  return { local: of('local').slice(0, ALONE_MAX), foreign: of('foreign').slice(0, ALONE_MAX) };
}

/** What a status says of that; undefined when something moves there. */
export function restIn(message: Message): AtRest | undefined {
  const word = message.get('x_hold');
  if (word !== 'none' && shareOf(word) === undefined) return undefined;
  return {
    holds: holdingOf(word),
    troubles: holdingOf(message.get('x_trouble')),
    alone: {
      local: keysIn(message.get('x_alone_local')),
      foreign: keysIn(message.get('x_alone_foreign')),
    },
  };
}

function keysIn(word = ''): readonly string[] {
  return word.split(' ').filter((key) => key !== '');
}
