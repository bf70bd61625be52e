/**
 * 14. **Quiet.** When all has settled nothing changes any more: no script runs, no node dies or
 *     comes back, none says something new of itself, and none sends anything but one status per
 *     keepalive (and acknowledgements), or sends anything again. What ours does while a cluster
 *     settles again after a genuine node did something, or refused something, is an answer to that,
 *     and not judged.
 */
import type { Observation } from '../observation.js';
import { clock, settleBound, slack } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

const REFUSAL = /^Standby in progress- new request from /;
const GIVEN_UP = /^No reply to standby request\./;
/** How long a genuine node waits for the other's scripts (heartbeat 3.0.6). */
const HOUR = 3_600_000;

/** The statuses of one node since all has settled. */
class Beat {
  from = Number.NaN;
  count = 0;
}

export class Quiet implements Rule {
  readonly kinds: readonly Kind[] = [
    'sent',
    'script',
    'declares',
    'says',
    'begins',
    'ends',
    'reboots',
    'log',
  ];
  readonly #scene: Scene;
  readonly #beats: ReadonlyMap<string, Beat>;
  #over = false;
  /** A genuine node did something: until then others may have to do with it. */
  #stirredUntil = Number.NEGATIVE_INFINITY;

  /** By node: when a genuine one refused a request last, or gave up waiting. */
  readonly #refusedAt = new Map<string, number>();
  /** By node: when its life began. */
  readonly #began = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#beats = new Map(scene.hosts.map(({ name }) => [name, new Beat()]));
  }

  stage(s: { readonly kind: string }): void {
    if (s.kind === 'over') this.#over = true;
    if (s.kind === 'calm' || s.kind === 'storm') this.#over = false;
  }

  see(o: Observation): void {
    if (o.kind === 'begins') this.#began.set(o.node, o.at);
    if (o.kind === 'log') this.#refused(o);
    else if (this.#over || o.at <= this.#scene.settledAt) return;
    else if (o.kind === 'sent') this.#sent(o);
    else this.#charge(o, `${o.node} ${wordsOf(o)}`);
  }

  /**
   * A genuine node that is in a standby for an hour: who wants something of it asks again. It gives
   * the hour up by itself when the life that it waits for has ended.
   */
  #refused(o: Seen<'log'>): void {
    if (this.#scene.host(o.node)?.genuine !== true) return;
    const alone = [...this.#began].some(([node, at]) => node !== o.node && o.at - at <= HOUR);
    if (!REFUSAL.test(o.text) && !(alone && GIVEN_UP.test(o.text))) return;
    this.#stirredUntil = o.at + settleBound(this.#scene.watched);
    this.#refusedAt.set(o.node, o.at);
  }

  /** What it refused not long ago it may have taken up since: its hour is over. */
  #tookUp(o: Observation): readonly string[] {
    const at = this.#refusedAt.get(o.node) ?? Number.NEGATIVE_INFINITY;
    if (o.at > at + settleBound(this.#scene.watched)) return [];
    return [`${clock(at)} ${o.node} was still in a standby of before`];
  }

  #sent(o: Seen<'sent'>): void {
    if (o.seq === 0) return;
    if (o.again) {
      this.#charge(o, `${o.node} sends ${o.type} ${o.seq} again`);
      return;
    }
    if (o.type !== 'status') {
      this.#charge(o, `${o.node} sends ${o.type} ${o.seq}`);
      return;
    }
    const beat = this.#beats.get(o.node);
    if (beat === undefined) return;
    const { settledAt, watched } = this.#scene;
    if (beat.from !== settledAt) {
      beat.from = settledAt;
      beat.count = 0;
    }
    beat.count += 1;
    const span = o.at - settledAt;
    if (beat.count <= (span + slack(span)) / watched.keepalive + 2) return;
    beat.from = Number.NaN;
    this.#charge(
      o,
      `${o.node} has sent ${beat.count} statuses since then, more than one a keepalive`,
    );
  }

  #charge(o: Observation, fact: string): void {
    const { settledAt, watched } = this.#scene;
    const genuine = this.#scene.host(o.node)?.genuine === true;
    if (genuine) this.#stirredUntil = o.at + settleBound(watched);
    else if (o.at <= this.#stirredUntil) return;
    this.#scene.charge({
      at: o.at,
      invariant: 14,
      title: 'something happens although nothing should',
      facts: [
        `${clock(settledAt)} all has had the time to settle`,
        `${clock(o.at)} ${fact}`,
        ...this.#failed(o.node),
        ...this.#tookUp(o),
      ],
      node: o.node,
    });
  }

  /** What a node could not start, nor has started since. */
  #failed(node: string): readonly string[] {
    const troubled = this.#scene.holdings
      .flat()
      .filter((holding) => holding.host.name === node && holding.troubled);
    return troubled.map(({ group }) => `${node} could not start ${group.key}`);
  }
}

function wordsOf(o: Observation): string {
  switch (o.kind) {
    case 'script':
      return `${o.phase}s ${o.verb} of ${o.resource} in ${o.group}`;
    case 'declares':
      return `declares ${o.peer} ${o.status}`;
    case 'says':
      return `says ${o.status}, ${o.resources}`;
    default:
      return o.kind;
  }
}
