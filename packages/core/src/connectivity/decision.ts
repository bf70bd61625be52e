/**
 * The decision of ipfail: which of two nodes sees more of the network, and who gives up for it.
 *
 * A node tells the other its count of reachable ping nodes when it changes; the one that is told
 * compares, and says who has less. Who has less waits a little for the tie that ends a brief loss,
 * then asks to go standby. Rules and texts are those of heartbeat 3.0.6, with four changes that are
 * marked below.
 *
 * The caller's duties: give every happening in its order, with the present; perform the effects in
 * order; call `onTime` no later than `wakeAt` says.
 */
import type { LogLine, Severity } from '../log.js';
import { FIELD, TYPE } from '../message/fields.js';
import { Message } from '../message/message.js';
import type { Instant, Millis } from '../time.js';
import type { ClusterView } from '../view.js';
import type { Happening } from './happening.js';

/** The nodes as the daemon lists them. */
export type ListedNode = Pick<ClusterView['nodes'][number], 'name' | 'type' | 'status'>;

interface GiveUp {
  readonly share: 'all' | 'foreign';
  readonly at: Instant;
  /** Counts the timers, for the log. */
  readonly number: number;
}

export interface Connectivity {
  readonly localNode: string;
  /** The other normal node; without one there is nobody to compare with. */
  readonly partner: string | undefined;
  readonly autoFailback: boolean;
  readonly keepalive: Millis;
  /** Status of each ping node, by name. */
  readonly pings: ReadonlyMap<string, string>;
  /** Ping nodes whose link has died while they themselves still counted. */
  readonly linksDiedFirst: ReadonlySet<string>;
  readonly giveUp: GiveUp | undefined;
  readonly timers: number;
  /** A standby was due while resources were in transition. */
  readonly standbyPending: boolean;
  /** When to compare again after such a standby. */
  readonly recountAt: Instant | undefined;
}

export type ConnectivityEffect =
  | { readonly kind: 'send'; readonly message: Message }
  | ({ readonly kind: 'log' } & LogLine);

export interface Decision {
  readonly state: Connectivity;
  readonly effects: readonly ConnectivityEffect[];
}

/** The present: the time, and what the daemon says of the resources held here (`getrsc`). */
export interface Present {
  readonly at: Instant;
  readonly resources: string;
}

/** After a standby that had to wait, the other side is given this long to settle. */
const SETTLE: Millis = 10_000;

/** The state after sign-on. The partner is the last other normal node of the list. */
export function begin(given: {
  readonly localNode: string;
  readonly autoFailback: boolean;
  readonly keepalive: Millis;
  readonly nodes: readonly ListedNode[];
}): Connectivity {
  const { localNode, autoFailback, keepalive, nodes } = given;
  const others = nodes.filter((node) => node.type === 'normal' && node.name !== localNode);
  const pings = nodes.filter((node) => node.type === 'ping');
  return {
    localNode,
    partner: others.at(-1)?.name,
    autoFailback,
    keepalive,
    pings: new Map(pings.map((node) => [node.name, node.status])),
    linksDiedFirst: new Set(),
    giveUp: undefined,
    timers: 0,
    standbyPending: false,
    recountAt: undefined,
  };
}

/** When `onTime` is due; undefined when nothing is waited for. */
export function wakeAt(state: Connectivity): Instant | undefined {
  const { giveUp, recountAt } = state;
  if (giveUp === undefined || recountAt === undefined) return giveUp?.at ?? recountAt;
  return Math.min(giveUp.at, recountAt);
}

/** Takes what has happened. */
export function onHappening(state: Connectivity, happening: Happening, present: Present): Decision {
  const turn = new Turn(state, present);
  turn.take(happening);
  return turn.decision();
}

/** Does what has become due. */
export function onTime(state: Connectivity, present: Present): Decision {
  const turn = new Turn(state, present);
  turn.doWhatIsDue();
  return turn.decision();
}

/** How many ping nodes answer. A group is one, however many members it has. */
export function countPings(state: Connectivity): number {
  return [...state.pings.values()].filter((status) => status === 'ping').length;
}

/** One step: collects effects and changes. */
class Turn {
  #state: Connectivity;
  readonly #present: Present;
  readonly #effects: ConnectivityEffect[] = [];

