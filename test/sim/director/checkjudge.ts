/**
 * Invariant 17: whatever the other servers do, each check begins an interval after its last at the
 * latest, or after its answer. Keeps the score of answers as well, for the judge of commands.
 */
import type { CheckResult, CheckSpec } from 'ts-ldirectord/checks/check';
import { checksOf, nameOfSpec, type Wanted } from './checkname.js';
import { type FilePlan, placeKey, type RealPlan, type VirtualPlan, virtualKey } from './plan.js';
import { serverOf } from './servers.js';
import type { Situation } from './situation.js';
import { timeText } from './trace.js';
import type { Violations } from './violations.js';

/** How often it is looked whether a check is overdue, in milliseconds. */
const SWEEP_MS = 1000;

/** The answers about one real of a virtual, as the daemon has been told them. */
export interface Score {
  /** Failures since the last success. */
  readonly failures: number;
  /** There was a success. */
  readonly succeeded: boolean;
  /** Checks whose last answer was a failure, by name. */
  readonly failing: ReadonlySet<string>;
  /** Answers of another check may have been counted here. */
  readonly doubtful: boolean;
}

const NO_SCORE: Score = { failures: 0, succeeded: false, failing: new Set(), doubtful: false };

export class CheckJudge {
  readonly #situation: Situation;
  readonly #violations: Violations;
  #file: FilePlan | undefined;
  #wanted: ReadonlyMap<string, Wanted> = new Map();
  /** Of each check: how many are under way, and when the last one began or was answered. */
  readonly #streams = new Map<string, { under: number; at: number }>();
  /** By virtual and place. */
  readonly #scores = new Map<string, Score>();
  /** Of each check, the places that it speaks for. */
  #places: ReadonlyMap<string, readonly string[]> = new Map();
  /** Places whose score may count answers of several checks. */
  #doubtful: ReadonlySet<string> = new Set();
  readonly #unanswered = new Set<string>();
  #sweepAt = 0;

  constructor(situation: Situation, violations: Violations) {
    this.#situation = situation;
    this.#violations = violations;
  }

  /** A daemon begins: it knows nothing. */
  newLife(): void {
    this.#streams.clear();
    this.#scores.clear();
    this.#file = undefined;
  }

  configured(file: FilePlan, isFirst: boolean): void {
    this.#file = file;
    this.#wanted = checksOf(file);
    this.#rememberPlaces(file);
    if (!isFirst) {
      for (const name of this.#unanswered)
        if (!this.#wanted.has(name)) this.#unanswered.delete(name);
      return;
    }
    this.#unanswered.clear();
    for (const name of this.#wanted.keys()) this.#unanswered.add(name);
  }

  begins(spec: CheckSpec): void {
    const { world } = this.#situation;
    const name = nameOfSpec(spec);
    if (!this.#wanted.has(name)) {
      this.#violations.add(world.now, 17, 'a check that nobody has asked for', name);
    }
    const stream = this.#streams.get(name) ?? { under: 0, at: 0 };
    this.#inTime(name, stream);
    this.#streams.set(name, { under: stream.under + 1, at: world.now });
  }

  /** The daemon is told; `undefined`: it has given the check up. */
  answered(spec: CheckSpec, result: CheckResult | undefined): void {
    const name = nameOfSpec(spec);
    const stream = this.#streams.get(name);
    if (stream !== undefined) {
      this.#streams.set(name, { under: stream.under - 1, at: this.#situation.world.now });
    }
    if (result === undefined) return;
    this.#unanswered.delete(name);
    for (const key of this.#places.get(name) ?? []) {
      const { failures, succeeded, failing: before } = this.#scores.get(key) ?? NO_SCORE;
      // Of checks that an earlier file asked for nothing is known any more.
      const others = [...before].filter((other) => other !== name && this.#wanted.has(other));
      const failing = new Set(result.up ? others : [...others, name]);
      this.#scores.set(key, {
        failing,
        failures: result.up ? 0 : failures + 1,
        succeeded: succeeded || result.up,
        doubtful: this.#doubtful.has(key),
      });
    }
  }

  score(virtual: VirtualPlan, real: RealPlan): Score {
    return this.#scores.get(scoreKey(virtual, real)) ?? NO_SCORE;
  }

  #rememberPlaces(file: FilePlan): void {
    const doubtful = new Set<string>();
    const known = new Set<string>();
    for (const virtual of file.virtuals) {
      for (const real of virtual.reals) {
        const key = scoreKey(virtual, real);
        if (known.has(key)) doubtful.add(key);
        known.add(key);
      }
    }
    const places = new Map<string, readonly string[]>();
    for (const [name, { reals, several }] of this.#wanted) {
      const keys = reals.map(({ virtual, real }) => scoreKey(virtual, real));
      places.set(name, keys);
      if (several) for (const key of keys) doubtful.add(key);
    }
    this.#places = places;
    this.#doubtful = doubtful;
  }

  /** A check of those that the life began with has never been answered. */
  get isStarting(): boolean {
    for (const name of this.#unanswered) {
      const wanted = this.#wanted.get(name);
      if (wanted === undefined || wanted.partial) continue;
      // One in maintenance counts as answered.
      if (wanted.reals.some(({ real }) => !this.#situation.holds.has(real.server))) return true;
    }
    return false;
  }

  /** Now and then: has one not begun at all? */
  look(): void {
    const { world, serving } = this.#situation;
    if (!serving || this.#file === undefined || world.now < this.#sweepAt) return;
    this.#sweepAt = world.now + SWEEP_MS;
    for (const name of this.#wanted.keys()) {
      const stream = this.#streams.get(name) ?? { under: 0, at: 0 };
      if (stream.under === 0) this.#inTime(name, stream);
    }
  }

  #inTime(name: string, { at }: { readonly at: number }): void {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined || wanted.partial) return;
    const situation = this.#situation;
    const { world, lateness, lookMs } = situation;
    let [from, interval] = [Math.max(at, situation.startedAt), 0];
    for (const { real, intervalMs } of wanted.reals) {
      interval = Math.max(interval, intervalMs);
      const hold = situation.holds.get(real.server);
      if (hold?.held === true) return;
      if (hold !== undefined) from = Math.max(from, situation.later(hold.at, lookMs + lateness));
    }
    const dueAt = situation.later(from, interval + lateness + 20);
    if (world.now <= dueAt) return;
    const facts = [`last: ${timeText(from)}`, `due: ${timeText(Math.ceil(dueAt))}`];
    this.#violations.add(world.now, 17, 'a check begins late', name, ...facts);
  }
}

function scoreKey(virtual: VirtualPlan, real: RealPlan): string {
  return `${virtualKey(virtual)} ${placeKey(virtual, real)}`;
}

/** For the trace. */
export function shortName(spec: CheckSpec): string {
  return `${spec.kind} ${serverOf(spec)}`;
}
