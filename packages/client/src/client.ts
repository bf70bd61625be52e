/** A program's connection to heartbeat: sign on, ask, send to the cluster, hear what happens. */
import net from 'node:net';

import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { FIELD, TYPE } from '@ts-heartbeat/core/message/fields';
import { Message } from '@ts-heartbeat/core/message/message';
import { CLIENT_SOCKET } from '@ts-heartbeat/platform/paths';

/** What went wrong between a client and the daemon. */
export class ClientError extends Error {
  readonly code: 'unreachable' | 'refused' | 'badRequest' | 'timeout' | 'closed';

  constructor(code: ClientError['code'], message: string) {
    super(message);
    this.name = 'ClientError';
    this.code = code;
  }
}

export interface SignOnOptions {
  /** The client's name, unique on its node; without one it is casual, and may only ask. */
  readonly name?: string;
  readonly socketPath?: string;
  /** How long to wait for each answer, milliseconds. */
  readonly timeoutMs?: number;
  /** Called with every message that is not a reply. */
  readonly onEvent?: (message: Message) => void;
  /** Called once when the daemon is gone, not after `signOff`. */
  readonly onClose?: () => void;
}

/** What the daemon said of itself at sign-on. */
export interface Daemon {
  readonly node: string;
  readonly deadtimeMs: number;
  readonly keepaliveMs: number;
  /** Absent before heartbeat 3.0. */
  readonly version?: string;
  readonly pacemaker?: string;
}

/** A daemon that is busy with a takeover answers late, but not later than this. */
const TIMEOUT_MS = 10_000;

/** Replies to one request: the most nodes and links a cluster can have, and more. */
const REPLIES_MAX = 1000;

interface Pending {
  readonly type: string;
  readonly replies: Message[];
  readonly resolve: (replies: readonly Message[]) => void;
  readonly reject: (error: ClientError) => void;
}

export class HeartbeatClient {
  readonly #socket: net.Socket;
  readonly #options: SignOnOptions;
  readonly #id: string;
  readonly #reader = new ApiFrameReader();
  #pending: Pending | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #daemon: Daemon | undefined;

  private constructor(socket: net.Socket, options: SignOnOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#id = options.name ?? String(process.pid);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#end());
  }

  /**
   * Connects and signs on.
   *
   * @throws ClientError `unreachable` when nobody listens, `refused` with the daemon's reason.
   */
  static async signOn(options: SignOnOptions = {}): Promise<HeartbeatClient> {
    const socket = await connect(options.socketPath ?? CLIENT_SOCKET);
    const client = new HeartbeatClient(socket, options);
    try {
      const credentials = {
        [FIELD.uid]: String(process.geteuid?.() ?? 0),
        [FIELD.gid]: String(process.getegid?.() ?? 0),
      };
      const [reply] = await client.request('signon', credentials);
      client.#daemon = daemonOf(reply ?? new Message());
      return client;
    } catch (error) {
      client.#closed = true;
      socket.destroy();
      if (!(error instanceof ClientError) || error.code !== 'badRequest') throw error;
      throw new ClientError('refused', error.message);
    }
  }

  /** What the daemon said of itself at sign-on. */
  get daemon(): Daemon {
    return this.#daemon ?? daemonOf(new Message());
  }

  /**
   * Asks, and gives all replies. Requests are asked one after the other. The reply to
   * `clientstatus` may come from another node.
   *
   * @throws ClientError `badRequest` with the daemon's `info`, `timeout`, or `closed`.
   */
  request(
    type: string,
    fields: Readonly<Record<string, string>> = {},
    timeoutMs: number = this.#options.timeoutMs ?? TIMEOUT_MS,
  ): Promise<readonly Message[]> {
    const result = this.#turn.then(() => this.#ask(type, fields, timeoutMs));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Sends a message to the clients of the same name on all nodes, or on that of `dest`. */
  send(message: Message): void {
    this.#write(message);
  }

  /** Signs off and disconnects. */
  async signOff(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const ended = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.end(encodeApiFrame(this.#requestOf('signoff', {})));
    this.#socket.setTimeout(this.#options.timeoutMs ?? TIMEOUT_MS, () => this.#socket.destroy());
    this.#socket.resume();
    await ended;
  }

  #requestOf(type: string, fields: Readonly<Record<string, string>>): Message {
    return Message.of({
      [FIELD.type]: TYPE.apiRequest,
      [FIELD.requestType]: type,
      [FIELD.destination]: this.#daemon?.node ?? '',
      [FIELD.pid]: String(process.pid),
      [FIELD.fromId]: this.#id,
      ...fields,
    });
  }

  #ask(
    type: string,
    fields: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<readonly Message[]> {
    if (this.#closed) return Promise.reject(new ClientError('closed', 'not signed on'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending = undefined;
        reject(new ClientError('timeout', `no answer to ${type} within ${timeoutMs} ms`));
      }, timeoutMs);
      const done = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          this.#pending = undefined;
          settle(value);
        };
      };
      this.#pending = { type, replies: [], resolve: done(resolve), reject: done(reject) };
      this.#write(this.#requestOf(type, fields));
    });
  }

  #write(message: Message): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeApiFrame(message));
  }

  #read(chunk: Uint8Array): void {
    const { messages, broken } = this.#reader.push(chunk);
    for (const message of messages) this.#take(message);
    if (broken !== undefined) this.#socket.destroy();
  }

  #take(message: Message): void {
    const pending = this.#pending;
    const type = message.get(FIELD.type);
    if (type === TYPE.respondClientStatus && pending?.type === 'clientstatus') {
      pending.resolve([message]);
      return;
    }
    if (type !== TYPE.apiResponse) {
      if (!this.#closed) this.#options.onEvent?.(message);
      return;
    }
    if (pending === undefined || message.get(FIELD.requestType) !== pending.type) return;
    const result = message.get(FIELD.result);
    pending.replies.push(message);
    if (result === 'OK') pending.resolve(pending.replies);
    else if (result !== 'ok/more' || pending.replies.length > REPLIES_MAX) {
      pending.reject(new ClientError('badRequest', message.get(FIELD.info) ?? ''));
    }
  }

  #end(): void {
    const wasOpen = !this.#closed;
    this.#closed = true;
    this.#pending?.reject(new ClientError('closed', 'the daemon closed the connection'));
    if (wasOpen) this.#options.onClose?.();
  }
}

function connect(path: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    const fail = (): void => {
      const reason = "hb_api_signon: Can't initiate connection to heartbeat";
      reject(new ClientError('unreachable', reason));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function daemonOf(reply: Message): Daemon {
  const version = reply.get(FIELD.version);
  const pacemaker = reply.get(FIELD.pacemaker);
  return {
    node: reply.get(FIELD.node) ?? '',
    deadtimeMs: reply.hex(FIELD.deadtimeWord) ?? 0,
    keepaliveMs: reply.hex(FIELD.keepalive) ?? 0,
    ...(version === undefined ? {} : { version }),
    ...(pacemaker === undefined ? {} : { pacemaker }),
  };
}
