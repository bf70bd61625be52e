/** The client socket, with real connections on a path of its own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { Message } from '@ts-heartbeat/core/message/message';

import { ApiServer, type ApiServerOptions } from './server.js';

const directory = mkdtempSync(path.join(os.tmpdir(), 'register-'));
after(() => rmSync(directory, { recursive: true }));

const PEER = { pid: 4242, uid: 0, gid: 0 };

interface Fixture {
  readonly server: ApiServer;
  readonly socketPath: string;
  readonly locals: Message[];
  readonly logged: string[];
}

let count = 0;

async function serve(options: Partial<ApiServerOptions> = {}): Promise<Fixture> {
  const socketPath = path.join(directory, String(count++), 'register');
  const locals: Message[] = [];
  const logged: string[] = [];
  const server = new ApiServer({
    path: socketPath,
    settings: {
      apiauth: [{ client: 'ipfail', uids: [0], gids: [] }],
      parameters: new Map(),
      deadtime: 6000,
      keepalive: 1000,
      version: '3.0.6',
      logFacility: -1,
      processExists: () => true,
    },
    view: () => ({ localNode: 'alpha', generation: 1, nodes: [], resources: 'none' }),
    peerOf: () => PEER,
    onLocal: (message) => locals.push(message),
    log: (_severity, text) => logged.push(text),
    ...options,
  });
  await server.open();
  return { server, socketPath, locals, logged };
}

/** A client that hands out what it reads, one message at a time. */
class Reader {
  readonly socket: net.Socket;
  readonly #frames = new ApiFrameReader();
  readonly #read: Message[] = [];
  #wake: (() => void) | undefined;

