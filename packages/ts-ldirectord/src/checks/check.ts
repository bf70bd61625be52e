/** What a check is told and what it answers. */
import type { Protocol, Service } from '../config/config.js';
import type { ReceivePattern } from '../config/receive.js';

/** The whole of a check, all defaults filled in. Times are in milliseconds. */
export type CheckSpec = NegotiateSpec | ConnectSpec | PingSpec | ExternalSpec;

/** Speaks the protocol of a service. */
export interface NegotiateSpec {
  readonly kind: 'negotiate';
  readonly service: Service;
  /** Of the virtual; a `dns` or `sip` check follows it. */
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  readonly timeout: number;
  /** Begins with `/`. */
  readonly request: string;
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly virtualHost?: string;
  readonly receive?: ReceivePattern;
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly secret: string;
}

/** Opens a TCP connection and closes it. */
export interface ConnectSpec {
  readonly kind: 'connect';
  readonly address: string;
  readonly port: number;
  readonly timeout: number;
}

/** ICMP echo: up to `count` tries of `timeout` each. */
export interface PingSpec {
  readonly kind: 'ping';
  readonly address: string;
  readonly count: number;
  readonly timeout: number;
}

/** Runs a program; exit code 0 means up. */
export interface ExternalSpec {
  readonly kind: 'external';
  /** The command is a Perl file rather than a program (`checktype=external-perl`). */
  readonly perl: boolean;
  readonly command: string;
  /** Address or mark and port of the virtual, address and port of the real (ldirectord 4.12). */
  readonly args: readonly string[];
  readonly timeout: number;
}

export interface CheckResult {
  readonly up: boolean;
  /** For the monitor file: a status line, a page, an error; empty when there is nothing to say. */
  readonly message: string;
  /** How long the check took. */
  readonly ms: number;
  /**
   * The check could not be made at all, whatever the server (a missing program, a service that
   * cannot be checked). Such a server counts as down.
   */
  readonly impossible?: boolean;
}

/** The longest a check of this kind may take from its start to its result. */
export function longestMs(spec: CheckSpec): number {
  return spec.kind === 'ping' ? spec.count * spec.timeout : spec.timeout;
}
