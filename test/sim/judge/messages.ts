/**
 * 7. **Messages.** Of one life of another node each number is accepted at most once, in one life of
 *    the hearer. Numbers come in the order of their arrival: one that was missed is asked for and
 *    accepted late (heartbeat 3.0.6 does not reorder), but never one from further back than any
 *    node keeps, and never one of a generation that is over. Nothing is accepted that was not there
 *    to be read undamaged and rightly signed, and nothing of our own that a medium brings back.
 */
import type { Observation } from '../observation.js';
import { clock } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

/**
 * Of so many numbers is kept what became of them: more than any node sends again. A power of two.
 */
const KEPT = 4096;

/** What one node has had of another one. */
class Reception {
  /** Of the newest generation that was available, and of the newest that was accepted. */
  #offered = 0;
  #generation = 0;
  #newest = 0;
  /** Places hold the number + 1. */
  readonly #available = new Float64Array(KEPT);
  readonly #accepted = new Float64Array(KEPT);

  forget(): void {
    this.#offered = 0;
    this.#generation = 0;
    this.#newest = 0;
    this.#available.fill(0);
    this.#accepted.fill(0);
  }

  offer(generation: number, seq: number): void {
    if (generation < this.#offered) return;
    if (generation > this.#offered) {
      this.#offered = generation;
      this.#available.fill(0);
    }
    this.#available[seq & (KEPT - 1)] = seq + 1;
  }

  /** What is wrong with accepting it. */
  accept(generation: number, seq: number): string | undefined {
    if (generation < this.#generation) return 'of a life that is over';
    if (generation > this.#generation) {
      this.#generation = generation;
      this.#newest = 0;
      this.#accepted.fill(0);
    }
    const place = seq & (KEPT - 1);
    if (this.#accepted[place] === seq + 1) return 'accepted before';
    this.#accepted[place] = seq + 1;
    if (seq > this.#newest) this.#newest = seq;
    else if (this.#newest - seq >= KEPT) return 'from further back than any node keeps';
    // What was available of the life before this one is not known any more.
    if (generation < this.#offered) return undefined;
    return this.#available[place] === seq + 1 && generation === this.#offered
      ? undefined
      : 'that never was there to be read, authentic';
  }
}

export class Messages implements Rule {
  readonly kinds: readonly Kind[] = ['available', 'accepted', 'begins'];
  readonly #scene: Scene;
  readonly #receptions: ReadonlyMap<string, ReadonlyMap<string, Reception>>;

  constructor(scene: Scene) {
    this.#scene = scene;
    const names = scene.hosts.map(({ name }) => name);
    this.#receptions = new Map(
      names.map((to) => [
        to,
        new Map(names.filter((from) => from !== to).map((from) => [from, new Reception()])),
      ]),
    );
  }

  see(o: Observation): void {
    if (o.kind === 'available') {
      if (o.authentic && o.seq > 0) this.#of(o.node, o.from)?.offer(o.generation, o.seq);
    } else if (o.kind === 'accepted') this.#accept(o);
    else if (o.kind === 'begins') {
      for (const reception of this.#receptions.get(o.node)?.values() ?? []) reception.forget();
    }
  }

  #of(node: string, from: string): Reception | undefined {
    return this.#receptions.get(node)?.get(from);
  }

  #accept(o: Seen<'accepted'>): void {
    if (o.from === o.node) {
      this.#charge(o, 'of its own, come back');
      return;
    }
    if (o.seq === 0) return;
    const problem = this.#of(o.node, o.from)?.accept(o.generation, o.seq);
    if (problem !== undefined) this.#charge(o, problem);
  }

  #charge(o: Seen<'accepted'>, problem: string): void {
    this.#scene.charge({
      at: o.at,
      invariant: 7,
      title: 'a message is accepted that should not be',
      facts: [
        `${clock(o.at)} ${o.node} accepts ${o.type} ${o.seq} of generation ${o.generation}`,
        `it comes from ${o.from}; it is one ${problem}`,
      ],
      node: o.node,
      peer: o.from,
    });
  }
}
