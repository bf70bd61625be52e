/** The instant at which time alone makes a difference to a node. */
import { patience } from './membership/membership.js';
import type { NodeState } from './state.js';
import { troubleAt } from './takeover/trouble.js';
import type { Instant } from './time.js';

/** When the machine next wants to be given `time`; undefined once it is over. */
export function wakeAt(state: NodeState): Instant | undefined {
  if (state.ending.phase === 'over' || state.generation === 0) return undefined;
  let earliest = state.nextBeatAt;
  const consider = (at: Instant | undefined): void => {
    if (at !== undefined && at < earliest) earliest = at;
  };
  for (const peer of state.peers.values()) {
    const limit = patience(state, peer);
    if (peer.status !== 'dead') consider(peer.statusAt + limit);
    for (const link of peer.links.values()) if (link.up) consider(link.heardAt + limit);
    for (const at of peer.window.missing.values()) consider(at);
  }
  for (const link of state.ownLinks.values()) {
    if (link.up) consider(link.heardAt + state.settings.deadtime);
  }
  const { resources, standby, ending } = state;
  consider(resources.settleBy);
  consider(resources.failbackAt);
  consider(resources.takeoverBy);
  consider(resources.homeBy);
  consider(resources.redo.local?.at);
  consider(resources.redo.foreign?.at);
  if (ending.phase === 'no') consider(troubleAt(resources.troubles));
  consider(state.heal?.againAt);
  if (standby.phase !== 'none') consider(standby.until);
  for (const fencing of state.fencing) consider(fencing.retryAt);
  if (ending.phase === 'wanted' && !ending.told) consider(ending.from);
  if (ending.phase === 'lingering') consider(ending.until);
  return earliest;
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
