/** The instant at which time alone makes a difference to a node. */
import { patience } from './membership/membership.js';
import type { Link, NodeState } from './state.js';
import { troubleAt } from './takeover/trouble.js';
import type { Instant, Millis } from './time.js';

/** When the machine next wants to be given `time`; undefined once it is over. */
export function wakeAt(state: NodeState): Instant | undefined {
  if (state.ending.phase === 'over' || state.generation === 0) return undefined;
  const { resources, standby, ending, settings } = state;
  let earliest = state.nextBeatAt;
  for (const peer of state.peers.values()) {
    const limit = patience(state, peer);
    if (peer.status !== 'dead') earliest = sooner(earliest, peer.statusAt + limit);
    earliest = sooner(earliest, expiryOf(peer.links, limit));
    for (const at of peer.window.missing.values()) earliest = sooner(earliest, at);
  }
  earliest = sooner(earliest, expiryOf(state.ownLinks, settings.deadtime));
  earliest = sooner(earliest, resources.settleBy);
  earliest = sooner(earliest, resources.failbackAt);
  earliest = sooner(earliest, resources.takeoverBy);
  earliest = sooner(earliest, resources.homeBy);
  earliest = sooner(earliest, resources.tellAgainAt);
  earliest = sooner(earliest, resources.redo.local?.at);
  earliest = sooner(earliest, resources.redo.foreign?.at);
  if (ending.phase === 'no') earliest = sooner(earliest, troubleAt(resources.troubles));
  earliest = sooner(earliest, state.heal?.againAt);
  if (standby.phase !== 'none') earliest = sooner(earliest, standby.until);
  for (const fencing of state.fencing) earliest = sooner(earliest, fencing.retryAt);
  if (ending.phase === 'wanted' && !ending.told) earliest = sooner(earliest, ending.from);
  if (ending.phase === 'lingering') earliest = sooner(earliest, ending.until);
  return earliest;
}

function sooner(one: Instant, other: Instant | undefined): Instant {
  return other !== undefined && other < one ? other : one;
}

/** When the first of those that are up is dead if nothing comes. */
function expiryOf(links: ReadonlyMap<string, Link>, limit: Millis): Instant | undefined {
  let first: Instant | undefined;
  for (const { up, heardAt } of links.values()) {
    if (up) first = sooner(heardAt + limit, first);
  }
  return first;
}

/**
 * From when on a loop that is asked to come back at `next` is late: not from an instant that was
 * over when it was asked. What just happened may have made a wait shorter than it has lasted
 * already: with the end of `initdead` the dead time holds of those that were heard before.
 * `pending`: since when it is to come back and has not yet; undefined: it has just been there.
 */
export function dueFrom(next: Instant, now: Instant, pending: Instant | undefined): Instant {
  if (next >= now) return next;
  return pending === undefined || pending > now ? now : Math.max(next, pending);
}
