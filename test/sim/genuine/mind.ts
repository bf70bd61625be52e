/** The model as the mind of a simulated host. */
import type { ResourceGroup } from '@ts-heartbeat/core/config/haresources';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import type { Instant, Now } from '@ts-heartbeat/core/time';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { Mind } from '../cluster/mind.js';
import {
  createGenuine,
  type GenuineState,
  genuineView,
  genuineWakeAt,
  resourcesOf,
  stepGenuine,
} from './model.js';

export class GenuineMind implements Mind {
  readonly state = undefined;
  readonly #state: GenuineState;

  constructor(settings: Settings, groups: readonly ResourceGroup[] = []) {
    this.#state = createGenuine(settings, groups);
  }

  give(event: Event, now: Now): readonly Effect[] {
    return stepGenuine(this.#state, event, now).effects;
  }

  wakeAt(): Instant | undefined {
    return genuineWakeAt(this.#state);
  }

  view(): ClusterView {
    return genuineView(this.#state);
  }

  said(): ReturnType<Mind['said']> {
    return { status: this.#state.status, resources: resourcesOf(this.#state) };
  }
}
