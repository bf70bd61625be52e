/** The client API's Unix socket: accepts clients, and performs what the desk decides. */
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';

import type { NoticeClass } from '@ts-heartbeat/core/api/client';
import {
  ApiDesk,
  type DeskEffect,
  type DeskSettings,
  type LeaveReason,
} from '@ts-heartbeat/core/api/desk';
import type { PeerIdentity } from '@ts-heartbeat/core/api/signon';
import type { Severity } from '@ts-heartbeat/core/log';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView } from '@ts-heartbeat/core/view';
import { processIdentity } from '@ts-heartbeat/platform/gone';

import { ClientConnection } from './connection.js';

/** Programs connected at once, signed on or not; a handful are usual. */
const CONNECTIONS_MAX = 400;

/** Of those, how many one user other than root may have: cl_status may be run by anybody. */
const CONNECTIONS_PER_USER_MAX = 50;

/**
 * Messages dealt with before everything else has its turn again: about a millisecond. A client
 * that asks without end must not keep the daemon from its heartbeats.
 */
const MESSAGES_PER_TURN = 20;

/**
 * How often it is looked whether the clients' processes are still there (heartbeat 3.0.6): the
 * connection of one that has died stays open where a child of it has inherited it.
 */
const AUDIT_INTERVAL_MS = 9000;

/**
 * Who connects is judged at sign-on. The genuine directory is closed to all but haclient, and its
 * cl_status lets everybody in because it is set-group-id; a program of Node.js cannot be.
 */
const SOCKET_MODE = 0o777;
const DIRECTORY_MODE = 0o751;

export interface ApiServerOptions {
  /** Path of the socket. Its directory is made when it is not there. */
  readonly path: string;
  /** Who the directory belongs to, `hacluster:haclient`; left as it is where they do not exist. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly settings: Omit<DeskSettings, 'commandGroup'>;
  /** The state of the cluster at this moment. */
  readonly view: () => ClusterView;
  /** Who is at the other end; undefined when that cannot be known, and then nobody signs on. */
  readonly peerOf: (socket: net.Socket) => PeerIdentity | undefined;
  /** Takes a client's message for the cluster machine: the event `local`. */
  readonly onLocal: (message: Message) => void;
  readonly log: (severity: Severity, text: string) => void;
}

