/**
 * What every rule looks at: machines, what they could hear of each other, and what runs on them.
 */
import type { Observation, Sight, Stage, Watched } from '../observation.js';
import { settleBound, TROUBLE_PAUSE } from './bounds.js';
import { CableContact } from './cable.js';
import { Contact, Sendings } from './contact.js';
import type { Violation } from './excuse.js';
import { Holding } from './holding.js';
import { Host } from './host.js';
import { Alarm, type Seen } from './rule.js';

/** A violation, and whose decision it was. */
export interface Charge extends Violation {
  readonly node: string;
  readonly peer?: string;
  readonly group?: string;
}

export class Scene {
  readonly watched: Watched;
  readonly sight: Sight;
  readonly alarm = new Alarm();
  readonly hosts: readonly Host[];
  /** Of every group, one for each machine. */
  readonly holdings: readonly (readonly Holding[])[];
  readonly contacts: readonly Contact[];
  /** All faults have ended so long ago that nothing may change any more, from then on. */
  settledAt = Number.POSITIVE_INFINITY;
  readonly #charge: (charge: Charge) => void;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #sendings: ReadonlyMap<string, Sendings>;
  readonly #contacts: ReadonlyMap<string, ReadonlyMap<string, Contact>>;
  readonly #groups: ReadonlyMap<string, readonly Holding[]>;

  constructor(watched: Watched, sight: Sight, charge: (charge: Charge) => void) {
    this.watched = watched;
    this.sight = sight;
    this.#charge = charge;
    this.hosts = watched.nodes.map(({ name, genuine }) => new Host(name, genuine, watched));
    this.#hosts = new Map(this.hosts.map((host) => [host.name, host]));
    this.#sendings = new Map(this.hosts.map(({ name }) => [name, new Sendings()]));
    this.#contacts = new Map(this.hosts.map((to) => [to.name, this.#contactsOf(to)]));
    this.contacts = [...this.#contacts.values()].flatMap((contacts) => [...contacts.values()]);
    const { groups } = watched;
    this.holdings = groups.map((group) =>
      this.hosts.map((host) => new Holding(host, group, watched)),
    );
    this.#groups = new Map(groups.map(({ key }, index) => [key, this.holdings[index] ?? []]));
  }

  #contactsOf(to: Host): ReadonlyMap<string, Contact> {
    const others = this.hosts.filter((from) => from !== to);
    return new Map(
      others.map((from) => {
        const sendings = this.#sendings.get(from.name) ?? new Sendings();
        const contact = this.sight.sockets
          ? new Contact(from, to, sendings, this.watched)
          : new CableContact(from, to, sendings, this.watched);
        return [from.name, contact];
      }),
    );
  }

  /** Undefined for what is no node: a ping node. */
  host(name: string): Host | undefined {
    return this.#hosts.get(name);
  }

  /** What one node could hear of another; undefined for ping nodes and itself. */
  contact(from: string, to: string): Contact | undefined {
    return this.#contacts.get(to)?.get(from);
  }

  /** One group on every machine; empty for a group that nobody knows. */
  holdingsOf(key: string): readonly Holding[] {
    return this.#groups.get(key) ?? [];
  }

  charge(charge: Charge): void {
    this.#charge(charge);
  }

  /** The three kinds that come by the hundred thousand. */
  seeMessage(o: Extract<Observation, { readonly seq: number }>): void {
    if (o.kind === 'available') this.contact(o.from, o.node)?.hear(o);
    else if (o.kind === 'sent' && !o.again && o.seq > 0) {
      this.#sendings.get(o.node)?.note(o.generation, o.seq, o.at);
    }
  }

  /** Everything else. */
  see(o: Observation): void {
    const host = this.#hosts.get(o.node);
    if (host === undefined) return;
    host.see(o);
    if (o.kind === 'script') {
      this.#script(o, host);
      return;
    }
    if (o.kind === 'log') this.#log(o, host);
    if (o.kind === 'begins') this.#begin(o.node, o.at);
    else if (o.kind === 'ends' || o.kind === 'power' || o.kind === 'reboots') this.#leave(host, o);
    else if (o.kind !== 'paused' && o.kind !== 'resumed') return;
    for (const contact of this.contacts) contact.look(o.at);
  }

  /** Rules are told of it afterwards. */
  stage(s: Stage): void {
    if (s.kind === 'path') {
      this.contact(s.from, s.to)?.path(s.at, s.link, s.open);
      this.alarm.set(s.at);
      return;
    }
    this.settledAt = s.kind === 'calm' ? s.at + this.#settleSpan() : this.#unsettled(s);
    this.alarm.set(this.settledAt);
  }

  #unsettled(s: Stage): number {
    return s.kind === 'storm' ? Number.POSITIVE_INFINITY : this.settledAt;
  }

  /** Longer by what is left of the storm: a script that may hang, a group to be tried again. */
  #settleSpan(): number {
    const { scriptDeadline } = this.watched;
    const all = this.holdings.flat();
    const hung = all.some(({ unended }) => unended) ? 2 * scriptDeadline : 0;
    const troubled = all.some(({ troubled }) => troubled) ? TROUBLE_PAUSE : 0;
    return settleBound(this.watched) + hung + troubled;
  }

  #script(o: Seen<'script'>, host: Host): void {
    for (const holding of this.holdingsOf(o.group)) if (holding.host === host) holding.see(o);
    const failed = o.phase === 'end' && o.verb !== 'status' && o.ok !== true;
    if (!failed || o.at >= this.settledAt || this.settledAt === Number.POSITIVE_INFINITY) return;
    // It had begun in the storm.
    this.settledAt = Math.max(this.settledAt, o.at + this.#settleSpan());
    this.alarm.set(this.settledAt);
  }

  /** A genuine node may have put off for an hour what was asked of it in the storm. */
  #log({ at, text }: Seen<'log'>, { genuine }: Host): void {
    if (!genuine || this.settledAt === Number.POSITIVE_INFINITY) return;
    if (!text.startsWith('Heartbeat shutdown in progress')) return;
    this.settledAt = Math.max(this.settledAt, at + this.#settleSpan());
    this.alarm.set(this.settledAt);
  }

  #begin(node: string, at: number): void {
    for (const contact of this.contacts) {
      if (contact.to.name === node) contact.hearerBegins(at);
      else if (contact.from.name === node) contact.speakerBegins(at);
    }
  }

  #leave(host: Host, o: Observation): void {
    for (const holdings of this.holdings) {
      for (const holding of holdings) if (holding.host === host) holding.see(o);
    }
    const runsOn = o.kind === 'ends' && o.how !== 'stopped';
    if (runsOn || (o.kind === 'power' && o.on)) return;
    for (const contact of this.contacts) if (contact.from === host) contact.speakerIsGone();
  }
}
