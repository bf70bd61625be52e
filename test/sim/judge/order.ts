/**
 * 5. **Order.** On one machine never two start or stop scripts of a group at once. A start begins
 *    only when the resource before it was started with success or said that it runs. A stop begins
 *    only when everything behind it that was started or attempted has been stopped, or a stop of it
 *    has been tried. After a start that failed the next script that changes something is a stop,
 *    and the next start comes only after everything up to the failed one was stopped; of a start
 *    whose runner was killed meanwhile nobody knows that it failed, and a status decides. Five
 *    attempts that fail within a minute, without anything happening that asks for one, are a storm:
 *    the pauses between them are 30 s and more, and the other node is asked first. Status calls are
 *    free.
 */
import type { Observation, Watched } from '../observation.js';
import { clock } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

const NEVER = Number.NEGATIVE_INFINITY;
const STORM = 5;
const STORM_SPAN = 60_000;

type Problem = readonly [title: string, fact: string];

/** The scripts of one group on one machine. */
class Sequence {
  readonly #resources: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  /** Bits: started or attempted and not stopped; those of them that are well; stops tried. */
  #up = 0;
  #well = 0;
  #tried = 0;
  #running: Seen<'script'> | undefined;
  /** The place of a start that failed, and everything up to it is to be stopped. */
  #failed = -1;
  readonly #failures = new Array<number>(STORM).fill(NEVER);
  #count = 0;

  constructor(group: Watched['groups'][number]) {
    this.#resources = group.resources;
    this.#places = new Map(group.resources.map((resource, place) => [resource, place]));
  }

  /** What is wrong with it, if anything. */
  see(o: Seen<'script'>): Problem | undefined {
    const place = this.#places.get(o.resource);
    if (place === undefined) return undefined;
    const bit = 1 << place;
    if (o.verb === 'status') {
      if (o.phase === 'end' && o.ok === true) this.#well |= bit;
      return undefined;
    }
    return o.phase === 'begin' ? this.#begin(o, place, bit) : this.#end(o, place, bit);
  }

  #begin(o: Seen<'script'>, place: number, bit: number): Problem | undefined {
    const running = this.#running;
    this.#running = o;
    if (running !== undefined) {
      const fact = `${clock(running.at)} ${running.verb} of ${running.resource} goes on`;
      return ['two scripts of a group at once', fact];
    }
    return o.verb === 'start' ? this.#beginStart(place, bit) : this.#beginStop(place, bit);
  }

  #beginStart(place: number, bit: number): Problem | undefined {
    const failed = this.#failed;
    this.#failed = -1;
    this.#up |= bit;
    this.#tried &= ~bit;
    this.#well &= ~bit;
    if (failed >= 0) {
      const fact = `the start of ${this.#resources[failed]} failed, and not everything was stopped`;
      return ['a start after one that failed', fact];
    }
    if (place === 0 || (this.#well & (bit >> 1)) !== 0) return undefined;
    return ['a start out of order', `${this.#resources[place - 1]} does not run`];
  }

  #beginStop(place: number, bit: number): Problem | undefined {
    const behind = this.#up & ~this.#tried & ~(bit | (bit - 1));
    this.#tried |= bit;
    this.#well &= ~bit;
    if (behind === 0) return undefined;
    const names = this.#resources.filter((_, index) => (behind & (1 << index)) !== 0);
    return ['a stop out of order', `${names.join(' ')} behind ${this.#resources[place]} may run`];
  }

  #end(o: Seen<'script'>, place: number, bit: number): Problem | undefined {
    this.#running = undefined;
    const ok = o.ok === true;
    if (o.verb === 'stop') {
      if (ok) this.#up &= ~bit;
      // What could not be stopped stays; the rest has been.
      if (place === 0 && (this.#up & ~this.#tried) === 0) this.#failed = -1;
      return undefined;
    }
    if (ok) this.#well |= bit;
    else if (o.unseen !== true) {
      this.#failed = place;
      return this.#noteFailure(o.at);
    }
    return undefined;
  }

  #noteFailure(at: number): Problem | undefined {
    const place = this.#count % STORM;
    this.#failures[place] = at;
    this.#count += 1;
    const oldest = this.#failures[this.#count % STORM] ?? NEVER;
    if (at - oldest > STORM_SPAN) return undefined;
    this.provoke();
    return ['a storm of starts that fail', `${clock(oldest)} the first of ${STORM} that failed`];
  }

  /** Something asks for an attempt: it is not one too many. */
  provoke(): void {
    if (this.#count === 0) return;
    this.#failures.fill(NEVER);
    this.#count = 0;
  }

  powerOff(): void {
    this.#up = 0;
    this.#well = 0;
    this.#tried = 0;
    this.abandon();
  }

  /** Nobody knows what became of the script under way. */
  abandon(): void {
    this.#running = undefined;
    this.#failed = -1;
  }
}

export class Order implements Rule {
  readonly kinds: readonly Kind[] = [
    'script',
    'power',
    'reboots',
    'ends',
    'begins',
    'asked',
    'declares',
  ];
  readonly #scene: Scene;
  /** By machine, then by key of the group. */
  readonly #sequences: ReadonlyMap<string, ReadonlyMap<string, Sequence>>;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { groups } = scene.watched;
    this.#sequences = new Map(
      scene.hosts.map(({ name }) => [
        name,
        new Map(groups.map((group) => [group.key, new Sequence(group)])),
      ]),
    );
  }

  see(o: Observation): void {
    if (o.kind === 'script') {
      const problem = this.#sequences.get(o.node)?.get(o.group)?.see(o);
      if (problem !== undefined) this.#charge(o, problem);
      return;
    }
    if (o.kind === 'power' || o.kind === 'reboots') {
      if (o.kind === 'reboots' || !o.on) this.#each(o.node, (sequence) => sequence.powerOff());
    } else if (o.kind === 'ends' && o.how === 'killed') {
      this.#each(o.node, (sequence) => sequence.abandon());
    }
    for (const { name } of this.#scene.hosts) this.#each(name, (sequence) => sequence.provoke());
  }

  #each(node: string, act: (sequence: Sequence) => void): void {
    for (const sequence of this.#sequences.get(node)?.values() ?? []) act(sequence);
  }

  #charge(o: Seen<'script'>, [title, fact]: Problem): void {
    this.#scene.charge({
      at: o.at,
      invariant: 5,
      title,
      facts: [
        `${clock(o.at)} ${o.node}: ${o.verb} of ${o.resource} in ${o.group} ${o.phase}s`,
        fact,
      ],
      node: o.node,
      group: o.group,
    });
  }
}
