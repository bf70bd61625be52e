/**
 * 13. **The client gets through.** When all has settled the router looks for each address at the
 *     machine that runs its group, also after a split that has healed. Where a status was wrong
 *     nobody knows: who is told that an address runs does not start it.
 */
import type { Observation } from '../observation.js';
import { clock } from './bounds.js';
import type { Kind, Rule } from './rule.js';
import type { Scene } from './scene.js';

export class Routes implements Rule {
  readonly kinds: readonly Kind[] = ['arp'];
  readonly #scene: Scene;
  /** By address: the machine, and since when. */
  readonly #routes = new Map<string, { readonly node: string; readonly at: number }>();
  #judged = Number.NEGATIVE_INFINITY;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  see(o: Observation): void {
    if (o.kind === 'arp') this.#routes.set(o.address, { node: o.node, at: o.at });
  }

  tick(at: number): void {
    const { settledAt, alarm } = this.#scene;
    if (settledAt === Number.POSITIVE_INFINITY || settledAt === this.#judged) return;
    if (at < settledAt) alarm.set(settledAt);
    else {
      this.#judged = settledAt;
      this.#judge(at);
    }
  }

  finish(at: number): void {
    this.tick(at);
    if (at > this.#judged && this.#judged === this.#scene.settledAt) this.#judge(at);
  }

  #judge(at: number): void {
    for (const holdings of this.#scene.holdings) {
      const [holder, second] = holdings.filter(({ held }) => held);
      const address = holder?.group.address;
      // Whether exactly one holds it is another invariant.
      if (holder === undefined || second !== undefined || address === undefined) continue;
      if (holder.doubtful) continue;
      const route = this.#routes.get(address);
      const { name } = holder.host;
      if (route?.node === name) continue;
      const known = route === undefined ? 'nowhere' : `at ${route.node} since ${clock(route.at)}`;
      this.#scene.charge({
        at,
        invariant: 13,
        title: 'clients are sent to the wrong machine',
        facts: [
          `${clock(holder.since)} since then ${name} runs ${holder.group.key}`,
          `${clock(at)} the router looks for ${address} ${known}`,
        ],
        node: name,
        group: holder.group.key,
      });
    }
  }
}
