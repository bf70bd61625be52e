/**
 * What is known of a run from outside: which file holds since when, who is held, what disturbs.
 * From it follows when the daemon must have noticed what at the latest. True milliseconds.
 */
import type { World } from '../world.js';
import { CALL_MS, type Kernel } from './kernel.js';
import {
  type FilePlan,
  failureCountOf,
  intervalOf,
  probeOf,
  type RealPlan,
  timeoutOf,
  type VirtualPlan,
} from './plan.js';
import { QUICK_MS, type Servers } from './servers.js';

/** What failed is tried again after this (docs/ldirectord.md). */
const RETRY_MS = 2000;
/**
 * A call under way, its successor with the news, the pause in which news are gathered, and checks
 * that begin together though they are not due yet.
 */
const SETTLE_MS = 4 * CALL_MS + 50 + 50 + 60;
/** From an operator's deed until it is undone: ten seconds' grace (docs/ldirectord.md). */
const HAND_MS = 10_000;
const LOOK_MS_MIN = 5000;

/** Something that must be so from some time on. */
export interface Verdict {
  readonly up: boolean;
  /** Until then it is open. */
  readonly from: number;
}

/** What somebody else has done to an entry of the table since the daemon has set it right. */
export interface Deed {
  readonly at: number;
  readonly kind: 'weight' | 'delete' | 'add' | 'edit';
  /** What was given by hand. */
  readonly weight: number | undefined;
}

/** The key of a service's own deeds beside those of its destinations. */
export const ITSELF = '';

export class Situation {
  readonly world: World;
  readonly servers: Servers;
  readonly kernel: Kernel;
  /** The most that each wake and answer comes late, in milliseconds. */
  lateness = 0;
  file: FilePlan | undefined;
  /** When the daemon was told of the file. */
  configuredAt = 0;
  /** When the daemon of this life saw the table first; Infinity before. */
  adoptedAt = Number.POSITIVE_INFINITY;
  /** A daemon runs and is not told to end. */
  serving = false;
  /** Servers that an operator has taken out, or let go again. */
  readonly holds = new Map<number, { readonly held: boolean; readonly at: number }>();
  /** When somebody has last done something by hand, or to `holds`. */
  changedAt = 0;
  /** By the virtual's key, and in it by the place's. */
  readonly deeds = new Map<string, Map<string, Deed>>();
  /** Virtuals of an earlier file that this life has to remove, and since when. */
  readonly leaving = new Map<string, number>();
  /** Counts whatever may change a verdict. */
  turns = 0;
  /** What a start or reload finds, and is to put right in this instant. */
  #found: { readonly at: number; readonly places: ReadonlySet<string> } = {
    at: -1,
    places: new Set(),
  };
  readonly #stalls: { readonly from: number; readonly to: number }[] = [];

  constructor(world: World, servers: Servers, kernel: Kernel) {
    this.world = world;
    this.servers = servers;
    this.kernel = kernel;
  }

  /** The daemon is not served until then. */
  heldUp(from: number, to: number): void {
    this.#stalls.push({ from, to });
    if (this.#stalls.length > 50) this.#stalls.shift();
    this.turns += 1;
  }

  /** `from + ms` by the daemon's clock at the latest, and with the times when it was held up. */
  later(from: number, ms: number): number {
    let at = from + ms * 1.001;
    for (const stall of this.#stalls) {
      if (stall.from <= at && stall.to > from) at += stall.to - Math.max(stall.from, from);
    }
    return at;
  }

  get settleMs(): number {
    return SETTLE_MS + 8 * this.lateness;
  }

  get lookMs(): number {
    if (this.file === undefined) return 0;
    return this.file.fork ? 1000 : this.file.interval * 1000;
  }

  /** When the daemon has begun to follow the file. */
  get startedAt(): number {
    return Math.max(this.configuredAt, this.adoptedAt);
  }

  /** What is known at that time must be in the table then. */
  settled(from: number, known: number): number {
    const { disturbedUntil } = this.kernel;
    return Math.max(
      this.later(from, known - from + this.settleMs),
      this.later(disturbedUntil, RETRY_MS + this.settleMs),
    );
  }

  /** When what the file says of virtuals must be in the table. */
  get inOrderFrom(): number {
    return this.settled(this.startedAt, this.startedAt);
  }

  /** When a deed must be undone: patience begins with a look, and with each one that fails anew. */
  undoneFrom({ at }: Deed): number {
    const from = Math.max(at, this.startedAt, this.kernel.disturbedUntil);
    const look = Math.max(LOOK_MS_MIN, (this.file?.interval ?? 0) * 1000);
    return this.settled(from, from + HAND_MS + 2 * look);
  }

  deed(virtual: string, place: string): Deed | undefined {
    return this.deeds.get(virtual)?.get(place);
  }

  did(virtual: string, place: string, kind: Deed['kind'], weight?: number): void {
    let places = this.deeds.get(virtual);
    if (places === undefined) {
      places = new Map();
      this.deeds.set(virtual, places);
    }
    places.set(place, { at: this.world.now, kind, weight });
    this.changedAt = this.world.now;
    this.turns += 1;
  }

  /** The daemon has compared everything with the table as it was then: older deeds are over. */
  compared(at: number): void {
    const found = new Set<string>();
    for (const [virtual, places] of this.deeds) {
      for (const [place, deed] of places) {
        if (deed.at >= at) continue;
        places.delete(place);
        found.add(`${virtual} ${place}`);
      }
      if (places.size === 0) this.deeds.delete(virtual);
    }
    this.#found = { at: this.world.now, places: found };
    this.turns += 1;
  }

  /** Whether what was done there by hand has just been found by a start or reload. */
  isFound(virtual: string, place: string): boolean {
    const { at, places } = this.#found;
    return at === this.world.now && places.has(`${virtual} ${place}`);
  }

  /** Whether a server is up in the eyes of a virtual, and from when on the table must show it. */
  verdict(file: FilePlan, virtual: VirtualPlan, real: RealPlan): Verdict {
    const hold = this.holds.get(real.server);
    const look = this.lookMs + 2 * this.lateness;
    const toldAt = hold === undefined ? 0 : this.later(hold.at, look);
    const told = Math.max(this.startedAt, toldAt);
    if (hold?.held === true) return { up: false, from: this.settled(this.startedAt, told) };
    if (virtual.checkType === 'on') return { up: true, from: this.settled(this.startedAt, told) };
    // What stands in the table stays, and nothing else comes in.
    if (virtual.checkType === 'off') return { up: false, from: Number.POSITIVE_INFINITY };
    const { good, since, clearAt, quick } = this.servers.standing(real.server, probeOf(virtual));
    const from = Math.max(since, clearAt, told);
    const timeout = timeoutOf(file, virtual);
    const isFresh = from > this.startedAt && quick;
    const answer = isFresh ? QUICK_MS : timeout;
    const cycle = intervalOf(file, virtual) + 2 * this.lateness;
    const connects = virtual.checkType === 'combined' && !good ? virtual.connects : 0;
    const count = good ? 1 : failureCountOf(file, virtual);
    const ms = count * (cycle + answer) + connects * (cycle + timeout);
    return { up: good, from: this.settled(from, from + ms) };
  }
}
