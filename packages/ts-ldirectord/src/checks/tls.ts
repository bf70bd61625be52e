/** TLS to a server under check, for every service that has it: lenient unless told otherwise. */
import { createRequire } from 'node:module';
import net from 'node:net';
import type tls from 'node:tls';

const load = createRequire(import.meta.url);

/** Loaded by the first check that needs it: it takes two MiB. */
export function tlsLibrary(): typeof tls {
  return load('node:tls') as typeof tls;
}

/** Whose certificates are believed. */
export interface Trust {
  /** False: anybody's, whatever stands in them. */
  readonly verify: boolean;
  /** Certificates of those who may sign, in PEM; absent: those that come with Node.js. */
  readonly ca?: string;
}

export class TlsRules {
  readonly #trust: Trust;
  /** Made once: it takes a millisecond or more, which every check would pay. */
  #context: tls.SecureContext | undefined;

  constructor(trust: Trust = { verify: false }) {
    this.#trust = trust;
  }

  /** Whether certificates are looked at. */
  get verifies(): boolean {
    return this.#trust.verify;
  }

  /**
   * What `tls.connect`, or a library that calls it, is to be given.
   *
   * @param host name or address that the server is to be good for, a port behind it may stay: the
   *   virtualhost where there is one, else where we connect to
   */
  options(host: string): tls.ConnectionOptions {
    const name = withoutPort(host);
    const servername = net.isIP(name) === 0 ? name : '';
    return {
      secureContext: this.context(),
      rejectUnauthorized: this.#trust.verify,
      checkServerIdentity: (_, certificate) =>
        this.#trust.verify ? identityProblem(name, certificate) : undefined,
      // SNI carries names only.
      servername,
    };
  }

  /** Opens a connection; `host` as above. It can be written to at once. */
  connect(place: { readonly host: string; readonly port: number }, host: string): tls.TLSSocket {
    return tlsLibrary().connect({ ...place, ...this.options(host) });
  }

  /** Throws where the certificates of `ca` are none. */
  context(): tls.SecureContext {
    const { ca } = this.#trust;
    // Old servers are to be checked as well: their protocol versions and ciphers are all allowed.
    this.#context ??= tlsLibrary().createSecureContext({
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...(ca !== undefined && { ca }),
    });
    return this.#context;
  }
}

/** Why a certificate is none of that name or address. */
function identityProblem(name: string, certificate: tls.PeerCertificate): Error | undefined {
  try {
    return tlsLibrary().checkServerIdentity(name, certificate);
  } catch (error) {
    // Malformed alternative names. Nobody could catch it further up.
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** `www.x.test:8443` → `www.x.test`, `[::1]:443` → `::1`. */
function withoutPort(host: string): string {
  if (net.isIPv6(host)) return host;
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}
