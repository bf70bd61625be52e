/**
 * What of one node's messages another one could hear: only the statuses, for by them alone a node
 * is known to live (heartbeat 3.0.6; an acknowledgement or a message sent again is no sign of
 * life).
 */

import type { Watched } from '../observation.js';
import { silenceSpan, slack } from './bounds.js';
import type { Host } from './host.js';
import type { Seen } from './rule.js';

const NEVER = Number.NEGATIVE_INFINITY;
/** Of so many messages the time of sending is kept; a power of two. */
const KEPT = 1024;

/** When a node has sent what, for the last messages of its present life. */
export class Sendings {
  generation = 0;
  readonly #times = new Float64Array(KEPT);

  note(generation: number, seq: number, at: number): void {
    this.generation = generation;
    this.#times[seq & (KEPT - 1)] = at;
  }

  /** Undefined for one of another life. */
  timeOf(generation: number, seq: number): number | undefined {
    return generation === this.generation ? this.#times[seq & (KEPT - 1)] : undefined;
  }
}

export class Contact {
  readonly from: Host;
  readonly to: Host;
  /** How much later than the last status the true one may have been. */
  readonly unsure: number = 0;
  readonly #sendings: Sendings;
  readonly #long: number;
  readonly #keepalive: number;
  readonly #initdead: number;
  /** The newest generation that could be heard, in the hearer's present life. */
  generation = 0;
  /** Any status was there to be heard in the hearer's present life. */
  heard = false;
  /** When the last status came; before the first, when the hearer's life began. */
  #heardAt = NEVER;
  /** When the last status that came was sent, where that is known. */
  sentAt: number | undefined;
  /** When the first was that came of that generation. */
  metAt = NEVER;
  /** When the hearer's life began, and when the first status came in it. */
  #hearsFrom = NEVER;
  #firstAt = Number.POSITIVE_INFINITY;
  /** Since when there has been somebody to be heard, without a break. */
  #speaksFrom = Number.POSITIVE_INFINITY;
  /** There is somebody to be heard: a daemon, or what a killed one has left running. */
  #speaks = false;
  /** From here on a silence is counted. */
  #quietFrom = Number.POSITIVE_INFINITY;
  /** End of the last silence that was long enough to be taken for a death. */
  #quietUntil = NEVER;
  /** Since then every message has come at once and none was missed. */
  cleanSince = NEVER;
  #newestStatus = 0;
  #newest = 0;
  /** The first number that came of that generation: what was sent before it is passed over. */
  #firstSeq = 0;

  constructor(from: Host, to: Host, sendings: Sendings, watched: Watched) {
    this.from = from;
    this.to = to;
    this.#sendings = sendings;
    this.#long = silenceSpan(watched);
    this.#keepalive = watched.keepalive;
    this.#initdead = watched.initdead;
  }

  /** A message was there to be read. */
  hear(o: Seen<'available'>): void {
    if (!o.authentic || o.seq === 0 || o.generation < this.generation) return;
    const first = o.generation > this.generation;
    if (first) {
      this.generation = o.generation;
      this.#newestStatus = 0;
      this.#newest = 0;
      this.#firstSeq = o.seq;
      this.metAt = o.at;
    }
    this.#noteGap(o, first);
    const late = o.seq < this.#firstSeq;
    const status = o.type === 'status' && o.seq > this.#newestStatus && !late;
    if (status) {
      this.#newestStatus = o.seq;
      this.sentAt = this.#sendings.timeOf(o.generation, o.seq);
    }
    if (status || first) this.#noteStatus(o.at);
  }

  #noteGap(o: Seen<'available'>, first: boolean): void {
    if (o.seq <= this.#newest) return;
    if (!first && o.seq > this.#newest + 1) this.cleanSince = o.at;
    this.#newest = o.seq;
    const sent = this.#sendings.timeOf(o.generation, o.seq);
    if (sent !== undefined && o.at - sent > this.#keepalive) this.cleanSince = o.at;
  }

  #noteStatus(at: number): void {
    if (at - this.#quietFrom >= this.#long) this.#quietUntil = at;
    if (at - this.#heardAt > 2 * this.#keepalive) this.cleanSince = at;
    this.#quietFrom = at;
    if (!this.heard) this.#firstAt = at;
    this.heard = true;
    this.#heardAt = at;
  }

  /** The hearer's life begins: it knows of nobody. */
  hearerBegins(at: number): void {
    this.generation = 0;
    this.#newestStatus = 0;
    this.#newest = 0;
    this.heard = false;
    this.#hearsFrom = at;
    this.#firstAt = Number.POSITIVE_INFINITY;
    this.#heardAt = at;
    this.sentAt = undefined;
    this.metAt = NEVER;
    this.cleanSince = at;
    this.#quietFrom = this.#speaks ? at : Number.POSITIVE_INFINITY;
  }

  /** The speaker's life begins. Where one went before it a silence goes on. */
  speakerBegins(at: number): void {
    if (at - this.#quietFrom >= this.#long) this.#quietUntil = at;
    if (!this.#speaks) {
      this.#quietFrom = at;
      this.#speaksFrom = at;
    }
    this.#speaks = true;
    this.cleanSince = at;
  }

  /** Nothing runs where the messages should come from: its silence excuses nothing. */
  speakerIsGone(): void {
    this.#speaks = false;
    this.#quietFrom = Number.POSITIVE_INFINITY;
    this.#speaksFrom = Number.POSITIVE_INFINITY;
  }

  /** There was a silence, at some time since then, that could be taken for a death. */
  wasSilent(since: number, now: number): boolean {
    if (now - this.#quietFrom >= this.#long || this.#quietUntil >= since) return true;
    return this.#waitedInVain(since, now);
  }

  /** The hearer's `initdead` ended since then without a status of a speaker who was there by then. */
  #waitedInVain(since: number, now: number): boolean {
    const end = this.#hearsFrom + this.#initdead - slack(this.#initdead);
    return end >= since && end <= now && this.#speaksFrom < end && this.#firstAt > end;
  }

  /** When the last status could be read, before the first when the hearer's life began. */
  heardAt(_now: number): number {
    return this.#heardAt;
  }

  /** Something of the speaker's newest life has come, and no status of it yet. */
  get met(): boolean {
    return this.generation > 0 && this.#newestStatus === 0;
  }

  /** How long it has been silent. */
  silence(now: number): number {
    return now - this.heardAt(now);
  }

  /** A path of a medium is open, or not any more. */
  path(_at: number, _link: string, _open: boolean): void {}

  /** A host goes to sleep or wakes up, or its daemon has gone. */
  look(_at: number): void {}
}
