/**
 * 3. **No false death.** No node is declared dead while one of its statuses was there to be read
 *    less than `deadtime` ago: authentic, of its newest generation, with a number higher than those
 *    before (an older one that is sent again says nothing about now). Before communication is up it
 *    is `initdead` where that is longer, counted from the life's begin. Having slept is no proof:
 *    what waits in the socket counts from when it came.
 *
 * 4. **No late death.** A node that was silent for as long is declared dead within one keepalive
 *    and the loop's lateness. While the judging node stands still, is slow or ends its life nothing
 *    is asked of it. What came while it stood still counts from when it could be read, and after it
 *    has woken or is served in time again a silence counts anew for two keepalives, or for the
 *    whole dead time where it had slept as long.
 */
import type { Observation, Watched } from '../observation.js';
import { clock, LATENESS, seconds, slack } from './bounds.js';
import type { Contact } from './contact.js';
import type { Host } from './host.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';
import { isUnread, readAtLatest } from './unread.js';

/** In its first seconds a node asks for a longer dead time (heartbeat 3.0.6: 5 s, and 2 s more). */
const START_GRACE = 5000;
const START_ALLOWANCE = 2000;

/** Lines of one message, also where they are read from a file. */
const SAME_MESSAGE = 50;

const NEVER = Number.NEGATIVE_INFINITY;

const RETURNS = /^Cluster node (\S+) returning after partition/;

/** What a node thinks of another one. */
class Opinion {
  readonly contact: Contact;
  dead = false;
  told = false;
  /** It was said then to return from a partition. */
  returnedAt = NEVER;
  /** It was said then to be back, or to be there for the first time. */
  backAt = NEVER;

  constructor(contact: Contact) {
    this.contact = contact;
  }
}

