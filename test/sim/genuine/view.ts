/** What clients may know of the model: as the genuine daemon answers them. */
import type { ClusterView } from '@ts-heartbeat/core/view';
import { heldOf } from './negotiation.js';
import { type GenuineState, isBusy, isLegacy, type Link } from './state.js';

export function genuineView(state: GenuineState): ClusterView {
  const { settings, peers } = state;
  const nodes = settings.nodes.map(({ name, type }) => {
    const peer = peers.get(name);
    const uuid = peer === undefined ? state.uuid : peer.uuid;
    return {
      name,
      type,
      status: peer === undefined ? state.status : peer.status,
      ...(uuid === undefined ? {} : { uuid }),
      links: linksOf(peer === undefined ? state.ownLinks : peer.links),
    };
  });
  const { localNode } = settings;
  return { localNode, generation: state.generation, nodes, resources: resourcesOf(state) };
}

function linksOf(links: ReadonlyMap<string, Link>): ClusterView['nodes'][number]['links'] {
  return [...links].map(([name, { up }]) => ({ name, status: up ? 'up' : 'dead' }));
}

/** `cl_status rscstatus` (cluster specification 4.2, 11). */
export function resourcesOf(state: GenuineState): ClusterView['resources'] {
  if (isBusy(state)) return 'transition';
  if (isLegacy(state)) return 'none';
  const { phase, otherStable } = state;
  const settled = phase === 'stable' || phase === 'shutdown' || phase === 'init';
  return otherStable && settled ? heldOf(state.mine) : 'transition';
}
