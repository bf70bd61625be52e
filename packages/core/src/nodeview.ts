/** What clients may know of a node's state. */
import { heldOf, type Link, type NodeState } from './state.js';
import { isLegacy } from './takeover/legacy.js';
import { busy } from './takeover/negotiation.js';
import type { ClusterView } from './view.js';

/** What clients may know. */
export function view(state: NodeState): ClusterView {
  const { settings } = state;
  const links = (of: ReadonlyMap<string, Link>) =>
    [...of].map(([name, link]) => ({
      name,
      status: link.up ? ('up' as const) : ('dead' as const),
    }));
  const nodes = settings.nodes.map((node) => {
    const peer = state.peers.get(node.name);
    if (peer === undefined) {
      const { status, uuid, ownLinks } = state;
      return { name: node.name, type: node.type, status, uuid, links: links(ownLinks) };
    }
    const identity = peer.uuid === undefined ? {} : { uuid: peer.uuid };
    const { name, type, status } = peer;
    return { name, type, status, ...identity, links: links(peer.links) };
  });
  return {
    localNode: settings.localNode,
    generation: state.generation,
    nodes,
    resources: resourcesOf(state),
  };
}

/** What `cl_status rscstatus` prints (heartbeat 3.0.6; in legacy mode there is nothing to tell). */
function resourcesOf(state: NodeState): ClusterView['resources'] {
  const { resources } = state;
  if (isLegacy(state)) return busy(state) ? 'transition' : 'none';
  const settled =
    resources.otherStable &&
    !busy(state) &&
    (resources.phase === 'stable' || resources.phase === 'shutdown' || resources.phase === 'init');
  return settled ? heldOf(resources.mine) : 'transition';
}
