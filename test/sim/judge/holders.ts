/**
 * 1. **One holder.** No two machines run the same group at the same time, not for a millisecond,
 *    unless within `W = deadtime + 2·keepalive + lateness + all scripts` before it began
 *    (a) no status of one reached the other, on any medium, for at least `deadtime − keepalive`,
 *        both being there to speak and to hear (a daemon that was killed while its machine goes on
 *        counts as there: what it ran still runs); or a new life heard none in its whole
 *        `initdead` of one who was there by its end: it asks only how long it has waited, and the
 *        other, who came meanwhile, could see that it held nothing, but not that it was deaf;
 *    (b) one of them stood still for as long;
 *    (c) a stop of that group failed or hung on one of them, or a status said what does not fit
 *        what was done: running though nobody has started it, or stopped though nobody has;
 *    (d) one of their daemons was killed, and no life of it has taken on what it had left running.
 *    A node that takes another for dead whose words wait for it to wake up has none of these
 *    excuses: what it decides is charged, and has to end in time all the same.
 *    Where a script took longer than any should, `W` reaches that much further back: jobs that were
 *    decided upon before it are done after it.
 *
 * 2. **Bounded.** With (a) or (b) it ends within `X = 2·keepalive + talk + all scripts` after
 *    messages get through both ways. A message that was missed or late, a script that failed or
 *    took too long, a pause or a new life while it lasts begin that span anew. A life that has
 *    found groups running tells nobody of them and is told of none before communication is up,
 *    which waits for ping nodes too, for `initdead` at most (heartbeat 3.0.6): nobody can know
 *    until then, and the span begins no sooner. Beside a genuine node the twelve seconds are added
 *    in which it is in flux, which no setting shortens, and in which one gives up.
 */
import type { Observation, Stage, Watched } from '../observation.js';
import { clock, doubleSpan, excuseSpan, seconds } from './bounds.js';
import type { Contact } from './contact.js';
import type { Holding } from './holding.js';
import type { Host } from './host.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';
import { isUnread } from './unread.js';

/** Why a double holding is nobody's fault. */
type Reason = 'silence' | 'pause' | 'stop' | 'killed';

const NEVER = Number.NEGATIVE_INFINITY;

/** A group that two machines hold. */
interface Double {
  readonly one: Holding;
  readonly other: Holding;
  readonly since: number;
  /** It has to end in time; where a stop went wrong, or without an excuse, nobody asks for that. */
  readonly bounded: boolean;
  /** The span in which it has to end began then. */
  from: number;
  told: boolean;
}

