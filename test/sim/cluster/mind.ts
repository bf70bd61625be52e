/** What decides on a simulated node: the product's own machine, or the model of the genuine one. */

import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import { advance, createNode, type NodeState, view, wakeAt } from '@ts-heartbeat/core/node';
import { draftOf, type State } from '@ts-heartbeat/core/state';
import type { Instant, Now } from '@ts-heartbeat/core/time';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { NodeOptions } from '../options.js';

export interface Mind {
  give(event: Event, now: Now): readonly Effect[];
  wakeAt(): Instant | undefined;
  view(): ClusterView;
  /** What it says of itself: its status, and what `cl_status rscstatus` answers. */
  said(): Pick<ClusterView, 'resources'> & { readonly status: string };
  /** The state of ours, to look at; undefined for a genuine node. */
  readonly state: NodeState | undefined;
}

/** Makes the mind of a node. */
export type MakeMind = (node: NodeOptions, settings: Settings) => Mind;

/** A node of ours. */
export class OurMind implements Mind {
  readonly state: State;

  constructor(settings: Settings) {
    this.state = draftOf(createNode(settings));
  }

  give(event: Event, now: Now): readonly Effect[] {
    return advance(this.state, event, now);
  }

  wakeAt(): Instant | undefined {
    return wakeAt(this.state);
  }

  view(): ClusterView {
    return view(this.state);
  }

  said(): ReturnType<Mind['said']> {
    return { status: this.state.status, resources: this.view().resources };
  }
}
