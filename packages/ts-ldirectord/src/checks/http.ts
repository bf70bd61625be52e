/** The checks of http, https and http_proxy: a page is asked for, and what comes is looked at. */
import http from 'node:http';
import type net from 'node:net';
import { bracketed } from '../ipvs/address.js';
import { bodyOf } from './body.js';
import type { NegotiateSpec } from './check.js';
import { type Finding, messageOf, type Probe } from './probe.js';
import { lookFor } from './receives.js';
import { connectTcp } from './tcp.js';
import type { TlsRules } from './tls.js';
import { type CheckUrl, hasControls, parseUrl, resolveLocation } from './url.js';

/** As many redirects as LWP follows. */
const REDIRECTS_MAX = 7;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Begins as LWP's does, so that rules that users have for the genuine checks go on matching. */
const USER_AGENT = 'libwww-perl/6.68 (ldirectord)';

/** One request of a check and where it goes: to the server of the URL, or to a proxy. */
interface Hop {
  readonly url: CheckUrl;
  readonly hostHeader: string;
  /** Whom a certificate is to be made out to, and the name for SNI. */
  readonly serverName: string;
  readonly redirects: number;
}

interface Asked {
  readonly spec: NegotiateSpec;
  readonly hop: Hop;
  /** When the check is over, as `performance.now` counts. */
  readonly deadline: number;
}

/**
 * Up when the final status is 2xx and `receive`, if there is one, is found in the page
 * (ldirectord 4.12).
 */
export function httpProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  return (settle) => {
    let socket: net.Socket | undefined;
    let ended = false;
    const deadline = performance.now() + spec.timeout;
    const begin = (hop: Hop): void => {
      if (ended) return;
      socket?.destroy();
      socket = open(spec, hop, rules);
      ask({ spec, hop, deadline }, socket, (next) => {
        if ('up' in next) settle(next);
        else begin(next);
      });
    };
    const first = firstHop(spec);
    if (first === undefined) {
      settle({ up: false, message: `not a URL: ${spec.url}`, impossible: true });
      return () => {};
    }
    // Else the request would throw at it, when the connection is open already.
    if (hasControls(first.hostHeader)) {
      settle({ up: false, message: 'virtualhost is not a name', impossible: true });
      return () => {};
    }
    begin(first);
    return () => {
      ended = true;
      socket?.destroy();
    };
  };
}

/** Where each check begins: worked out once, since it is the same every time. */
const firstHops = new WeakMap<NegotiateSpec, Hop>();

function firstHop(spec: NegotiateSpec): Hop | undefined {
  const known = firstHops.get(spec);
  if (known !== undefined) return known;
  const url = parseUrl(spec.url);
  if (url === undefined) return undefined;
  const { virtualHost } = spec;
  const proxied = spec.service === 'http_proxy';
  const hop: Hop = {
    url,
    hostHeader: proxied ? url.authority : (virtualHost ?? bracketed(spec.address)),
    serverName: virtualHost ?? url.host,
    redirects: 0,
  };
  firstHops.set(spec, hop);
  return hop;
}

function open(spec: NegotiateSpec, hop: Hop, rules: TlsRules): net.Socket {
  if (spec.service === 'http_proxy') return connectTcp({ host: spec.address, port: spec.port });
  const { host, port, scheme } = hop.url;
  if (scheme === 'http') return connectTcp({ host, port });
  return rules.connect({ host, port }, hop.serverName);
}

/** Sends one request, and says once what was found or where to go on. */
function ask(asked: Asked, socket: net.Socket, done: (next: Finding | Hop) => void): void {
  const { spec, hop } = asked;
  const { url } = hop;
  let answered = false;
  const fail = (error: unknown): void => {
    if (answered) return;
    answered = true;
    done({ up: false, message: messageOf(error) });
  };
  const request = http.request({
    method: spec.method,
    path: spec.service === 'http_proxy' ? `http://${url.authority}${url.path}` : url.path,
    // As a list they are written as they stand, without a table of them being made.
    headers: ['Host', hop.hostHeader, 'User-Agent', USER_AGENT],
    setHost: false,
    insecureHTTPParser: true,
    createConnection: () => socket,
  });
  request.on('error', fail);
  // A connection that ends without an answer, or in an upgrade.
  request.on('close', () => fail(new Error('connection closed')));
  request.on('response', (response) => {
    answered = true;
    const { statusCode = 0, headers } = response;
    if (REDIRECTS.has(statusCode) && headers.location !== undefined) {
      done(redirect(hop, headers.location, statusLine(response)));
    } else if (statusCode < 200 || statusCode > 299) {
      done({ up: false, message: statusLine(response) });
    } else {
      void judgePage(asked, response).then(done);
    }
  });
  request.end();
}

function redirect(hop: Hop, location: string, status: string): Hop | Finding {
  const url = resolveLocation(hop.url, location);
  if (url === undefined || hop.redirects === REDIRECTS_MAX) return { up: false, message: status };
  return {
    url,
    hostHeader: url.authority,
    serverName: url.host,
    redirects: hop.redirects + 1,
  };
}

/** A page that is shorter than announced counts with what came, as LWP has it. */
async function judgePage(
  { spec, deadline }: Asked,
  response: http.IncomingMessage,
): Promise<Finding> {
  const { socket } = response;
  // Else Node.js would end a plain connection in two steps, and what it keeps of each until the next
  // full garbage collection would be much of the memory of the checks. TLS has a last word to say.
  if (!('encrypted' in socket)) response.prependListener('end', () => socket.destroy());
  const { text } = await bodyOf(response);
  const { found, trouble } = await lookFor(spec.receive, text, deadline - performance.now());
  return { up: found, message: found ? statusLine(response) : (trouble ?? text) };
}

function statusLine(response: http.IncomingMessage): string {
  return `${response.statusCode} ${response.statusMessage}`;
}
