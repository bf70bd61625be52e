/** The real servers of a vector: each speaks what the vector says, refuses, or falls silent. */
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { SIMULATION } from './places.js';

interface Page {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServerSpec extends Page {
  readonly ip: string;
  readonly port: number;
  readonly kind?: 'http' | 'https' | 'line' | 'dns' | 'radius';
  readonly tls?: boolean;
  /** `blackhole`: the address is gone. */
  readonly state?: 'up' | 'refuse' | 'hang' | 'blackhole';
  readonly pages?: Readonly<Record<string, Page>>;
  /** Of a line server: what it says first, what it answers to which line, after which it ends. */
  readonly banner?: string;
  readonly script?: readonly (readonly [pattern: string, answer: string])[];
  readonly close_after?: string;
  /** Lines are whatever comes in one piece. */
  readonly raw?: boolean;
  /** Of a name server: A and PTR answers by name. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}

type Listening = net.Server | dgram.Socket;

export class RealServer {
  #spec: ServerSpec;
  #listening: Listening | undefined;
  readonly #connections = new Set<net.Socket>();
  #addressed = true;
  #seen = '';

  constructor(spec: ServerSpec) {
    this.#spec = spec;
  }

  /** Changes what it does; resolves when that holds. */
  async become(changes: Partial<ServerSpec>): Promise<void> {
    this.#spec = { ...this.#spec, ...changes };
    const { state = 'up', ip } = this.#spec;
    const gone = state === 'blackhole';
    if (gone === this.#addressed) address(gone ? 'del' : 'add', ip);
    this.#addressed = !gone;
    if (state === 'refuse') await this.close();
    else if (!gone) await this.#listen();
  }

  /** What connections came since the last time: `A` for one that asked something, `C` for others. */
  takeSeen(): string {
    const seen = this.#seen;
    this.#seen = '';
    return seen;
  }

  async close(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    if (!listening) return;
    for (const connection of this.#connections) connection.destroy();
    listening.close();
    await once(listening, 'close');
  }

  async #listen(): Promise<void> {
    if (this.#listening) return;
    const { ip, port, kind } = this.#spec;
    if (kind === 'dns' || kind === 'radius') {
      const socket = dgram.createSocket(ip.includes(':') ? 'udp6' : 'udp4');
      socket.on('message', (query, from) => {
        const answer = this.#isUp && kind === 'dns' && dnsAnswer(query, this.#spec.answers ?? {});
        if (answer) socket.send(answer, from.port, from.address);
      });
      socket.bind(port, ip);
      await once(socket, 'listening');
      this.#listening = socket;
      return;
    }
    const server = this.#server();
    server.on('connection', (connection: net.Socket) => {
      this.#connections.add(connection);
      connection.on('close', () => {
        this.#connections.delete(connection);
        this.#seen += connection.bytesRead > 0 ? 'A' : 'C';
      });
      connection.on('error', () => undefined);
    });
    server.listen(port, ip);
    await once(server, 'listening');
    this.#listening = server;
  }

  get #isUp(): boolean {
    return (this.#spec.state ?? 'up') === 'up';
  }

  #server(): net.Server {
    const { kind = 'http' } = this.#spec;
    const secure = kind === 'https' || this.#spec.tls === true;
    const web = kind === 'http' || kind === 'https';
    const pages = web
      ? http.createServer((request, reply) => this.#page(request, reply))
      : undefined;
    const speak = (socket: net.Socket) => {
      if (!this.#isUp) return;
      if (pages) pages.emit('connection', socket);
      else this.#speakLines(socket);
    };
    return secure ? tls.createServer(certificate(), speak) : net.createServer(speak);
  }

  #page(request: http.IncomingMessage, reply: http.ServerResponse): void {
    const { status = 200, body = 'OK\n', headers = {} } = this.#spec;
    const page = this.#spec.pages?.[request.url ?? ''] ?? { status, body, headers };
    reply.writeHead(page.status ?? 200, {
      'Content-Type': 'text/html',
      Connection: 'close',
      ...page.headers,
    });
    reply.end(page.body ?? '');
  }

  #speakLines(socket: net.Socket): void {
    const { banner, raw, close_after: last } = this.#spec;
    if (banner !== undefined) socket.write(banner, 'latin1');
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      rest += chunk;
      const lines = raw ? [rest] : rest.split(/(?<=\n)/);
      rest = raw || rest.endsWith('\n') ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        const found = this.#spec.script?.find(([pattern]) => new RegExp(pattern).test(line));
        if (found) socket.write(found[1].replaceAll('%TAG%', line.split(' ')[0] ?? ''), 'latin1');
        if (last !== undefined && new RegExp(last).test(line)) socket.end();
      }
    });
  }
}

function address(verb: 'add' | 'del', ip: string): void {
  const six = ip.includes(':');
  const words = ['addr', verb, `${ip}/${six ? 128 : 32}`, 'dev', 'lo'];
  execFileSync('ip', six && verb === 'add' ? [...words, 'nodad'] : words);
}

/** Gives this machine the addresses of the servers. */
export function addAddresses(addresses: Iterable<string>): void {
  for (const ip of new Set(addresses)) if (!ip.startsWith('127.')) address('add', ip);
}

function certificate(): tls.TlsOptions {
  const key = `${SIMULATION}/key.pem`;
  const cert = `${SIMULATION}/cert.pem`;
  const subject = ['-subj', '/CN=test.invalid', '-days', '2'];
  const output = ['-keyout', key, '-out', cert];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...output],
    {
      stdio: 'ignore',
    },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const HEADER_LENGTH = 12;
const TYPE_A = 1;
const TYPE_PTR = 12;

/** Answers one question: the addresses or names the table has for it, or that there is no such name. */
function dnsAnswer(
  query: Buffer,
  table: Readonly<Record<string, readonly string[]>>,
): Buffer | undefined {
  const labels: string[] = [];
  let at = HEADER_LENGTH;
  for (let length = query[at]; length; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  if (query.length < at + 5) return undefined;
  const type = query.readUInt16BE(at + 1);
  const known = table[labels.join('.')];
  const data = (known ?? []).flatMap((text) => resourceData(type, text));
  const records = data.map((bytes) => {
    const head = Buffer.from([0xc0, HEADER_LENGTH, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length]);
    return Buffer.concat([head, bytes]);
  });
  const header = Buffer.alloc(HEADER_LENGTH);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_LENGTH, at + 5), ...records]);
}

function resourceData(type: number, text: string): Buffer[] {
  if (type === TYPE_A && net.isIPv4(text)) return [Buffer.from(text.split('.').map(Number))];
  if (type !== TYPE_PTR || net.isIP(text) !== 0) return [];
  const labels = text
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return [Buffer.concat([...labels, Buffer.of(0)])];
}
