/** The checks of ldap and ldaps: a bind, and a search that has to find exactly one entry. */
import type net from 'node:net';
import type { NegotiateSpec } from './check.js';
import { farewell } from './farewell.js';
import { guardStream } from './guard.js';
import {
  baseSearchRequest,
  bindRequest,
  type LdapAnswer,
  messageLength,
  readAnswer,
  unbindRequest,
} from './ldapmessage.js';
import { type Finding, messageOf, type Probe, type Settle } from './probe.js';
import { receives } from './receives.js';
import { connectTcp } from './tcp.js';
import type { TlsRules } from './tls.js';

/** A result and a name are some hundred bytes; a server may have a long text to say with them. */
const BYTES_MAX = 64 * 1024;

const BIND_ID = 1;
const SEARCH_ID = 2;
const UNBIND_ID = 3;
const SUCCESS = 0;

// In the words of ldirectord 4.12, for the monitor file.
const FOUND: Finding = { up: true, message: 'Success' };
const OTHER_NAME: Finding = { up: false, message: 'Response mismatch' };
const NOT_BOUND: Finding = { up: false, message: 'Bind failed' };
const NOT_ONE: Finding = { up: false, message: 'No answer received' };
const NO_LDAP: Finding = { up: false, message: 'not an LDAP answer' };

/**
 * Up when the bind succeeds, the base search for `request` gives exactly one entry, and its name
 * matches `receive` if there is one. The bind is anonymous unless there are both login and passwd
 * (ldirectord 4.12).
 */
export function ldapProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  return (settle) => {
    const { service, address, port, virtualHost = address } = spec;
    const place = { host: address, port };
    const secure = service === 'ldaps';
    const socket = secure ? rules.connect(place, virtualHost) : connectTcp(place);
    const talk = new LdapTalk(spec, socket, settle);
    const fail = (error: unknown): void => settle({ up: false, message: messageOf(error) });
    guardStream(socket, { bytesMax: BYTES_MAX }, fail);
    socket.once(secure ? 'secureConnect' : 'connect', () => talk.bind());
    socket.on('data', (chunk: Buffer) => talk.read(chunk));
    socket.on('error', fail);
    for (const ending of ['end', 'close']) {
      socket.on(ending, () => fail(new Error('connection closed')));
    }
    return () => talk.close();
  };
}

/** What has been said so far, and what comes next. */
class LdapTalk {
  readonly #spec: NegotiateSpec;
  readonly #socket: net.Socket;
  readonly #settle: Settle;
  /** When the check is over, as `performance.now` counts. */
  readonly #deadline: number;
  readonly #names: string[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #state: 'binding' | 'searching' | 'ended' = 'binding';
  #bound = false;

  constructor(spec: NegotiateSpec, socket: net.Socket, settle: Settle) {
    this.#spec = spec;
    this.#socket = socket;
    this.#settle = settle;
    this.#deadline = performance.now() + spec.timeout;
  }

  bind(): void {
    const { login, password } = this.#spec;
    const named = login !== '' && password !== '';
    this.#socket.write(bindRequest(BIND_ID, named ? login : '', named ? password : ''));
  }

  /** Takes what has come, as far as whole messages go. */
  read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#state !== 'ended') {
      const length = messageLength(this.#rest);
      if (length === undefined || (length !== 'malformed' && this.#rest.length < length)) return;
      const message = length === 'malformed' ? undefined : this.#rest.subarray(0, length);
      const answer = message && readAnswer(message);
      this.#rest = this.#rest.subarray(message?.length);
      if (answer === undefined) this.#end(NO_LDAP);
      else if (this.#state === 'binding') this.#takeBound(answer);
      else this.#takeFound(answer);
    }
  }

  close(): void {
    this.#state = 'ended';
    if (this.#bound) farewell(this.#socket, unbindRequest(UNBIND_ID));
    else this.#socket.destroy();
  }

  #takeBound(answer: LdapAnswer): void {
    if (answer.kind !== 'bound' || answer.id !== BIND_ID || answer.code !== SUCCESS) {
      this.#end(NOT_BOUND);
      return;
    }
    this.#bound = true;
    this.#state = 'searching';
    this.#socket.write(baseSearchRequest(SEARCH_ID, this.#spec.request.slice(1)));
  }

  #takeFound(answer: LdapAnswer): void {
    const { kind, id } = answer;
    if (id === SEARCH_ID && answer.kind === 'entry') this.#names.push(answer.dn);
    else if (id === SEARCH_ID && kind === 'done') this.#judge();
    else if (id !== SEARCH_ID || kind !== 'reference') this.#end(NOT_ONE);
  }

  /** The result does not count, as long as there is exactly one entry (ldirectord 4.12). */
  #judge(): void {
    const [name, ...more] = this.#names;
    if (name === undefined || more.length > 0) {
      this.#end(NOT_ONE);
      return;
    }
    this.#state = 'ended';
    const leftMs = this.#deadline - performance.now();
    void receives(this.#spec.receive, name, leftMs).then(
      (matches) => this.#settle(matches ? FOUND : OTHER_NAME),
      (error) => this.#settle({ up: false, message: messageOf(error) }),
    );
  }

  #end(finding: Finding): void {
    this.#state = 'ended';
    this.#settle(finding);
  }
}
