/** Servers for tests of checks: on loopback, well and ill, ended with the tests. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after } from 'node:test';
import type { CheckResult, CheckSpec, NegotiateSpec } from './check.js';
import { runCheck } from './run.js';
import type { TlsRules } from './tls.js';

/** The limit of a check of a server that will not answer, milliseconds. */
export const LIMIT = 300;
/** That of a server that will: nothing but a fault lasts so long. */
export const PATIENCE = 20_000;
/** What a loaded machine may add to a limit. */
const SLACK = 2000;

export interface Listening {
  readonly port: number;
  /** Connections that are open at this moment. */
  open(): number;
  /** Writes where the other side has ended: only so is it seen whether it still reads. */
  poke(): void;
}

/** A server on loopback that ends with the tests. */
export async function listen(server: net.Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const poke = (): void => {
    for (const socket of sockets) if (socket.readableEnded) socket.write('x');
  };
  return { port: portOf(server), open: () => sockets.size, poke };
}

function portOf(server: net.Server): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** Waits until the server has seen every connection closed. */
export async function allClosed(server: Listening): Promise<void> {
  for (let round = 0; server.open() > 0; round += 1) {
    assert.ok(round < 200, 'a connection was left open');
    server.poke();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A port on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sends without end, as fast as it is read. */
export function endless(socket: net.Socket, first: string, then: string): void {
  socket.write(first, 'latin1');
  const more = (): void => {
    while (!socket.destroyed && socket.write(then, 'latin1')) {
      if (socket.writableLength > 1e6) break;
    }
    if (!socket.destroyed) setImmediate(more);
  };
  more();
}

/** Sends a byte now and then, without end. */
export function drip(socket: net.Socket, first: string): void {
  socket.write(first, 'latin1');
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write('x');
  }, 20);
}

/** The check of a service on loopback. */
export function negotiate(port: number, change: Partial<NegotiateSpec> = {}): NegotiateSpec {
  return {
    kind: 'negotiate',
    service: 'http',
    protocol: 'tcp',
    address: '127.0.0.1',
    port,
    timeout: LIMIT,
    request: '/test.html',
    url: `http://127.0.0.1:${port}/test.html`,
    method: 'GET',
    login: '',
    password: '',
    database: '',
    secret: '',
    ...change,
  };
}

/** What a text must hold. */
export function receive(source: string): Pick<NegotiateSpec, 'receive'> {
  return { receive: { source, regexp: new RegExp(source) } };
}

/** Makes the check, and holds it to its limit. */
export async function check(asked: CheckSpec, rules?: TlsRules): Promise<CheckResult> {
  const result = await runCheck(asked, new AbortController().signal, rules);
  const limit = 'timeout' in asked ? asked.timeout : LIMIT;
  assert.ok(result.ms <= limit + SLACK, `${result.ms} ms`);
  return result;
}
