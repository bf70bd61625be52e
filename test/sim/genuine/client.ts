/** The client ipfail of a pretended host, which decides with the rules of core's connectivity. */
import type { Settings } from '@ts-heartbeat/core/config/settings';
import {
  begin,
  type Connectivity,
  type Decision,
  onHappening,
  onTime,
  wakeAt,
} from '@ts-heartbeat/core/connectivity/decision';
import { happeningOf } from '@ts-heartbeat/core/connectivity/happening';
import { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { World } from '../world.js';

const NAME = 'ipfail';

export class Client {
  #state: Connectivity | undefined;
  #resources: () => string = () => 'transition';

  constructor(
    private readonly settings: Settings,
    private readonly world: World,
    private readonly say: (message: Message) => void,
  ) {}

  /** Signs on. */
  begin(view: ClusterView): void {
    const { localNode, autoFailback, keepalive } = this.settings;
    this.#state = begin({
      localNode,
      autoFailback: autoFailback === 'on',
      keepalive,
      nodes: view.nodes,
    });
    const fields = { t: 'hbapi-clstat', st: 'join', from_id: NAME, to_id: NAME, info: 'signon' };
    this.say(Message.of(fields));
  }

  end(): void {
    this.#state = undefined;
  }

  /** Takes in what the daemon tells its clients, a little later, as programs do. */
  hear(message: Message, resources: () => string): void {
    this.#resources = resources;
    const to = message.get('to_id');
    const happening = to === undefined || to === NAME ? happeningOf(message) : undefined;
    if (happening === undefined) return;
    this.world.later(1, () => {
      if (this.#state !== undefined)
        this.#keep(onHappening(this.#state, happening, this.#present()));
    });
  }

  #present(): { readonly at: number; readonly resources: string } {
    return { at: this.world.now, resources: this.#resources() };
  }

  #keep({ state, effects }: Decision): void {
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'send')
        this.say(effect.message.with('from_id', NAME).with('to_id', NAME));
    }
    const at = wakeAt(state);
    if (at === undefined) return;
    this.world.at(at, () => {
      const due = this.#state === undefined ? undefined : wakeAt(this.#state);
      if (this.#state === undefined || due === undefined || due > this.world.now) return;
      this.#keep(onTime(this.#state, this.#present()));
    });
  }
}