export class Holders implements Rule {
  readonly kinds: readonly Kind[] = [
    'script',
    'power',
    'reboots',
    'resumed',
    'begins',
    'ends',
    'slow',
    'declares',
  ];
  readonly #scene: Scene;
  readonly #watched: Watched;
  readonly #span: number;
  #doubles: Double[] = [];
  /** When somebody was last taken for dead whose words had come, and were not read yet. */
  readonly #unreadAt = new Map<Contact, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#watched = scene.watched;
    this.#span = doubleSpan(scene.watched);
  }

  see(o: Observation): void {
    if (o.kind === 'script') this.#script(o);
    else if (o.kind === 'declares') this.#declare(o);
    else if (this.#doubles.length > 0) {
      this.#forgetEnded();
      for (const double of this.#doubles) if (concerns(double, o.node)) double.from = o.at;
    }
  }

  stage(s: Stage): void {
    if (s.kind === 'calm') for (const double of this.#doubles) double.from = s.at;
  }

  #declare({ at, node, peer, status }: Seen<'declares'>): void {
    const contact = status === 'dead' ? this.#scene.contact(peer, node) : undefined;
    if (contact !== undefined && isUnread(at, contact)) this.#unreadAt.set(contact, at);
  }

  #script(o: Seen<'script'>): void {
    if (o.phase === 'end') {
      if (this.#doubles.length === 0) return;
      this.#forgetEnded();
      if (o.ok === true || o.verb === 'status') return;
      for (const double of this.#doubles) if (concerns(double, o.node)) double.from = o.at;
      return;
    }
    if (o.verb !== 'start') return;
    const holdings = this.#scene.holdingsOf(o.group);
    const here = holdings.find(({ host }) => host.name === o.node);
    if (here === undefined) return;
    for (const there of holdings) {
      if (there !== here && there.held) this.#meet(o.at, here, there);
    }
  }

  #meet(at: number, here: Holding, there: Holding): void {
    const known = ({ one, other }: Double): boolean =>
      (one === here && other === there) || (one === there && other === here);
    if (this.#doubles.some(known)) return;
    const excuse = this.#excuseOf(at, here, there);
    const unread = this.#unreadOf(at, here.host, there.host);
    const bounded =
      excuse === undefined ? unread !== undefined : excuse === 'silence' || excuse === 'pause';
    this.#doubles.push({ one: here, other: there, since: at, bounded, from: at, told: false });
    if (bounded) this.#scene.alarm.set(at + this.#span);
    if (excuse !== undefined) return;
    const { key } = here.group;
    const giver = [there, here].find((holding) => startsWhatItGave(holding));
    const [by, beside] = giver === there ? [there, here] : [here, there];
    const given = giver?.host.gaveAt(here.group.node);
    this.#scene.charge({
      at,
      invariant: 1,
      title: 'two machines hold one group',
      facts: [
        `${clock(there.since)} ${there.host.name} begins to hold ${key}`,
        `${clock(at)} ${here.host.name} starts ${key} while it runs there`,
        `the longest silence between them: ${this.#silenceBetween(at, here.host, there.host)}`,
        ...(given === undefined
          ? circumstances(by, beside, this.#watched, unread)
          : [`${clock(given)} ${by.host.name} had given it away`]),
      ],
      node: by.host.name,
      peer: beside.host.name,
      group: key,
    });
  }

  #excuseOf(at: number, here: Holding, there: Holding): Reason | undefined {
    const since = this.#since(at, here.host, there.host);
    const wide = (contact: Contact): boolean => contact.wasSilent(since, at);
    if (here.wasStuck(since, at) || there.wasStuck(since, at)) return 'stop';
    if (this.#between(here.host, there.host).some(wide)) return 'silence';
    if (here.host.hasSlept(since, at) || there.host.hasSlept(since, at)) return 'pause';
    const killed = (host: Host): boolean => host.orphaned || host.killedAt >= since;
    return killed(here.host) || killed(there.host) ? 'killed' : undefined;
  }

  /** When the one took the other for dead whose words it had not read; undefined if long ago. */
  #unreadOf(at: number, by: Host, beside: Host): number | undefined {
    const contact = this.#scene.contact(beside.name, by.name);
    const unread = contact === undefined ? undefined : this.#unreadAt.get(contact);
    return unread !== undefined && unread >= this.#since(at, by, beside) ? unread : undefined;
  }

  #since(at: number, one: Host, other: Host): number {
    const since = at - excuseSpan(this.#watched);
    return Math.min(heldUpSince(one, since), heldUpSince(other, since));
  }

  #between(one: Host, other: Host): readonly Contact[] {
    return this.#scene.contacts.filter(
      ({ from, to }) => (from === one && to === other) || (from === other && to === one),
    );
  }

  #silenceBetween(at: number, one: Host, other: Host): string {
    const silences = this.#between(one, other).map((contact) => contact.silence(at));
    return seconds(Math.max(...silences));
  }

  #forgetEnded(): void {
    if (this.#doubles.every(({ one, other }) => one.held && other.held)) return;
    this.#doubles = this.#doubles.filter(({ one, other }) => one.held && other.held);
  }

  tick(at: number): void {
    for (const double of this.#doubles) {
      if (double.told || !double.bounded) continue;
      const due = this.#dueAt(at, double);
      if (at <= due) this.#scene.alarm.set(due);
      else this.#chargeEndless(at, double, due);
    }
  }

  finish(at: number): void {
    this.tick(at);
  }

  /** When a double holding has to be over; later while there is something in its way. */
  #dueAt(at: number, { one, other, from }: Double): number {
    const hosts = [one.host, other.host];
    const knows = (host: Host): boolean => host.acts && host.activeAt <= at;
    if (!hosts.every(knows) || one.wasStuck(from, at) || other.wasStuck(from, at)) {
      return at + this.#span;
    }
    // Scripts of a machine run one after the other.
    if (this.#works(hosts).some((holding) => holding.hangs(at))) return at + this.#span;
    let since = from;
    for (const contact of this.#between(one.host, other.host)) {
      const met = contact.heardAt(at) > from ? contact.heardAt(at) : NEVER;
      if (met === NEVER || contact.silence(at) > 2 * this.#watched.keepalive) {
        return at + this.#watched.keepalive;
      }
      since = Math.max(since, contact.cleanSince);
    }
    for (const host of hosts) {
      since = Math.max(since, host.activeAt, host.wokenAt, host.heldUpUntil, host.slowUntil);
    }
    return since + this.#span + one.host.lateness + other.host.lateness;
  }

  /** What runs on these machines, of every group. */
  #works(hosts: readonly Host[]): readonly Holding[] {
    return this.#scene.holdings.flat().filter(({ host }) => hosts.includes(host));
  }

  #chargeEndless(at: number, double: Double, due: number): void {
    double.told = true;
    const { one, other, since } = double;
    const legacy = this.#watched.autoFailback === 'legacy';
    const silent = legacy ? undefined : [one, other].find((holding) => isDisowned(holding));
    this.#scene.charge({
      at,
      invariant: 2,
      title: 'two machines go on holding one group',
      facts: [
        `${clock(since)} ${one.host.name} and ${other.host.name} hold ${one.group.key}`,
        `${clock(due - this.#span)} since then nothing is in the way of their messages`,
        `${clock(at)} it has not ended after ${seconds(this.#span)}`,
        ...(silent === undefined
          ? []
          : [`${silent.host.name} runs it, and says that it holds ${silent.host.resources}`]),
      ],
      node: silent?.host.name ?? (one.host.genuine ? other.host.name : one.host.name),
      peer: other.host.name,
      group: one.group.key,
    });
  }
}

