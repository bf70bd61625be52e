/** Listens for ts-heartbeat, and decides what becomes of the runner when it goes. */
import {
  type JsonPeer,
  type JsonServer,
  listenJson,
  speakJson,
} from '@ts-heartbeat/platform/jsonlines';
import { decodeRequest } from './decode.js';
import type { Reply, Request } from './protocol.js';
import type { Runner } from './runner.js';

/** The longest time a Node timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface ServerOptions {
  readonly runner: Runner;
  readonly socket: string;
  /** The runner has nothing more to do. */
  readonly end: () => void;
}

export class Server {
  readonly #options: ServerOptions;
  #listener: JsonServer | undefined;
  /** The connection of the ts-heartbeat that speaks now. */
  #master: JsonPeer | undefined;
  #orphanTimer: NodeJS.Timeout | undefined;
  /** Asked to end, by a signal. */
  #isEnding = false;
  /** Its ts-heartbeat has said goodbye; another one may say hello while jobs are under way. */
  #isDismissed = false;
  /** Everything is being given up: nobody may believe that he still has it. */
  #isAbandoned = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { runner } = options;
    runner.reply = (reply: Reply) => this.#master?.send(reply) ?? false;
    runner.idle = () => {
      if (this.#isEnding || this.#isDismissed) options.end();
    };
    runner.released = options.end;
  }

  /** Begins to listen; rejects when the socket cannot be made. */
  async listen(): Promise<void> {
    const { socket, runner } = this.#options;
    this.#listener = await listenJson(socket, 0o600, (connection) => {
      const peer = speakJson(connection, {
        message: (value) => this.#received(peer, value),
        closed: () => this.#closed(peer),
      });
    });
    // The ts-heartbeat of an earlier runner may not come back either.
    if (runner.hello !== null) this.#expectReturn();
  }

  /** As after `bye`, for good: ends when the jobs are done, what is held stays. */
  finish(): void {
    this.#isEnding = true;
    this.#leaveIfIdle();
  }

  close(): void {
    clearTimeout(this.#orphanTimer);
    this.#listener?.close();
    this.#master?.destroy();
  }

  #received(peer: JsonPeer, value: unknown): void {
    if (this.#isAbandoned) {
      peer.destroy();
      return;
    }
    const request = decodeRequest(value);
    if (request === null) {
      this.#refuse(peer, 'a request that cannot be understood');
    } else if (request.op === 'hello') {
      clearTimeout(this.#orphanTimer);
      this.#isDismissed = false;
      const before = this.#master;
      this.#master = peer;
      if (before !== peer) before?.destroy();
      this.#options.runner.greet(request);
      peer.send({ op: 'ready', pid: process.pid } satisfies Reply);
    } else if (peer !== this.#master) {
      this.#refuse(peer, 'a request before hello');
    } else {
      this.#answer(peer, request);
    }
  }

  #answer(peer: JsonPeer, request: Exclude<Request, { readonly op: 'hello' }>): void {
    const { runner } = this.#options;
    switch (request.op) {
      case 'job':
        runner.ask(request);
        break;
      case 'held':
        peer.send(runner.held());
        break;
      case 'bye':
        this.#isDismissed = true;
        this.#leaveIfIdle();
    }
  }

  #leaveIfIdle(): void {
    clearTimeout(this.#orphanTimer);
    if (this.#options.runner.isIdle) this.#options.end();
  }

  #closed(peer: JsonPeer): void {
    if (peer !== this.#master) return;
    this.#master = undefined;
    if (!this.#isEnding && !this.#isDismissed) this.#expectReturn();
  }

  #refuse(peer: JsonPeer, what: string): void {
    peer.destroy();
    this.#options.runner.log({ severity: 'error', text: `Runner socket: ${what}; hung up` });
  }

  /** Waits for ts-heartbeat to come back; after `orphanedAfter` everything is given up. */
  #expectReturn(): void {
    const { runner } = this.#options;
    const wait = runner.hello?.orphanedAfter;
    if (wait === undefined) return;
    clearTimeout(this.#orphanTimer);
    this.#orphanTimer = setTimeout(
      () => {
        this.#isAbandoned = true;
        this.#listener?.close();
        runner.abandon();
      },
      Math.min(Math.max(wait, 0), TIMER_MS_MAX),
    );
  }
}
