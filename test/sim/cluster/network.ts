/** The networks between the hosts: loss, copies, delay, overtaking, damage, and cables cut. */
import type { LinkOptions } from '../options.js';
import type { Random } from '../random.js';
import type { World } from '../world.js';
import type { Packet } from './packet.js';

/** Where packets of a link arrive. */
export interface Station {
  readonly name: string;
  arrive(link: string, packet: Packet): void;
}

/** A packet is under way for at least that long, in milliseconds. */
const LEAST_DELAY = 1;

/** Which directed paths are cut; cuts that overlap add up. */
export class Cuts {
  readonly #cut = new Map<string, number>();
  /** How many paths are cut now. */
  #count = 0;

  /** Cuts or heals one direction of a link; returns whether that changed anything. */
  change(link: string, from: string, to: string, by: 1 | -1): boolean {
    const path = `${link} ${from} ${to}`;
    const before = this.#cut.get(path) ?? 0;
    const after = before + by;
    this.#cut.set(path, after);
    if (before === 0) this.#count += 1;
    if (after === 0) this.#count -= 1;
    return before === 0 || after === 0;
  }

  isOpen(link: string, from: string, to: string): boolean {
    return this.#count === 0 || (this.#cut.get(`${link} ${from} ${to}`) ?? 0) === 0;
  }

  /** Those cut now, as link, from and to. */
  get all(): [string, string, string][] {
    const cut = [...this.#cut].filter(([, count]) => count > 0);
    return cut.map(([path]) => path.split(' ') as [string, string, string]);
  }

  clear(): void {
    this.#cut.clear();
    this.#count = 0;
  }
}

/** One link that is no serial line. */
export class Network {
  readonly options: LinkOptions;
  /** False in the calm: nothing happens to packets but what cuts do. */
  stormy = true;
  readonly #world: World;
  readonly #random: Random;
  readonly #cuts: Cuts;
  readonly #stations: Station[] = [];

  constructor(options: LinkOptions, world: World, random: Random, cuts: Cuts) {
    this.options = options;
    this.#world = world;
    this.#random = random;
    this.#cuts = cuts;
  }

  attach(station: Station): void {
    this.#stations.push(station);
  }

  /** A broadcast reaches its sender too; multicast and unicast do not. */
  send(packet: Packet, from: string): void {
    for (const station of this.#stations) {
      const own = station.name === from;
      if (own && this.options.kind !== 'bcast') continue;
      this.#pass(packet, from, station);
    }
  }

  #pass(packet: Packet, from: string, to: Station): void {
    const { name, loss, duplicates, damage, delay } = this.options;
    if (from !== to.name && !this.#cuts.isOpen(name, from, to.name)) return;
    if (!this.stormy || from === to.name) {
      this.#world.later(LEAST_DELAY, () => to.arrive(name, packet));
      return;
    }
    if (this.#random.chance(loss)) return;
    const copies = this.#random.chance(duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const sent = this.#random.chance(damage) ? packet.damaged(this.#random) : packet;
      const takes = LEAST_DELAY + this.#random.delay(delay);
      this.#world.later(takes, () => to.arrive(name, sent));
    }
  }
}
