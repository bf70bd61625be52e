/** The mails on their way: one at a time for each way out, and none of them holds anything up. */

export interface Mail {
  /** Header and body. */
  readonly text: string;
  /** One address. */
  readonly from: string;
  /** A list of addresses, as it stands in the header. */
  readonly to: string;
}

/** What came of one try. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** Refused, or perhaps sent after all: not to be tried again, so that nobody gets it twice. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Not accepted now: another try may do it, and other mails may go through before. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** The way out is closed: no other mail needs to be tried now. */
  | { readonly kind: 'later'; readonly reason: string };

/** Mails that wait for one way out: all servers of a large configuration, once. */
export const WAITING_MAX = 1000;
/** A mail server that is away is tried again this often. */
export const RETRY_MS = 30_000;
/** So many mails deferred in a row mean that the server takes none now. */
const DEFERRED_MAX = 10;
/** A mail that could not be sent for so long is given up: others have told the operator by then. */
export const LIFE_MS = 3_600_000;

export interface OutboxOptions {
  /** What failures are said of: `SMTP email` or `email`, as ldirectord 4.12 words them. */
  readonly what: string;
  readonly log: (text: string) => void;
  /** Monotonic milliseconds. */
  readonly at: () => number;
  /** Sends one mail, within a limit of its own. Never rejects. */
  readonly deliver: (mail: Mail) => Promise<Delivery>;
}

interface Waiting {
  readonly mail: Mail;
  readonly since: number;
}

/** One way out: a mail server, or the local sendmail. */
export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: Waiting[] = [];
  #sending = false;
  #retry: NodeJS.Timeout | undefined;
  /** Failures were logged, and nothing was sent since. */
  #failing = false;
  #lost = 0;
  #closed = false;
  #whenEmpty: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Nothing waits, and nothing is on its way. */
  get idle(): boolean {
    return this.#waiting.length === 0 && !this.#sending;
  }

  /** Takes a mail; returns at once. The newest is given up when too many wait. */
  post(mail: Mail): void {
    if (this.#closed) return;
    if (this.#waiting.length >= WAITING_MAX) this.#lost += 1;
    else this.#waiting.push({ mail, since: this.#options.at() });
    if (this.#retry === undefined) void this.#work();
  }

  /** Resolves when all is sent, or when that must be waited for. Nothing is sent after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    if (!this.#failing && this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        this.#whenEmpty.push(() => {
          clearTimeout(limit);
          resolve();
        });
      });
    }
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#lost += this.#waiting.length;
    this.#waiting = [];
    if (this.#lost > 0) this.#options.log(`${this.#lost} email messages were not sent`);
  }

  async #work(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    let deferred = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const delivery = await this.#options.deliver(next.mail);
      const { kind } = delivery;
      if (kind !== 'later') this.#waiting = this.#waiting.filter((other) => other !== next);
      if (kind === 'deferred') this.#waiting.push(next);
      deferred = kind === 'deferred' ? deferred + 1 : 0;
      const wait = deferred >= Math.min(DEFERRED_MAX, this.#waiting.length);
      if (kind === 'later' || (kind === 'deferred' && wait)) {
        this.#fail(`${delivery.reason}; trying again every ${RETRY_MS / 1000} s`);
        this.#tryLater();
        break;
      }
      if (kind === 'sent') this.#succeed();
      else if (kind === 'failed') this.#fail(delivery.reason);
    }
    this.#sending = false;
    for (const empty of this.#whenEmpty.splice(0)) empty();
  }

  #tryLater(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#work();
    }, RETRY_MS).unref();
  }

  #next(): Waiting | undefined {
    const oldest = this.#options.at() - LIFE_MS;
    const kept = this.#waiting.filter(({ since }) => since > oldest);
    this.#lost += this.#waiting.length - kept.length;
    this.#waiting = kept;
    return kept[0];
  }

  /** Said once, until a mail could be sent again. */
  #fail(reason: string): void {
    if (!this.#failing) {
      this.#options.log(`failed to send ${this.#options.what} message: ${reason}`);
    }
    this.#failing = true;
  }

  #succeed(): void {
    if (this.#lost > 0) {
      this.#options.log(`${this.#lost} email messages were not sent`);
      this.#lost = 0;
    }
    this.#failing = false;
  }
}