  constructor(state: Connectivity, present: Present) {
    this.#state = state;
    this.#present = present;
  }

  decision(): Decision {
    return { state: this.#state, effects: this.#effects };
  }

  take(happening: Happening): void {
    const fromPartner = happening.node === this.#state.partner;
    switch (happening.kind) {
      case 'node':
        this.#onNode(happening.node, happening.status);
        break;
      case 'link':
        this.#onLink(happening.node, happening.link, happening.status);
        break;
      case 'joined':
        if (happening.node === this.#state.localNode) break;
        this.#log('debug', `Got join message from another ipfail client. (${happening.node})`);
        this.#sendCount(this.#count());
        break;
      case 'count':
        if (fromPartner) this.#compare(happening.pings);
        break;
      case 'told':
        if (!fromPartner) break;
        this.#log('info', 'Giving up because we were told that we have less ping nodes.');
        this.#startGiveUp('all');
        break;
      case 'abort':
        if (fromPartner) this.#abort();
        break;
      case 'resource':
        if (fromPartner) this.#onResource(happening.stable, happening.partial);
        break;
    }
  }

  doWhatIsDue(): void {
    const { giveUp, recountAt } = this.#state;
    const { at } = this.#present;
    if (recountAt !== undefined && recountAt <= at) {
      this.#change({ recountAt: undefined });
      this.#sendCount(this.#count());
    }
    if (giveUp !== undefined && giveUp.at <= at) this.#giveUp(giveUp.share);
  }

  #change(change: Partial<Connectivity>): void {
    this.#state = { ...this.#state, ...change };
  }

  #log(severity: Severity, text: string): void {
    this.#effects.push({ kind: 'log', severity, text });
  }

