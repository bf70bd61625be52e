/**
 * A real server: `server NAME PORT... [udp:ADDRESS:PORT]`. Answers web requests with its name, and
 * those for `/check` with OK; gives back every line of a connection that begins with HOLD, and
 * answers every packet with its name. The orders change how it is, and tell since when.
 */

import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { monotonicMs } from '../lab/clock.js';
import { LineCutter } from '../lab/lines.js';
import { takeOrders } from './orders.js';

const [name = '', ...places] = process.argv.slice(2);
const sockets = new Set<Socket>();
let servers: Server[] = [];
let datagrams: Datagrams[] = [];
let well = true;

function page(path: string): string {
  const text = path === '/check' ? (well ? 'OK' : 'out of order') : name;
  return `HTTP/1.0 200 OK\r\nContent-Length: ${text.length + 1}\r\n\r\n${text}\n`;
}

function serve(socket: Socket): void {
  sockets.add(socket);
  socket.setNoDelay();
  let held = false;
  const cutter = new LineCutter((line) => {
    const path = /^(?:GET|HEAD) (\S+)/.exec(line)?.[1];
    held ||= line === 'HOLD';
    if (held) socket.write(`${line}\n`);
    else if (path !== undefined) socket.end(page(path));
  });
  socket.on('data', (chunk) => cutter.push(chunk));
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
}

async function open(): Promise<void> {
  for (const place of places) {
    const [, address = '', port = ''] = /^udp:(.*):(\d+)$/.exec(place) ?? [];
    if (port === '') {
      const server = createServer(serve);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(Number(place), '::', resolve));
    } else {
      const socket = createSocket('udp4');
      datagrams.push(socket);
      socket.on('message', (_, from) => socket.send(name, from.port, from.address));
      // From the address that was asked: else the answer is a stranger's to the client.
      await new Promise<void>((resolve) => socket.bind(Number(port), address, resolve));
    }
  }
}

/** As a process that is killed: nothing listens any more, connections are reset. */
function refuse(): number {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.resetAndDestroy();
  for (const socket of datagrams) socket.close();
  servers = [];
  datagrams = [];
  return monotonicMs();
}

await open();
takeOrders({
  refuse,
  serve: async () => {
    await open();
    return monotonicMs();
  },
  sicken: () => {
    well = false;
    return monotonicMs();
  },
  heal: () => {
    well = true;
    return monotonicMs();
  },
});