/** Somebody who has connected. */
interface Caller {
  readonly connection: ClientConnection;
  readonly peer: PeerIdentity | undefined;
  gone: boolean;
}

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #desk: ApiDesk;
  readonly #server: net.Server;
  readonly #connections = new Map<number, Caller>();
  /** Connections that may have frames to take, in the order of their turns. */
  readonly #ready = new Set<number>();
  #turn: NodeJS.Immediate | undefined;
  #audits: NodeJS.Timeout | undefined;
  #nextConnection = 1;
  #paused = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { settings, owner } = options;
    const lent = owner === undefined ? {} : { commandGroup: owner.gid };
    this.#desk = new ApiDesk({ processExists, ...settings, ...lent });
    this.#server = net.createServer((socket) => this.#accept(socket));
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
    this.#audits = setInterval(() => this.audit(), AUDIT_INTERVAL_MS).unref();
  }

  /** Signs off the clients whose process is no longer there. Done now and then by itself. */
  audit(): void {
    const exists = this.#options.settings.processExists ?? processExists;
    for (const { connection, peer } of this.#desk.clients) {
      if (exists(peer.pid)) continue;
      this.#options.log('info', `api_audit_clients: client ${peer.pid} died`);
      this.#connections.get(connection)?.connection.destroy();
      this.#lose(connection, 'died-audit');
    }
  }

  /** Tells the clients whose filter has the class's bit. */
  notify(kind: NoticeClass, message: Message): void {
    this.#perform(this.#desk.notify(kind, message, this.#options.view()));
  }

  /** Stops reading from clients, or goes on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    for (const [id, { connection }] of this.#connections) {
      connection.hold(paused);
      if (!paused) this.#awaitTurn(id);
    }
  }

  /** Disconnects everyone and removes the socket. Nobody's leaving is announced. */
  async close(): Promise<void> {
    const callers = [...this.#connections.values()];
    this.#connections.clear();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    clearInterval(this.#audits);
    for (const { connection } of callers) connection.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(socket: net.Socket): void {
    // Asked at once: the credentials are those of the moment of connecting.
    const peer = this.#options.peerOf(socket);
    if (this.#isOneTooMany(peer) || !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const id = this.#nextConnection++;
    const connection = new ClientConnection(socket, {
      readable: () => this.#awaitTurn(id),
      gone: () => {
        const caller = this.#connections.get(id);
        if (caller === undefined) return;
        caller.gone = true;
        this.#awaitTurn(id);
      },
    });
    this.#connections.set(id, { connection, peer, gone: false });
    if (this.#paused) connection.hold(true);
  }

  /** Where all places are taken, who has said nothing for longest must go for who has just come. */
  #makeRoom(): boolean {
    if (this.#connections.size < CONNECTIONS_MAX) return true;
    for (const [id, { connection }] of this.#connections) {
      if (this.#desk.has(id)) continue;
      connection.destroy();
      this.#connections.delete(id);
      return true;
    }
    return false;
  }

  #isOneTooMany(peer: PeerIdentity | undefined): boolean {
    if (peer === undefined || peer.uid === 0) return false;
    let count = 0;
    for (const caller of this.#connections.values()) if (caller.peer?.uid === peer.uid) count += 1;
    return count >= CONNECTIONS_PER_USER_MAX;
  }

  #awaitTurn(id: number): void {
    this.#ready.add(id);
    this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  /** Takes one message of each in turn, so that none keeps the others waiting. */
  #takeTurn(): void {
    this.#turn = undefined;
    let budget = MESSAGES_PER_TURN;
    for (const id of this.#ready) {
      if (budget === 0) break;
      budget -= 1;
      this.#ready.delete(id);
      const caller = this.#connections.get(id);
      // A set hands out what is added while it is walked: the next message waits for all others.
      if (caller !== undefined && this.#takeOne(id, caller)) this.#ready.add(id);
    }
    if (this.#ready.size > 0) this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  /** Takes the next frame of a connection; false when there is none for now. */
  #takeOne(id: number, { connection, peer, gone }: Caller): boolean {
    if (connection.held && !gone) return false;
    const frame = connection.next();
    switch (frame?.kind) {
      case 'message':
        this.#receive(id, peer, frame.message, connection);
        return true;
      case 'unreadable':
        this.#options.log('error', 'A client sent what is no message');
        this.#forgive(id, connection);
        return true;
      case 'broken': {
        const text = `A client sent what is no message (${frame.why}): disconnecting it`;
        this.#options.log('error', text);
        connection.destroy();
        this.#lose(id, 'EOF');
        return false;
      }
      default:
        if (gone) this.#lose(id, 'EOF');
        return false;
    }
  }

  #receive(
    id: number,
    peer: PeerIdentity | undefined,
    message: Message,
    connection: ClientConnection,
  ): void {
    this.#perform(this.#desk.receive(id, peer, message, this.#options.view()));
    if (this.#desk.has(id)) connection.welcome();
    else this.#forgive(id, connection);
  }

  #forgive(id: number, connection: ClientConnection): void {
    if (connection.forgive()) return;
    connection.destroy();
    this.#lose(id, 'EOF');
  }

  #lose(id: number, reason: Exclude<LeaveReason, 'signoff'>): void {
    if (!this.#connections.delete(id)) return;
    this.#perform(this.#desk.leave(id, reason, this.#options.view()));
  }

  #perform(effects: readonly DeskEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: DeskEffect): void {
    switch (effect.kind) {
      case 'send': {
        const connection = this.#connections.get(effect.connection)?.connection;
        if (connection?.send(effect.message) === false) this.#evict(effect.connection, connection);
        break;
      }
      case 'local':
        this.#options.onLocal(effect.message);
        break;
      case 'close':
        this.#connections.get(effect.connection)?.connection.close();
        this.#connections.delete(effect.connection);
        break;
      case 'queueLength':
        this.#connections.get(effect.connection)?.connection.allowQueue(effect.messages);
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
    const name = this.#desk.clients.find((client) => client.connection === id)?.id ?? '';
    this.#options.log('warn', `Client [${name}] does not read its messages: disconnecting it`);
    connection.destroy();
    this.#lose(id, 'sendfail');
  }
}

function processExists(pid: number): boolean {
  return processIdentity(pid) !== undefined;
}

/** The process may have ended since. */
function signalProcess(pid: number, signal: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Its end will be seen on the connection.
  }
}
