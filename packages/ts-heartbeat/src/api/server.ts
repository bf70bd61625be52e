/** The client API's Unix socket: accepts clients, and performs what the desk decides. */
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';

import type { NoticeClass } from '@ts-heartbeat/core/api/client';
import { ApiDesk, type DeskEffect, type DeskSettings } from '@ts-heartbeat/core/api/desk';
import type { PeerIdentity } from '@ts-heartbeat/core/api/signon';
import type { Severity } from '@ts-heartbeat/core/log';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView } from '@ts-heartbeat/core/view';

import { ClientConnection } from './connection.js';

/** Programs connected at once; a handful are usual. */
const CONNECTIONS_MAX = 200;

/** Anyone may connect who gets through the directory (heartbeat 3.0.6). */
const SOCKET_MODE = 0o777;
const DIRECTORY_MODE = 0o750;

export interface ApiServerOptions {
  /** Path of the socket. Its directory is made when it is not there. */
  readonly path: string;
  /** Who the directory belongs to, `hacluster:haclient`; left as it is where they do not exist. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly settings: DeskSettings;
  /** The state of the cluster at this moment. */
  readonly view: () => ClusterView;
  /** Who is at the other end; undefined when that cannot be known, and then nobody signs on. */
  readonly peerOf: (socket: net.Socket) => PeerIdentity | undefined;
  /** Takes a client's message for the cluster machine: the event `local`. */
  readonly onLocal: (message: Message) => void;
  readonly log: (severity: Severity, text: string) => void;
}

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #desk: ApiDesk;
  readonly #server: net.Server;
  readonly #connections = new Map<number, ClientConnection>();
  #nextConnection = 1;
  #paused = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#desk = new ApiDesk(options.settings);
    this.#server = net.createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on('error', (error) => {
      options.log('error', `Client socket ${options.path}: ${error.message}`);
    });
  }

  /** How many are signed on, casual ones included. */
  get clients(): number {
    return this.#desk.clients.length;
  }

  /**
   * Begins to listen. A socket that is left from an earlier life is replaced, so the caller must be
   * the only daemon.
   *
   * @throws the system's error when the socket cannot be made.
   */
  async open(): Promise<void> {
    const { path: place, owner } = this.#options;
    const directory = path.dirname(place);
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    if (owner !== undefined) {
      await chown(directory, owner.uid, owner.gid);
      await chmod(directory, DIRECTORY_MODE);
    }
    await rm(place, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(place, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    await chmod(place, SOCKET_MODE);
  }

  /** Tells the clients whose filter has the class's bit. */
  notify(kind: NoticeClass, message: Message): void {
    this.#perform(this.#desk.notify(kind, message, this.#options.view()));
  }

  /** Stops reading from clients, or goes on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    for (const connection of this.#connections.values()) connection.pause(paused);
  }

  /** Disconnects everyone and removes the socket. Nobody's leaving is announced. */
  async close(): Promise<void> {
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    for (const connection of connections) connection.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(socket: net.Socket): void {
    const id = this.#nextConnection++;
    // Asked at once: the credentials are those of the moment of connecting.
    const peer = this.#options.peerOf(socket);
    const connection = new ClientConnection(socket, {
      message: (message) => this.#receive(id, peer, message),
      gone: () => this.#lose(id, 'EOF'),
      complain: (text) => this.#options.log('error', text),
    });
    this.#connections.set(id, connection);
    if (this.#paused) connection.pause(true);
  }

  #receive(id: number, peer: PeerIdentity | undefined, message: Message): void {
    this.#perform(this.#desk.receive(id, peer, message, this.#options.view()));
    if (this.#desk.has(id)) this.#connections.get(id)?.welcome();
  }

  #lose(id: number, reason: 'EOF' | 'sendfail'): void {
    if (!this.#connections.delete(id)) return;
    this.#perform(this.#desk.leave(id, reason, this.#options.view()));
  }

  #perform(effects: readonly DeskEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: DeskEffect): void {
    switch (effect.kind) {
      case 'send': {
        const connection = this.#connections.get(effect.connection);
        if (connection?.send(effect.message) === false) this.#evict(effect.connection, connection);
        break;
      }
      case 'local':
        this.#options.onLocal(effect.message);
        break;
      case 'close':
        this.#connections.get(effect.connection)?.close();
        this.#connections.delete(effect.connection);
        break;
      case 'queueLength':
        this.#connections.get(effect.connection)?.allowQueue(effect.messages);
        break;
      case 'signal':
        signalProcess(effect.pid, effect.signal);
        break;
      case 'log':
        this.#options.log(effect.severity, effect.text);
        break;
    }
  }

  #evict(id: number, connection: ClientConnection): void {
    this.#options.log('warn', `Client ${id} does not read its messages: disconnecting it`);
    connection.destroy();
    this.#lose(id, 'sendfail');
  }
}

/** The process may have ended since. */
function signalProcess(pid: number, signal: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Its end will be seen on the connection.
  }
}