  #send(fields: Readonly<Record<string, string>>): void {
    this.#effects.push({ kind: 'send', message: Message.of(fields) });
  }

  #onNode(node: string, status: string): void {
    this.#log('info', `Status update: Node ${node} now has status ${status}`);
    const linkDiedFirst = this.#state.linksDiedFirst.has(node);
    const known = this.#state.pings.has(node);
    if (known) this.#change({ pings: new Map(this.#state.pings).set(node, status) });
    if (status === 'dead') {
      const pings = this.#count();
      this.#log('info', pings > 0 ? 'NS: We are still alive!' : 'NS: We are dead. :<');
      this.#noteLink(node, false);
      // Fourth change: where deadping is longer than deadtime, the link died while the node still
      // counted, and the genuine ipfail asks nothing any more.
      if (linkDiedFirst) this.#askToCompare(pings);
    } else if (status === 'ping') {
      this.#log('info', 'A ping node just came up.');
      this.#sendCount(this.#count());
    }
  }

  #onLink(node: string, link: string, status: string): void {
    this.#log('info', `Link Status update: Link ${node}/${link} now has status ${status}`);
    this.#noteLink(node, status === 'dead' && this.#state.pings.get(node) === 'ping');
    if (status !== 'dead') return;
    const pings = this.#count();
    if (pings === 0) this.#log('info', 'We are dead. :<');
    this.#askToCompare(pings);
  }

  #noteLink(node: string, diedFirst: boolean): void {
    if (this.#state.linksDiedFirst.has(node) === diedFirst) return;
    const linksDiedFirst = new Set(this.#state.linksDiedFirst);
    if (diedFirst) linksDiedFirst.add(node);
    else linksDiedFirst.delete(node);
    this.#change({ linksDiedFirst });
  }

  #askToCompare(pings: number): void {
    this.#sendCount(pings);
    if (pings > 0) this.#log('info', 'Checking remote count of ping nodes.');
  }

  /** Counts aloud. */
  #count(): number {
    for (const [name, status] of this.#state.pings) {
      if (status === 'ping') this.#log('debug', `Found ping node ${name}!`);
    }
    return countPings(this.#state);
  }

  /** Tells the other side our count, for it to compare. */
  #sendCount(pings: number): void {
    const { localNode, partner } = this.#state;
    if (partner === undefined) return;
    this.#log('info', 'Asking other side for ping node count.');
    this.#send({
      [FIELD.type]: TYPE.pingCount,
      [FIELD.source]: localNode,
      [FIELD.pingCount]: String(pings),
      [FIELD.destination]: partner,
    });
    this.#log('debug', 'Message [num_ping] sent.');
  }

  #compare(theirs: number): void {
    this.#log('debug', 'Got asked for num_ping.');
    const ours = this.#count();
    if (ours > theirs) this.#onMore();
    else if (ours < theirs) {
      this.#log('info', 'Giving up because we have less visible ping nodes.');
      this.#startGiveUp('all');
    } else this.#onTie();
  }

  #onMore(): void {
    const { partner = '', giveUp } = this.#state;
    // First change: the genuine ipfail would still hand resources back to the node that just lost
    // its network.
    if (giveUp?.share === 'foreign') this.#cancelGiveUp(giveUp);
    this.#log('info', 'Telling other node that we have more visible ping nodes.');
    this.#log('debug', 'Sending you_are_dead.');
    this.#send({ [FIELD.type]: TYPE.youAreDead, [FIELD.destination]: partner });
    this.#log('debug', 'Message [you_are_dead] sent.');
  }

  #onTie(): void {
    const { localNode, partner = '', giveUp, autoFailback } = this.#state;
    this.#log('info', 'Ping node count is balanced.');
    this.#send({
      [FIELD.type]: TYPE.abortGiveUp,
      [FIELD.source]: localNode,
      [FIELD.destination]: partner,
    });
    this.#log('debug', 'Abort message sent.');
    // Second change: a failback that is on its way goes on. The genuine ipfail cancels it when a
    // second ping node has returned and the other side reports its count again.
    if (giveUp?.share === 'foreign') return;
    // Third change: who holds nothing of the other's has nothing to give back. The genuine ipfail asks
    // all the same; only the long settling of a genuine start hides it.
    const { resources } = this.#present;
    const holdsForeign = resources === 'foreign' || resources === 'all';
    if (giveUp !== undefined) {
      this.#cancelGiveUp(giveUp);
    } else if (autoFailback && holdsForeign) {
      this.#log('info', 'Giving up foreign resources (auto_failback).');
      this.#startGiveUp('foreign');
    }
  }

  #abort(): void {
    const { giveUp } = this.#state;
    if (giveUp === undefined) this.#log('info', 'No giveup timer to abort.');
    else this.#cancelGiveUp(giveUp);
  }

  #cancelGiveUp(giveUp: GiveUp): void {
    this.#change({ giveUp: undefined });
    this.#log('info', `Aborted delayed giveup (${giveUp.number})`);
    this.#log('debug', 'giveup timeout has been destroyed.');
  }

  /** Gives up after two keepalives, in which the counts may become equal again. */
  #startGiveUp(share: GiveUp['share']): void {
    const { keepalive, giveUp, timers } = this.#state;
    const delay = 2 * keepalive;
    if (giveUp !== undefined) {
      this.#log('debug', 'Detected existing delay timer, overriding');
    }
    this.#log('info', `Delayed giveup in ${Math.trunc(delay / 1000)} seconds.`);
    const number = timers + 1;
    this.#change({
      giveUp: { share, at: this.#present.at + delay, number },
      timers: number,
    });
  }

  #giveUp(share: GiveUp['share']): void {
    this.#log('info', 'giveup() called (timeout worked)');
    this.#change({ giveUp: undefined });
    if (this.#present.resources === 'transition') {
      this.#change({ standbyPending: true });
    } else {
      this.#send({
        [FIELD.type]: TYPE.askResources,
        [FIELD.resourcesHeld]: share,
        [FIELD.source]: this.#state.localNode,
        [FIELD.info]: 'me',
      });
      this.#log('debug', 'Message [ask_resources] sent.');
    }
    this.#log('debug', 'giveup timeout has been destroyed.');
  }

  #onResource(stable: boolean, partial: boolean): void {
    if (!stable) {
      this.#log('debug', 'Other side is unstable.');
      return;
    }
    if (partial) return;
    this.#log('debug', 'Other side is now stable.');
    if (!this.#state.standbyPending) return;
    this.#change({ standbyPending: false, recountAt: this.#present.at + SETTLE });
  }
}
