/** The checks of http, https and http_proxy: a page is asked for, and what comes is looked at. */
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { bracketed } from '../ipvs/address.js';
import type { NegotiateSpec } from './check.js';
import { type Finding, messageOf, type Probe } from './probe.js';
import { receives } from './receives.js';
import { type CheckUrl, parseUrl, resolveLocation } from './url.js';

/** As many redirects as LWP follows. */
const REDIRECTS_MAX = 7;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/**
 * As much of a page as is kept and searched. A thousand checks at once then need a gigabyte at the
 * very worst, and a server that sends for ever is seen to be alive.
 */
const BODY_BYTES_MAX = 1024 * 1024;
/** Begins as LWP's does, so that rules that users have for the genuine checks go on matching. */
const USER_AGENT = 'libwww-perl/6.68 (ldirectord)';

/** Made once: it takes a millisecond or more, which every check would pay. */
let lenient: tls.SecureContext | undefined;

/** Old servers are to be checked as well: their protocol versions and ciphers are all allowed. */
function lenientContext(): tls.SecureContext {
  lenient ??= tls.createSecureContext({ minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  return lenient;
}

/** One request of a check and where it goes: to the server of the URL, or to a proxy. */
interface Hop {
  readonly url: CheckUrl;
  readonly hostHeader: string;
  /** The name for SNI; absent where there is only an address. */
  readonly serverName?: string;
  readonly redirects: number;
}

/**
 * Up when the final status is 2xx and `receive`, if there is one, is found in the page
 * (ldirectord 4.12). The certificate of the server is not verified.
 */
export function httpProbe(spec: NegotiateSpec): Probe {
  return (settle) => {
    let socket: net.Socket | undefined;
    let ended = false;
    const begin = (hop: Hop): void => {
      if (ended) return;
      socket?.destroy();
      socket = open(spec, hop);
      ask(spec, hop, socket, (next) => {
        if ('up' in next) settle(next);
        else begin(next);
      });
    };
    const url = parseUrl(spec.url);
    if (url === undefined) {
      settle({ up: false, message: `not a URL: ${spec.url}`, impossible: true });
      return () => {};
    }
    const { virtualHost } = spec;
    const proxied = spec.service === 'http_proxy';
    const serverName = serverNameOf(virtualHost ?? url.host);
    begin({
      url,
      hostHeader: proxied ? url.authority : (virtualHost ?? bracketed(spec.address)),
      ...(serverName === undefined ? {} : { serverName }),
      redirects: 0,
    });
    return () => {
      ended = true;
      socket?.destroy();
    };
  };
}

function open(spec: NegotiateSpec, hop: Hop): net.Socket {
  if (spec.service === 'http_proxy') return net.connect({ host: spec.address, port: spec.port });
  const { host, port } = hop.url;
  if (hop.url.scheme === 'http') return net.connect({ host, port });
  return tls.connect({
    host,
    port,
    rejectUnauthorized: false,
    secureContext: lenientContext(),
    ...(hop.serverName === undefined ? {} : { servername: hop.serverName }),
  });
}

/** Sends one request, and says once what was found or where to go on. */
function ask(
  spec: NegotiateSpec,
  hop: Hop,
  socket: net.Socket,
  done: (next: Finding | Hop) => void,
): void {
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
    headers: { Host: hop.hostHeader, 'User-Agent': USER_AGENT },
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
      readPage(response, (page) => void judgePage(spec, response, page).then(done));
    }
  });
  request.end();
}

function redirect(hop: Hop, location: string, status: string): Hop | Finding {
  const url = resolveLocation(hop.url, location);
  if (url === undefined || hop.redirects === REDIRECTS_MAX) return { up: false, message: status };
  const serverName = serverNameOf(url.host);
  return {
    url,
    hostHeader: url.authority,
    ...(serverName === undefined ? {} : { serverName }),
    redirects: hop.redirects + 1,
  };
}

/** Hands over the page when it is complete, broken off, or longer than we look at. */
function readPage(response: http.IncomingMessage, done: (page: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    done(Buffer.concat(chunks).toString('latin1'));
  };
  response.on('data', (chunk: Buffer) => {
    if (ended) return;
    chunks.push(chunk.subarray(0, BODY_BYTES_MAX - bytes));
    bytes += chunk.length;
    if (bytes >= BODY_BYTES_MAX) end();
  });
  response.on('end', end);
  // A body shorter than announced: what came is looked at, as LWP does.
  response.on('error', end);
}

async function judgePage(
  spec: NegotiateSpec,
  response: http.IncomingMessage,
  page: string,
): Promise<Finding> {
  const matches = await receives(spec.receive, page);
  return { up: matches, message: matches ? statusLine(response) : page };
}

function statusLine(response: http.IncomingMessage): string {
  return `${response.statusCode} ${response.statusMessage}`;
}

/** SNI carries names only: no address, and no port that stands behind the name. */
function serverNameOf(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '');
  return name === '' || net.isIP(name) !== 0 || name.includes(':') ? undefined : name;
}
