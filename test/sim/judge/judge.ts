/**
 * The judge of a cluster: told what an outsider sees, it says which invariant is broken, and why.
 */
import type { Observation, Sight, Stage, Watched } from '../observation.js';
import { Clients } from './clients.js';
import { Deaths } from './deaths.js';
import type { Excuse, Violation } from './excuse.js';
import { Holders } from './holders.js';
import { Limits } from './limits.js';
import { Messages } from './messages.js';
import { Order } from './order.js';
import { Quiet } from './quiet.js';
import { Requests } from './requests.js';
import { Routes } from './routes.js';
import type { Kind, Rule } from './rule.js';
import { type Charge, Scene } from './scene.js';
import { Settled } from './settled.js';

/** Whoever has broken so many has shown enough. */
const VIOLATIONS_MAX = 100;

export class Judge {
  readonly violations: Violation[] = [];
  /** What genuine nodes did and are known to do, by the name of the excuse. */
  readonly excused = new Map<string, Violation[]>();
  readonly #scene: Scene;
  readonly #excuses: readonly Excuse[];
  readonly #rules: readonly Rule[];
  readonly #byKind: Readonly<Record<string, readonly Rule[]>>;

  constructor(watched: Watched, sight: Sight, excuses: readonly Excuse[] = []) {
    this.#excuses = excuses;
    this.#scene = new Scene(watched, sight, (charge) => this.#note(charge));
    const scene = this.#scene;
    this.#rules = [
      new Holders(scene),
      new Deaths(scene),
      ...(sight.sockets ? [new Messages(scene)] : []),
      new Order(scene),
      new Requests(scene),
      new Limits(scene),
      ...(sight.clients ? [new Clients(scene)] : []),
      new Settled(scene),
      ...(sight.arp ? [new Routes(scene)] : []),
      new Quiet(scene),
    ];
    const kinds = new Set(this.#rules.flatMap((rule) => rule.kinds));
    const rulesOf = (kind: Kind): readonly Rule[] =>
      this.#rules.filter((rule) => rule.kinds.includes(kind));
    this.#byKind = Object.fromEntries([...kinds].map((kind) => [kind, rulesOf(kind)]));
  }

  /** Invariants that are passed over because their facts cannot be seen. */
  get unseen(): readonly number[] {
    const { sockets, clients, arp, sizes } = this.#scene.sight;
    return [
      ...(sockets ? [] : [7]),
      ...(sizes ? [] : [9]),
      ...(clients ? [] : [10]),
      ...(arp ? [] : [13]),
    ];
  }

  see(o: Observation): void {
    if (o.at > this.#scene.alarm.at) this.#ring(o.at);
    if (o.kind === 'available' || o.kind === 'sent' || o.kind === 'accepted') {
      this.#scene.seeMessage(o);
    } else this.#scene.see(o);
    const rules = this.#byKind[o.kind];
    if (rules === undefined) return;
    for (const rule of rules) rule.see(o);
  }

  stage(s: Stage): void {
    this.tick(s.at);
    this.#scene.stage(s);
    for (const rule of this.#rules) rule.stage?.(s);
  }

  /** At every event; one comparison as long as nothing is due. */
  tick(at: number): void {
    if (at > this.#scene.alarm.at) this.#ring(at);
  }

  finish(at: number): void {
    this.tick(at);
    for (const rule of this.#rules) rule.finish?.(at);
  }

  #ring(at: number): void {
    this.#scene.alarm.at = Number.POSITIVE_INFINITY;
    for (const rule of this.#rules) rule.tick?.(at);
  }

  #note(charge: Charge): void {
    const { at, invariant, title, facts, node, peer, group } = charge;
    const violation: Violation = { at, invariant, title, facts };
    const { watched } = this.#scene;
    if (this.#scene.host(node)?.genuine === true) {
      const context = { watched, node, peer, group };
      const excuse = this.#excuses.find((excuse) => excuse.covers(violation, context));
      if (excuse !== undefined) {
        const list = this.excused.get(excuse.name) ?? [];
        this.excused.set(excuse.name, list);
        if (list.length < VIOLATIONS_MAX) list.push(violation);
        return;
      }
    }
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(violation);
  }
}
