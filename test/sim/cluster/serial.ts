/** A null-modem cable: bytes at the pace of the line, noise between them, and cuts. */
import type { LinkOptions } from '../options.js';
import type { Random } from '../random.js';
import type { World } from '../world.js';
import type { Cuts } from './network.js';
import { damage, type Packet } from './packet.js';

/** Where a line ends: whole messages of a clean line, bytes of a noisy one. */
export interface LineEnd {
  readonly name: string;
  arrive(link: string, packet: Packet): void;
  /** `bytes`: what noise has made of the packet; undefined when it came through well. */
  arriveBytes(link: string, packet: Packet, bytes: Uint8Array | undefined): void;
}

/** Start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;
const NOISE_MAX = 20;

export class SerialLine {
  readonly options: LinkOptions;
  stormy = true;
  readonly #world: World;
  readonly #random: Random;
  readonly #cuts: Cuts;
  readonly #ends: LineEnd[] = [];
  /** By sender: when the line has carried what it was given. */
  readonly #freeAt = new Map<string, number>();

  constructor(options: LinkOptions, world: World, random: Random, cuts: Cuts) {
    this.options = options;
    this.#world = world;
    this.#random = random;
    this.#cuts = cuts;
  }

  attach(end: LineEnd): void {
    this.#ends.push(end);
  }

  /** Puts one message of that many bytes on the line, behind what is on it. */
  send(packet: Packet, length: number, from: string): void {
    const { name, baud, damage: rate } = this.options;
    const begins = Math.max(this.#world.now, this.#freeAt.get(from) ?? 0);
    const ends = begins + (length * BITS_PER_BYTE * 1000) / baud;
    this.#freeAt.set(from, ends);
    const noisy = rate > 0;
    const spoils = noisy && this.stormy && this.#random.chance(rate);
    for (const end of this.#ends) {
      if (end.name === from) continue;
      const bytes = spoils ? this.#spoil(packet.frame) : undefined;
      this.#world.at(ends, () => {
        if (!this.#cuts.isOpen(name, from, end.name)) return;
        if (noisy) end.arriveBytes(name, packet, bytes);
        else end.arrive(name, packet);
      });
    }
  }

  /** Noise in front, or damage within. */
  #spoil(bytes: Uint8Array): Uint8Array {
    if (this.#random.chance(0.5)) return damage(bytes, this.#random);
    const noise = Array.from({ length: this.#random.whole(1, NOISE_MAX) }, () =>
      this.#random.whole(0, 255),
    );
    return Uint8Array.of(...noise, ...bytes);
  }
}