/** A genuine node at rest runs what it says it does not hold: the other one cannot know. */
function isDisowned({ host, group }: Holding): boolean {
  const { genuine, resources } = host;
  if (!genuine || resources === undefined || resources === 'transition') return false;
  return !host.claims(group.node);
}

/** It began to run after a standby had taken it from there: whose decision that was is clear. */
function startsWhatItGave({ host, group, since }: Holding): boolean {
  return since >= (host.gaveAt(group.node) ?? Number.POSITIVE_INFINITY);
}

/** What is known of the node that starts it which may be why. */
function circumstances(
  by: Holding,
  beside: Holding,
  watched: Watched,
  unread: number | undefined,
): readonly string[] {
  const { host, group } = by;
  const { name } = beside.host;
  const dead = beside.stops ? host.deadSince.get(name) : undefined;
  const own = group.node === host.name;
  const notice = own && host.notice?.from === name ? host.notice : undefined;
  const met = host.metActive.get(name) ?? Number.POSITIVE_INFINITY;
  const unmet = own && watched.autoFailback === 'legacy' && host.activeAt < met;
  return [
    ...(notice === undefined
      ? []
      : [`${clock(notice.at)} a worker starts its own groups: ${name} has said that it ends`]),
    ...(dead === undefined ? [] : [`${clock(dead)} ${name} is dead to it, and still stops them`]),
    ...(unread === undefined
      ? []
      : [`${clock(unread)} it took ${name} for dead with its words unread`]),
    ...(unmet ? [`${clock(host.activeAt)} it is at work before it hears that ${name} is`] : []),
  ];
}

function concerns({ one, other }: Double, node: string): boolean {
  return one.host.name === node || other.host.name === node;
}

/** A script that took too long and ended since then: what it held up was decided before it. */
function heldUpSince(host: Host, since: number): number {
  if (host.heldUpUntil < since) return since;
  return Math.min(since, since - (host.heldUpUntil - host.heldUpFrom));
}
