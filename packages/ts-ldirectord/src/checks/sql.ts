/** What the checks of databases have in common: what is asked, and what the answer means. */
import { readable } from '../command/bytes.js';
import type { NegotiateSpec } from './check.js';
import { Flood } from './guard.js';
import { type Finding, messageOf, type Probe } from './probe.js';

/**
 * How much a server may send in one check. The rows of a request should be few and short; of more
 * we have seen enough.
 */
export const ANSWER_BYTES_MAX = 1024 * 1024;

/** An error of a server is told in so many characters: one line of a log. */
const MESSAGE_LENGTH_MAX = 200;

/** Texts as a database takes them. */
export interface SqlSpec {
  readonly address: string;
  readonly port: number;
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly query: string;
}

/** What is asked; undefined when the configuration says too little (ldirectord 4.12). */
export function sqlSpec(spec: NegotiateSpec): SqlSpec | undefined {
  const { address, port } = spec;
  const login = readable(spec.login);
  const query = readable(spec.request.slice(1));
  if (login === '' || query === '') return undefined;
  const [password, database] = [readable(spec.password), readable(spec.database)];
  return { address, port, login, password, database, query };
}

/** What is found without a `sqlSpec`. The words are those of ldirectord 4.12. */
export const saysTooLittle: Probe = (settle) => {
  const message = 'Must specify a login and request string for MySQL, Oracle and PostgreSQL checks';
  settle({ up: false, message, impossible: true });
  return () => {};
};

/** The rows of an answer as they come, and what is found at its end. */
export class Rows {
  #count = 0;
  readonly #spec: SqlSpec;

  constructor(spec: SqlSpec) {
    this.#spec = spec;
  }

  /** Rows that were found, or changed. */
  add(count: number): void {
    this.#count += count;
  }

  /** The answer is complete: up with at least one row (ldirectord 4.12). */
  end(): Finding {
    return this.#count > 0 ? { up: true, message: '' } : { up: false, message: 'no rows' };
  }

  /** The answer broke off. A server that sends more than we look at has shown its rows. */
  fail(error: unknown): Finding {
    if (error instanceof Flood && this.#count > 0) return this.end();
    const { password } = this.#spec;
    const text = messageOf(error);
    const clean = password === '' ? text : text.replaceAll(password, '***');
    return { up: false, message: clean.slice(0, MESSAGE_LENGTH_MAX) };
  }
}
