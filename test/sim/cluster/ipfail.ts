/** The client ipfail on a simulated node: the real desk, the real decision, no socket between. */
import { ApiDesk, type DeskEffect } from '@ts-heartbeat/core/api/desk';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import {
  begin,
  type Connectivity,
  type Decision,
  onHappening,
  onTime,
  wakeAt,
} from '@ts-heartbeat/core/connectivity/decision';
import { CLIENT_NAME, happeningOf } from '@ts-heartbeat/core/connectivity/happening';
import type { LogLine } from '@ts-heartbeat/core/log';
import { Message } from '@ts-heartbeat/core/message/message';
import type { Instant } from '@ts-heartbeat/core/time';
import type { ClusterView } from '@ts-heartbeat/core/view';

const CONNECTION = 1;
const PEER = { pid: 100, uid: 0, gid: 0 };
/** As a request claims them. */
const ROOT = { uid: '0', gid: '0' };

export interface IpfailParts {
  readonly settings: Settings;
  readonly view: () => ClusterView;
  readonly now: () => Instant;
  /** Hands a message to the node (event `local`). */
  readonly local: (message: Message) => void;
  readonly log: (line: LogLine) => void;
}

export class SimulatedIpfail {
  readonly #parts: IpfailParts;
  readonly #desk: ApiDesk;
  #state: Connectivity | undefined;

  constructor(parts: IpfailParts) {
    const { settings } = parts;
    this.#parts = parts;
    this.#desk = new ApiDesk({
      apiauth: [{ client: CLIENT_NAME, uids: [0], gids: [] }],
      parameters: settings.parameters,
      deadtime: settings.deadtime,
      keepalive: settings.keepalive,
      version: '3.0.6',
      logFacility: -1,
    });
  }

  /** Signs on, and compares from now on. */
  begin(): void {
    const { settings, view } = this.#parts;
    this.#take({ t: 'hbapi-req', reqtype: 'signon', from_id: CLIENT_NAME, pid: '100', ...ROOT });
    const { localNode, nodes } = view();
    this.#state = begin({
      localNode,
      autoFailback: settings.autoFailback === 'on',
      keepalive: settings.keepalive,
      nodes: [...nodes].reverse().map(({ name, type, status }) => ({ name, type, status })),
    });
  }

  /** The daemon tells its clients something. */
  hear(kind: 'normal' | 'unchanged', message: Message): void {
    if (this.#state === undefined) return;
    this.#perform(this.#desk.notify(kind, message, this.#parts.view()));
  }

  wakeAt(): Instant | undefined {
    return this.#state === undefined ? undefined : wakeAt(this.#state);
  }

  time(): void {
    const { now, view } = this.#parts;
    if (this.#state === undefined) return;
    this.#keep(onTime(this.#state, { at: now(), resources: view().resources }));
  }

  #take(strings: Readonly<Record<string, string>>): void {
    const { view } = this.#parts;
    this.#perform(this.#desk.receive(CONNECTION, PEER, Message.of(strings), view()));
  }

  #perform(effects: readonly DeskEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'local') this.#parts.local(effect.message);
      else if (effect.kind === 'send') this.#told(effect.message);
      else if (effect.kind === 'log') this.#parts.log(effect);
    }
  }

  #told(message: Message): void {
    const happening = happeningOf(message);
    if (happening === undefined || this.#state === undefined) return;
    const { now, view } = this.#parts;
    this.#keep(onHappening(this.#state, happening, { at: now(), resources: view().resources }));
  }

  #keep({ state, effects }: Decision): void {
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'log') this.#parts.log(effect);
      else {
        const { view } = this.#parts;
        this.#perform(this.#desk.receive(CONNECTION, PEER, effect.message, view()));
      }
    }
  }
}
