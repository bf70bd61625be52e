/** The check of pgsql: a login, a request, and at least one row. */
import type net from 'node:net';
import type tls from 'node:tls';
import type { Client } from 'pg';
import type { NegotiateSpec } from './check.js';
import { farewell } from './farewell.js';
import { guardStream } from './guard.js';
import { onDemand } from './ondemand.js';
import { messageInspector } from './pgmessages.js';
import type { Finding, Probe } from './probe.js';
import { ANSWER_BYTES_MAX, Rows, type SqlSpec, saysTooLittle, sqlSpec } from './sql.js';
import { connectTcp } from './tcp.js';
import { type TlsRules, tlsLibrary } from './tls.js';

type Pg = Pick<typeof import('pg'), 'Client' | 'Query'>;

/** Rows are counted, not read: their values stay the texts that they are. */
const TYPES = { getTypeParser: () => (value: string) => value };

const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');
const TERMINATE = Buffer.from('5800000004', 'hex');
/** What a server answers to the request for TLS. */
const TLS_YES = 'S';
const TLS_NO = 'N';

/**
 * Up when the login succeeds and the request gives or changes at least one row (ldirectord 4.12).
 * As libpq does unless told otherwise, TLS is used where the server has it, and the login is tried
 * without when it fails with it, unless certificates are to be verified.
 */
export function pgsqlProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  const asked = sqlSpec(spec);
  if (asked === undefined) return saysTooLittle;
  const load = async (): Promise<Pg> => (await import('pg')).default;
  return onDemand(load, (library, settle) => {
    let ended = false;
    const secure = rules.options(spec.virtualHost ?? spec.address);
    let current = new Attempt(library, asked, secure, (first) => {
      const { finding, withTls, authenticated } = first;
      if (!withTls || authenticated || rules.verifies) return settle(finding);
      if (ended) return;
      current.close();
      current = new Attempt(library, asked, undefined, (second) => {
        settle(second.finding.up ? second.finding : finding);
      });
    });
    return () => {
      ended = true;
      current.close();
    };
  });
}

interface End {
  readonly finding: Finding;
  /** The server has agreed to TLS. */
  readonly withTls: boolean;
  readonly authenticated: boolean;
}

/** One connection; tells once what was found. */
class Attempt {
  readonly #library: Pg;
  readonly #spec: SqlSpec;
  readonly #done: (end: End) => void;
  readonly #rows: Rows;
  /** What is underneath everything, and what the library speaks over. */
  readonly #raw: net.Socket;
  #carrier: net.Socket;
  #withTls = false;
  #authenticated = false;
  #over = false;

  /** @param secure how TLS is made; undefined: the server is not asked for it */
  constructor(
    library: Pg,
    spec: SqlSpec,
    secure: tls.ConnectionOptions | undefined,
    done: (end: End) => void,
  ) {
    this.#library = library;
    this.#spec = spec;
    this.#done = done;
    this.#rows = new Rows(spec);
    this.#raw = connectTcp({ host: spec.address, port: spec.port });
    this.#carrier = this.#raw;
    this.#raw.on('error', this.#fail);
    this.#raw.on('close', () => this.#fail(new Error('connection closed')));
    this.#raw.once('connect', () => {
      if (secure) this.#askForTls(secure);
      else this.#login(this.#raw);
    });
  }

  close(): void {
    this.#over = true;
    if (this.#authenticated) farewell(this.#carrier, TERMINATE);
    else this.#raw.destroy();
  }

  readonly #fail = (error: unknown): void => this.#finish(this.#rows.fail(error));

  #finish(finding: Finding): void {
    if (this.#over) return;
    this.#over = true;
    const [withTls, authenticated] = [this.#withTls, this.#authenticated];
    this.#done({ finding, withTls, authenticated });
  }

  #askForTls(options: tls.ConnectionOptions): void {
    this.#raw.write(SSL_REQUEST);
    this.#raw.once('data', (chunk: Buffer) => {
      this.#raw.pause();
      const answer = chunk.toString('latin1');
      if (answer === TLS_NO) return this.#login(this.#raw);
      // What follows the answer was not sent under TLS, and must not be taken for it.
      if (answer !== TLS_YES) return this.#fail(new Error('no answer to the request for TLS'));
      this.#withTls = true;
      const secure = tlsLibrary().connect({ ...options, socket: this.#raw });
      this.#carrier = secure;
      secure.on('error', this.#fail);
      secure.on('close', () => this.#fail(new Error('connection closed')));
      secure.once('secureConnect', () => this.#login(secure));
    });
  }

  /** Hands the open connection to the library. */
  #login(carrier: net.Socket): void {
    if (this.#over) return;
    const inspect = messageInspector(ANSWER_BYTES_MAX);
    guardStream(carrier, { bytesMax: ANSWER_BYTES_MAX, inspect }, this.#fail);
    // It flows when this turn is over, and the library listens.
    carrier.resume();
    try {
      const client = this.#client(carrier);
      client.on('error', this.#fail);
      client.connect((error: Error | null | undefined) => {
        if (error) return this.#fail(error);
        if (this.#over) return;
        this.#authenticated = true;
        this.#ask(client);
      });
    } catch (error) {
      // The library refuses what its environment says, such as a PGSSLNEGOTIATION that is none.
      this.#fail(error);
    }
  }

  #client(carrier: net.Socket): Client {
    const { login, password, database } = this.#spec;
    const opened = Object.assign(carrier, {
      // The library connects what it is given; this one is connected.
      connect: () => {
        process.nextTick(() => carrier.emit('connect'));
        return carrier;
      },
    });
    return new this.#library.Client({
      stream: () => opened,
      ssl: false,
      user: login,
      // A text that is empty would be looked for in files.
      password: () => password,
      // As libpq does.
      database: database === '' ? login : database,
    });
  }

  #ask(client: Client): void {
    const config = { text: this.#spec.query, rowMode: 'array', types: TYPES };
    const query = client.query(new this.#library.Query(config));
    query.on('row', () => this.#rows.add(1));
    query.on('error', this.#fail);
    query.on('end', (results) => {
      // Of a request that gives no rows: how many it has changed.
      for (const { rowCount } of [results].flat()) this.#rows.add(rowCount ?? 0);
      this.#finish(this.#rows.end());
    });
  }
}
