/** Gives a mail to a mail server. Its library is loaded with the first mail that goes to one. */
import { lookup } from 'node:dns/promises';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Delivery } from './outbox.js';

const PORT = 25;
/** The genuine program says this to every server. */
const GREETING_NAME = 'localhost.localdomain';

export interface Envelope {
  readonly from: string;
  /** The address list of the header. */
  readonly to: string;
}

/** The addresses of a list; a name without a domain is one as well. */
export async function recipients(list: string): Promise<string[]> {
  const { default: addressparser } = await import('nodemailer/lib/addressparser');
  return addressparser(list, { flatten: true })
    .map(({ address, name }) => address || name)
    .filter((address) => address !== '');
}

/**
 * Speaks SMTP on port 25, in plain text as ldirectord 4.12 does, with one RCPT for each recipient.
 * Never rejects; ends by the deadline.
 */
export async function deliverBySmtp(
  host: string,
  envelope: Envelope,
  text: string,
  deadlineMs: number,
  port = PORT,
): Promise<Delivery> {
  const talk = new Talk(deadlineMs, port);
  const limit = setTimeout(() => talk.giveUp(), deadlineMs);
  void talk.hold(host, envelope, text);
  const delivery = await talk.end;
  clearTimeout(limit);
  return delivery;
}

/** One connection for one mail. */
class Talk {
  readonly end: Promise<Delivery>;
  readonly #deadlineMs: number;
  readonly #port: number;
  #resolve: (delivery: Delivery) => void = () => undefined;
  #connection: SMTPConnection | undefined;
  #ended = false;
  /** From then on the server may have taken it, whatever goes wrong. */
  #begun = false;

  constructor(deadlineMs: number, port: number) {
    this.#deadlineMs = deadlineMs;
    this.#port = port;
    this.end = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  giveUp(): void {
    this.#fail(new Error(`no answer within ${this.#deadlineMs / 1000} s`));
  }

  async hold(host: string, { from, to: list }: Envelope, text: string): Promise<void> {
    try {
      const to = await recipients(list);
      if (to.length === 0) return this.#finish({ kind: 'failed', reason: 'no recipient' });
      const { default: Connection } = await import('nodemailer/lib/smtp-connection');
      const { address } = await lookup(host);
      if (!this.#ended) this.#converse(new Connection(this.#options(address)), { from, to }, text);
    } catch (error) {
      this.#fail(error);
    }
  }

  #options(host: string): ConstructorParameters<typeof SMTPConnection>[0] {
    // The library's own limits come after ours: one clock decides, in one set of words.
    const afterOurs = 2 * this.#deadlineMs;
    return {
      host,
      port: this.#port,
      name: GREETING_NAME,
      ignoreTLS: true,
      connectionTimeout: afterOurs,
      greetingTimeout: afterOurs,
      socketTimeout: afterOurs,
      socketCloseTimeout: 0,
    };
  }

  #converse(
    connection: SMTPConnection,
    envelope: { readonly from: string; readonly to: string[] },
    text: string,
  ): void {
    this.#connection = connection;
    // Stays: an error after the end must not be an uncaught one.
    connection.on('error', (error: unknown) => this.#fail(error));
    connection.once('end', () => this.#fail(new Error('connection closed')));
    connection.connect((failure) => {
      if (failure) return this.#fail(failure);
      this.#begun = true;
      connection.send(envelope, text, (error, info) => {
        if (error) return this.#fail(error);
        connection.quit();
        const refused = info?.rejected ?? [];
        const reason = `refused for ${refused.join(', ')}`;
        this.#finish(refused.length > 0 ? { kind: 'failed', reason } : { kind: 'sent' });
      });
    });
  }

  /** The server's word decides, where there is one (4xx: not now, 5xx: never). */
  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const code: unknown = Reflect.get(Object(error), 'responseCode');
    const not = this.#begun ? 'failed' : 'later';
    const said = typeof code === 'number' && code >= 400;
    this.#finish({ kind: said ? (code < 500 ? 'deferred' : 'failed') : not, reason });
  }

  #finish(delivery: Delivery): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#resolve(delivery);
    // A QUIT is on its way; its answer is of no interest.
    setImmediate(() => this.#connection?.close());
  }
}
