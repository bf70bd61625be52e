/**
 * What one node could hear of another where nobody sees its sockets: judged by cables and lives.
 * While both live, neither stands still and a path is open, statuses come. Whatever was lost on the
 * way is not known, so the last one may be older than the cut by a keepalive or two.
 */
import type { Watched } from '../observation.js';
import { silenceSpan } from './bounds.js';
import { Contact, type Sendings } from './contact.js';
import type { Host } from './host.js';
import type { Seen } from './rule.js';

const NEVER = Number.NEGATIVE_INFINITY;

export class CableContact extends Contact {
  override readonly unsure: number;
  readonly #long: number;
  readonly #links: number;
  readonly #closed = new Set<string>();
  #speaks = false;
  #hears = false;
  #connected = false;
  #since = NEVER;
  #quietFrom = Number.POSITIVE_INFINITY;
  #quietUntil = NEVER;

  constructor(from: Host, to: Host, sendings: Sendings, watched: Watched) {
    super(from, to, sendings, watched);
    this.unsure = 2 * watched.keepalive;
    this.#long = silenceSpan(watched);
    this.#links = watched.links.length;
  }

  override hear(_o: Seen<'available'>): void {}

  override path(at: number, link: string, open: boolean): void {
    if (open) this.#closed.delete(link);
    else this.#closed.add(link);
    this.look(at);
  }

  override hearerBegins(at: number): void {
    this.#hears = true;
    this.heard = false;
    this.metAt = NEVER;
    this.#connected = false;
    this.#since = at;
    this.#quietFrom = this.#speaks ? at : Number.POSITIVE_INFINITY;
    this.cleanSince = at;
    this.look(at);
  }

  override speakerBegins(at: number): void {
    this.#speaks = true;
    this.metAt = at;
    this.cleanSince = at;
    this.look(at);
  }

  override speakerIsGone(): void {
    this.#speaks = false;
    this.#quietFrom = Number.POSITIVE_INFINITY;
  }

  override look(at: number): void {
    const { from, to } = this;
    const connected =
      this.#hears && from.acts && to.acts && this.#closed.size < this.#links && this.#links > 0;
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#since = at;
    if (connected) {
      this.heard = true;
      this.cleanSince = at;
      if (at - this.#quietFrom >= this.#long) this.#quietUntil = at;
      this.#quietFrom = Number.POSITIVE_INFINITY;
    } else if (this.#speaks) this.#quietFrom = at;
  }

  override heardAt(now: number): number {
    return this.#connected ? now : this.#since;
  }

  override wasSilent(since: number, now: number): boolean {
    return now - this.#quietFrom + this.unsure >= this.#long || this.#quietUntil >= since;
  }
}
