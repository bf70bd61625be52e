/**
 * The real servers of the bench, a process of their own: its parent tells it which addresses to
 * serve and which to close, and gets for an answer how many requests there were so far.
 */
import { once } from 'node:events';
import net from 'node:net';

export interface Order {
  readonly open?: readonly string[];
  readonly close?: string;
}

export const PORT = 80;
const PAGE = 'Test Page\n';
const ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n' +
    `Content-Length: ${PAGE.length}\r\n\r\n${PAGE}`,
);
/** A thousand checks can come at once, and more while they are answered. */
const BACKLOG = 4096;

const servers = new Map<string, net.Server>();
let requests = 0;

async function open(address: string): Promise<void> {
  const server = net.createServer((connection) => {
    connection.on('error', () => undefined);
    connection.once('data', () => {
      requests += 1;
      connection.end(ANSWER);
    });
  });
  server.listen({ host: address, port: PORT, backlog: BACKLOG });
  await once(server, 'listening');
  servers.set(address, server);
}

async function carryOut(order: Order): Promise<void> {
  for (const address of order.open ?? []) await open(address);
  if (order.close !== undefined) servers.get(order.close)?.close();
  process.send?.(requests);
}

process.on('message', (order: Order) => void carryOut(order));