export class Deaths implements Rule {
  readonly kinds: readonly Kind[] = ['declares', 'begins', 'resumed', 'slow', 'says', 'log'];
  readonly #scene: Scene;
  readonly #watched: Watched;
  readonly #opinions: readonly Opinion[];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#watched = scene.watched;
    this.#opinions = scene.contacts.map((contact) => new Opinion(contact));
  }

  see(o: Observation): void {
    if (o.kind === 'declares') {
      const opinion = this.#opinions.find(
        ({ contact }) => contact.to.name === o.node && contact.from.name === o.peer,
      );
      if (opinion !== undefined) this.#declare(o, opinion);
      return;
    }
    if (o.kind === 'begins') {
      for (const opinion of this.#opinions) {
        if (opinion.contact.to.name !== o.node) continue;
        opinion.dead = false;
        opinion.told = false;
      }
    }
    if (o.kind === 'log') this.#read(o);
    // The next look re-reckons when it is due.
    else this.#scene.alarm.set(o.at);
  }

  /** A node that returns to a genuine one is declared dead once more, by a line alone. */
  #read({ at, node, text }: Seen<'log'>): void {
    const peer = text.startsWith('Cluster node ') ? RETURNS.exec(text)?.[1] : undefined;
    if (peer === undefined) return;
    const opinion = this.#opinions.find(
      ({ contact }) => contact.to.name === node && contact.from.name === peer,
    );
    if (opinion !== undefined) opinion.returnedAt = at;
  }

  #declare(o: Seen<'declares'>, opinion: Opinion): void {
    const dies = o.status === 'dead';
    if (dies && o.at - opinion.returnedAt <= SAME_MESSAGE) return;
    if (dies && !opinion.dead) this.#judgeDeath(o, opinion.contact);
    opinion.dead = dies;
    opinion.told = false;
    if (!dies) opinion.backAt = o.at;
    this.#scene.alarm.set(o.at);
  }

  #judgeDeath({ at }: Seen<'declares'>, contact: Contact): void {
    const patience = this.#patience(contact, at);
    const silent = contact.silence(at);
    if (silent >= patience - slack(patience) - contact.unsure) return;
    this.#scene.charge({
      at,
      invariant: 3,
      title: 'a living node is declared dead',
      facts: [
        contact.heard
          ? `${clock(contact.heardAt(at))} a status of ${contact.from.name} can be read`
          : `${clock(contact.heardAt(at))} the life of ${contact.to.name} begins`,
        `${clock(at)} ${contact.to.name} declares it dead after ${seconds(silent)}`,
        `it had to wait for ${seconds(patience)}`,
        ...(isUnread(at, contact)
          ? [`${contact.to.name} has slept, or is late, and reads it now`]
          : []),
        ...(contact.met ? ['what has come of its life is no status'] : []),
      ],
      node: contact.to.name,
      peer: contact.from.name,
    });
  }

  /** How long a node may be silent at that time. */
  #patience({ to }: Contact, at: number): number {
    const { deadtime, initdead } = this.#watched;
    return at < to.activeAt ? Math.max(initdead, deadtime) : deadtime;
  }

  tick(at: number): void {
    for (const opinion of this.#opinions) {
      if (opinion.dead || opinion.told || !opinion.contact.to.acts) continue;
      if (opinion.contact.to.ending) continue;
      const due = this.#dueAt(at, opinion);
      if (at <= due) this.#scene.alarm.set(due);
      else this.#chargeLate(at, opinion, due);
    }
  }

  finish(at: number): void {
    this.tick(at);
  }

  /** The latest instant at which it is to be declared dead. */
  #dueAt(at: number, { contact, backAt }: Opinion): number {
    const { to } = contact;
    // With its death a genuine node forgets the numbers of another: an old status brings it back.
    const heardAt = Math.max(readAtLatest(at, contact), to.genuine ? backAt : NEVER);
    const { keepalive, deadtime, initdead } = this.#watched;
    // Later than this a loop takes itself for one that has slept (OVERSLEEP of the daemon).
    if (to.lateness > Math.max(keepalive / 2, LATENESS)) return Number.POSITIVE_INFINITY;
    // In a life in which communication is up, what was silent before counts as well.
    const starting = to.activeAt === Number.POSITIVE_INFINITY;
    const patience = starting ? Math.max(initdead, deadtime) : deadtime;
    const early = heardAt - contact.metAt < START_GRACE + keepalive;
    const longer = early && (to.genuine || contact.from.genuine) ? START_ALLOWANCE : 0;
    let silentAt = heardAt + patience + longer;
    if (!starting) silentAt = Math.max(silentAt, to.activeAt);
    silentAt = Math.max(silentAt, this.#forgivenUntil(to, patience + longer));
    return silentAt + keepalive + to.late + slack(patience) + contact.unsure;
  }

  /** Until then what was slept through is not taken for silence. */
  #forgivenUntil(to: Host, patience: number): number {
    const allowance = Math.min(2 * this.#watched.keepalive, patience);
    const short = Math.max(to.wokenAt, to.slowUntil) + allowance;
    return Math.max(short, to.deadTimeSleptUntil + patience);
  }

  /** What a genuine node may be waiting for. */
  #patienceOf(at: number, { from, to, sentAt }: Contact): readonly string[] {
    const young = sentAt !== undefined && sentAt <= from.begunAt + START_GRACE;
    return [
      ...(at < to.activeAt ? [`${to.name} does not say yet that it is at work`] : []),
      ...(young ? [`${clock(sentAt)} it was sent: so early it announces a longer dead time`] : []),
    ];
  }

  #chargeLate(at: number, opinion: Opinion, due: number): void {
    opinion.told = true;
    const { contact } = opinion;
    this.#scene.charge({
      at,
      invariant: 4,
      title: 'a silent node is not declared dead',
      facts: [
        contact.heard
          ? `${clock(contact.heardAt(at))} the last status of ${contact.from.name} can be read`
          : `${clock(contact.heardAt(at))} the life of ${contact.to.name} begins`,
        `${clock(due)} until then ${contact.to.name} had to declare it dead`,
        ...this.#patienceOf(at, contact),
      ],
      node: contact.to.name,
      peer: contact.from.name,
    });
  }
}