  constructor(socketPath: string) {
    this.socket = net.connect(socketPath);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      this.#read.push(...this.#frames.push(chunk).messages);
      this.#wake?.();
    });
  }

  send(fields: Readonly<Record<string, string>>): void {
    this.socket.write(encodeApiFrame(Message.of(fields)));
  }

  async signOn(id: string): Promise<Message> {
    this.send({
      t: 'hbapi-req',
      reqtype: 'signon',
      pid: String(PEER.pid),
      from_id: id,
      uid: '0',
      gid: '0',
    });
    return this.next();
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#read.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

test('the socket is open to all in a folder nobody can list; it goes with its server', async () => {
  const { server, socketPath } = await serve();
  assert.equal(statSync(socketPath).mode & 0o777, 0o777);
  assert.equal(statSync(path.dirname(socketPath)).mode & 0o777, 0o751);
  await server.close();
  assert.throws(() => statSync(socketPath), { code: 'ENOENT' });
});

test('what an earlier life left in the way is replaced', async () => {
  const first = await serve();
  await first.server.close();
  writeFileSync(first.socketPath, '');
  const second = await serve({ path: first.socketPath });
  const client = new Reader(first.socketPath);
  assert.equal((await client.signOn(String(PEER.pid))).get('result'), 'OK');
  client.socket.destroy();
  await second.server.close();
});

test('a client comes, speaks to the cluster, hears of it, and goes', async () => {
  const { server, socketPath, locals } = await serve();
  const client = new Reader(socketPath);
  assert.equal((await client.signOn('ipfail')).get('result'), 'OK');
  client.send({ t: 'num_ping_nodes', num_ping: '2' });
  client.send({ t: 'hbapi-req', reqtype: 'getrsc', pid: String(PEER.pid), from_id: 'ipfail' });
  assert.equal((await client.next()).get('rsc_hold'), 'none');
  server.notify('normal', Message.of({ t: 'resource', src: 'beta' }));
  assert.deepEqual(await client.next(), Message.of({ t: 'resource', src: 'beta' }));
  client.socket.destroy();
  while (server.clients > 0) await new Promise((resolve) => setImmediate(resolve));
  const told = locals.map((message) => `${message.get('t')} ${message.get('info') ?? ''}`);
  assert.deepEqual(told, ['hbapi-clstat signon', 'num_ping_nodes ', 'hbapi-clstat EOF']);
  await server.close();
});

test('nobody signs on whom the kernel does not vouch for', async () => {
  const { server, socketPath } = await serve({ peerOf: () => undefined });
  const client = new Reader(socketPath);
  assert.equal((await client.signOn('ipfail')).get('info'), 'incorrect/false credentials');
  await once(client.socket, 'close');
  await server.close();
});

test('a client that sends what is no message is disconnected', async () => {
  const { server, socketPath, logged } = await serve();
  const client = new Reader(socketPath);
  await client.signOn('ipfail');
  client.socket.write(Buffer.alloc(8, 1));
  await once(client.socket, 'close');
  assert.deepEqual(logged, ['A client sent what is no message (magic): disconnecting it']);
  await server.close();
});

test('a client that does not read is disconnected, the others are not', async () => {
  const { server, socketPath, locals } = await serve();
  const lazy = new Reader(socketPath);
  await lazy.signOn('ipfail');
  const casual = new Reader(socketPath);
  await casual.signOn(String(PEER.pid));
  lazy.socket.pause();
  const news = Message.of({ t: 'resource', info: 'x'.repeat(10_000) });
  let told = 0;
  while (server.clients > 1) {
    server.notify('normal', news);
    told += 1;
    assert.ok(told < 1000);
    assert.equal((await casual.next()).get('t'), 'resource');
  }
  assert.equal(locals.at(-1)?.get('info'), 'sendfail');
  assert.ok(told > 400, `${told}`);
  casual.socket.destroy();
  lazy.socket.destroy();
  await server.close();
});

test('while paused nothing is read from clients', async () => {
  const { server, socketPath, locals } = await serve();
  const client = new Reader(socketPath);
  await client.signOn('ipfail');
  server.pause(true);
  client.send({ t: 'first' });
  server.notify('normal', Message.of({ t: 'resource' }));
  assert.equal((await client.next()).get('t'), 'resource');
  assert.equal(locals.length, 1);
  server.pause(false);
  client.send({ t: 'hbapi-req', reqtype: 'getrsc', pid: String(PEER.pid), from_id: 'ipfail' });
  await client.next();
  assert.equal(locals.at(-1)?.get('t'), 'first');
  client.socket.destroy();
  await server.close();
});

test('frames without a message are forgiven, but not without end', async () => {
  const { server, socketPath, logged } = await serve();
  const client = new Reader(socketPath);
  await client.signOn('ipfail');
  const empty = Buffer.from([0, 0, 0, 0, 0xcd, 0xab, 0, 0]);
  client.socket.write(empty);
  client.send({ t: 'hbapi-req', reqtype: 'getrsc', pid: String(PEER.pid), from_id: 'ipfail' });
  assert.equal((await client.next()).get('rsc_hold'), 'none');
  client.socket.write(Buffer.concat(Array.from({ length: 100 }, () => empty)));
  await once(client.socket, 'close');
  assert.equal(logged.length, 11);
  await server.close();
});

test('a client whose process has died is missed, although its connection is open', async () => {
  const dead = new Set<number>();
  const settings: ApiServerOptions['settings'] = {
    ...{ apiauth: [{ client: 'ipfail', uids: [0], gids: [] }], parameters: new Map() },
    ...{ deadtime: 6000, keepalive: 1000, version: '3.0.6', logFacility: -1 },
    processExists: (pid) => !dead.has(pid),
  };
  const { server, socketPath, locals, logged } = await serve({ settings });
  const client = new Reader(socketPath);
  await client.signOn('ipfail');
  server.audit();
  assert.equal(server.clients, 1);
  dead.add(PEER.pid);
  server.audit();
  assert.equal(server.clients, 0);
  assert.equal(locals.at(-1)?.get('info'), 'died-audit');
  assert.deepEqual(logged, [`api_audit_clients: client ${PEER.pid} died`]);
  await once(client.socket, 'close');
  await server.close();
});

test('who has said nothing makes room for who signs on', async () => {
  const { server, socketPath } = await serve();
  const client = new Reader(socketPath);
  await client.signOn('ipfail');
  const silent = Array.from({ length: 400 }, () => new Reader(socketPath));
  await Promise.all(silent.map(({ socket }) => once(socket, 'connect')));
  const late = new Reader(socketPath);
  assert.equal((await late.signOn(String(PEER.pid))).get('result'), 'OK');
  client.send({ t: 'hbapi-req', reqtype: 'getrsc', pid: String(PEER.pid), from_id: 'ipfail' });
  assert.equal((await client.next()).get('rsc_hold'), 'none');
  for (const { socket } of [...silent, client, late]) socket.destroy();
  await server.close();
});

test('an ordinary user has no more than his share of the places', async () => {
  const { server, socketPath } = await serve({ peerOf: () => ({ ...PEER, uid: 1000 }) });
  const crowd = Array.from({ length: 60 }, () => new Reader(socketPath));
  const ends = crowd.map(({ socket }) => once(socket, 'close'));
  await Promise.all(ends.slice(50));
  assert.ok(crowd.slice(0, 50).every(({ socket }) => !socket.destroyed));
  for (const { socket } of crowd) socket.destroy();
  await server.close();
});

test('a flood of questions leaves others their turn', async () => {
  const { server, socketPath } = await serve();
  const flood = new Reader(socketPath);
  await flood.signOn('ipfail');
  const question = { t: 'hbapi-req', reqtype: 'getrsc', pid: String(PEER.pid), from_id: 'ipfail' };
  const frame = encodeApiFrame(Message.of(question));
  flood.socket.write(Buffer.concat(Array.from({ length: 400 }, () => frame)));
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  for (let n = 0; n < 400; n++) await flood.next();
  counting = false;
  assert.ok(turns >= 20, `${turns} turns`);
  flood.socket.destroy();
  await server.close();
});
