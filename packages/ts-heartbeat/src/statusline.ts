/** The line about a node that the service manager shows: what it holds, and how its peers are. */
import type { ClusterView } from '@ts-heartbeat/core/view';

/** `holding local; peer backup active`. */
export function statusLine({ localNode, nodes, resources }: ClusterView): string {
  const held = resources === 'transition' ? 'resources in transition' : `holding ${resources}`;
  const peers = nodes
    .filter(({ name, type }) => type === 'normal' && name !== localNode)
    .map(({ name, status }) => `${name} ${status}`);
  if (peers.length === 0) return held;
  return `${held}; ${peers.length > 1 ? 'peers' : 'peer'} ${peers.join(', ')}`;
}
