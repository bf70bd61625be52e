/** What clients may know of the cluster: the state of the machine, as the client API answers it. */
import type { Held } from './job.js';

export type NodeStatus = 'init' | 'up' | 'active' | 'dead' | 'ping';

export interface LinkView {
  readonly name: string;
  readonly status: 'up' | 'dead';
}

export interface NodeView {
  readonly name: string;
  readonly type: 'normal' | 'ping';
  readonly status: NodeStatus | string;
  readonly uuid?: Uint8Array;
  /** In the order of ha.cf; a ping node has one link, of its own name. */
  readonly links: readonly LinkView[];
}

export interface ClusterView {
  readonly localNode: string;
  readonly generation: number;
  /** Normal and ping nodes in the order of ha.cf. */
  readonly nodes: readonly NodeView[];
  readonly resources: Held | 'transition';
}
