/** Invariants 15, 16 and 18: the table is what the file and the servers ask for, in time. */
import type { Destination, Service } from 'ts-ldirectord/ipvs/table';
import {
  type FilePlan,
  type Forwarding,
  isQuiescent,
  type PlacePlan,
  placeKey,
  type RealPlan,
  type VirtualPlan,
  virtualKey,
} from './plan.js';
import { ITSELF, type Situation } from './situation.js';
import { timeText } from './trace.js';
import type { Violations } from './violations.js';

/** Reals that the kernel holds in one place. */
interface Group {
  readonly key: string;
  /** The last of them, whose line counts while all are up. */
  readonly last: RealPlan;
  readonly forwardings: readonly Forwarding[];
  /** Undefined: open. */
  readonly up: boolean | undefined;
}

export class TableJudge {
  readonly #situation: Situation;
  readonly #violations: Violations;
  #seen = '';
  /** When something that is open now is to be decided. */
  #next = 0;

  constructor(situation: Situation, violations: Violations) {
    this.#situation = situation;
    this.#violations = violations;
  }

  /** Looks at the table if anything has changed, or something is due. */
  look(): void {
    const { file, serving, kernel, turns, world } = this.#situation;
    if (file === undefined || !serving) return;
    const seen = `${kernel.version} ${turns} ${kernel.disturbedUntil}`;
    if (seen === this.#seen && world.now < this.#next) return;
    this.#seen = seen;
    this.#next = Number.POSITIVE_INFINITY;
    for (const virtual of file.virtuals) this.#virtual(file, virtual);
    for (const [key, since] of this.#situation.leaving) this.#leaving(key, since);
  }

  /** The status of each place of a virtual, as far as it is decided. */
  groups(file: FilePlan, virtual: VirtualPlan): readonly Group[] {
    const groups = new Map<string, Group>();
    for (const real of virtual.reals) {
      const key = placeKey(virtual, real);
      const { up, from } = this.#situation.verdict(file, virtual, real);
      const decided = this.#isDue(from) ? up : undefined;
      const before = groups.get(key);
      const both = before?.up === false || decided === false ? false : undefined;
      const all = before === undefined || before.up === decided ? decided : both;
      const forwardings = [...(before?.forwardings ?? []), real.forwarding];
      groups.set(key, { key, last: real, forwardings, up: all });
    }
    return [...groups.values()];
  }

  /** Whether a virtual has a server that is up; undefined: open. */
  isServing(file: FilePlan, virtual: VirtualPlan): boolean | undefined {
    const groups = this.groups(file, virtual);
    if (groups.some(({ up }) => up === true)) return true;
    return groups.every(({ up }) => up === false) ? false : undefined;
  }

  /** After a single change: a virtual with a fallback is never without any destination. */
  gap(key: string): void {
    const { file, kernel, serving, deeds, world, inOrderFrom } = this.#situation;
    const virtual = file?.virtuals.find((candidate) => virtualKey(candidate) === key);
    if (virtual?.fallback === undefined || virtual.checkType === 'off' || !serving) return;
    const service = kernel.table.get(key);
    if (service === undefined || deeds.has(key) || world.now < inOrderFrom) return;
    const held = [...service.destinations.values()];
    if (held.some(({ contents }) => contents.weight > 0)) return;
    this.#add(18, 'neither a server nor the fallback is in', key);
  }

  #isDue(from: number): boolean {
    if (from <= this.#situation.world.now) return true;
    this.#next = Math.min(this.#next, from);
    return false;
  }

  #leaving(key: string, since: number): void {
    if (!this.#isDue(this.#situation.settled(since, since))) return;
    if (!this.#situation.kernel.table.has(key)) this.#situation.leaving.delete(key);
    else this.#add(15, 'a virtual of an earlier file is still there', key);
  }

  #virtual(file: FilePlan, virtual: VirtualPlan): void {
    const situation = this.#situation;
    const key = virtualKey(virtual);
    if (!this.#isDue(situation.inOrderFrom)) return;
    const itself = situation.deed(key, ITSELF);
    if (itself !== undefined && !this.#isDue(situation.undoneFrom(itself))) return;
    const service = situation.kernel.table.get(key);
    if (service === undefined) {
      this.#add(15, 'a virtual is missing', key);
      return;
    }
    const { scheduler, persistence } = service.contents;
    if (scheduler !== virtual.scheduler || persistence !== virtual.persistence) {
      this.#add(15, 'a virtual is not as configured', key, JSON.stringify(service.contents));
    }
    const groups = this.groups(file, virtual);
    const known = new Set(groups.map((group) => group.key));
    for (const group of groups) this.#group(file, virtual, service, group);
    if (virtual.fallback !== undefined && virtual.checkType !== 'off') {
      known.add(placeKey(virtual, virtual.fallback));
      this.#fallback(file, virtual, virtual.fallback, service);
    }
    for (const place of service.destinations.keys()) {
      if (known.has(place) || situation.deed(key, place) !== undefined) continue;
      this.#add(15, 'a destination that nobody has asked for', `${key} ${place}`);
    }
  }

  #group(file: FilePlan, virtual: VirtualPlan, service: Service, group: Group): void {
    const key = virtualKey(virtual);
    const deed = this.#situation.deed(key, group.key);
    if (deed !== undefined && !this.#isDue(this.#situation.undoneFrom(deed))) return;
    const there = service.destinations.get(group.key);
    const isIn = there !== undefined && isAs(there, group.last, deed !== undefined);
    const isOut = this.#isOut(file, virtual, there, group, deed !== undefined);
    const where = `${key} ${group.key}`;
    const facts = [where, `table: ${textOf(there)}`, `wanted weight: ${group.last.weight}`];
    const health = `server: ${this.#situation.servers.health(group.last.server)}`;
    if (group.up === true && !isIn) {
      this.#add(16, 'a server that is well is not in', ...facts, health);
    } else if (group.up === false && !isOut) {
      this.#add(16, 'a server that is not well is not out', ...facts, health);
    } else if (!isIn && !isOut) {
      this.#add(15, 'a server is neither in nor out', ...facts, health);
    }
  }

  #isOut(
    file: FilePlan,
    virtual: VirtualPlan,
    there: Destination | undefined,
    group: Group,
    byHand: boolean,
  ): boolean {
    // Quiescent servers that were deleted by hand stay away, a weight set by hand stays.
    if (byHand) return true;
    const quiescent = isQuiescent(file, virtual);
    if (there === undefined) return !quiescent || virtual.checkType === 'off';
    const { weight, forwarding } = there.contents;
    const isQuiet = weight === 0 && group.forwardings.some((one) => one === forwarding);
    // Not taken out, because it was never in.
    return isQuiet && (quiescent || group.up === undefined);
  }

  #fallback(file: FilePlan, virtual: VirtualPlan, plan: PlacePlan, service: Service): void {
    const key = virtualKey(virtual);
    const place = placeKey(virtual, plan);
    const deed = this.#situation.deed(key, place);
    if (deed !== undefined && !this.#isDue(this.#situation.undoneFrom(deed))) return;
    const there = service.destinations.get(place);
    const serving = this.isServing(file, virtual);
    const where = `${key} ${place}`;
    if (serving === true && there !== undefined && deed === undefined) {
      this.#add(18, 'the fallback is in while a server is up', where, `table: ${textOf(there)}`);
    }
    const wanted = { ...plan, weight: 1, upper: 0 };
    if (serving === false && (there === undefined || !isAs(there, wanted, deed !== undefined))) {
      this.#add(18, 'all servers are down and the fallback is not in', where, textOf(there));
    }
  }

  #add(invariant: number, title: string, ...facts: readonly string[]): void {
    const { world, startedAt, kernel } = this.#situation;
    const since = `file since ${timeText(startedAt).trim()}`;
    const trouble = `ipvsadm disturbed until ${timeText(kernel.disturbedUntil).trim()}`;
    this.#violations.add(world.now, invariant, title, ...facts, since, trouble);
  }
}

function isAs(there: Destination, wanted: RealPlan, byHand: boolean): boolean {
  const { forwarding, weight, upperThreshold } = there.contents;
  if (forwarding !== wanted.forwarding) return false;
  return byHand || (weight === wanted.weight && (upperThreshold ?? 0) === wanted.upper);
}

function textOf(there: Destination | undefined): string {
  return there === undefined ? 'absent' : JSON.stringify(there.contents);
}
