/** The instant at which time alone makes a difference to the model. */
import type { Instant } from '@ts-heartbeat/core/time';
import { patience } from './membership.js';
import type { GenuineState } from './state.js';

/** When it next wants to be given `time`; undefined once its life is over. */
export function genuineWakeAt(state: GenuineState): Instant | undefined {
  const { ending } = state;
  if (ending.phase === 'over' || state.generation === 0) return undefined;
  let earliest = state.nextBeatAt;
  const consider = (at: Instant | undefined): void => {
    if (at !== undefined && at < earliest) earliest = at;
  };
  for (const peer of state.peers.values()) {
    const limit = patience(state, peer);
    if (peer.status !== 'dead') consider(peer.statusAt + limit);
    for (const link of peer.links.values()) if (link.up) consider(link.heardAt + limit);
    for (const at of peer.missing.values()) consider(at);
  }
  for (const link of state.ownLinks.values()) {
    if (link.up) consider(link.heardAt + state.settings.deadtime);
  }
  if (!state.communicationUp && state.askedNodes > 0) consider(state.askNodesAt);
  consider(state.failbackAt);
  if (state.standby.phase !== 'none' && state.children.size === 0) consider(state.standby.until);
  for (const { retryAt } of state.fencing) consider(retryAt);
  for (const { at } of state.giveups) consider(at);
  const waits = ending.phase === 'lingering' || ending.phase === 'leaving';
  if (waits || (ending.phase === 'wanted' && ending.told === '')) consider(ending.at);
  return earliest;
}
