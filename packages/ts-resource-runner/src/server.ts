/** Listens for ts-heartbeat, and decides what becomes of the runner when it goes. */
import { chmodSync, rmSync } from 'node:fs';
import net from 'node:net';
import { decodeRequest } from './decode.js';
import type { Reply, Request } from './protocol.js';
import type { Runner } from './runner.js';

/** The longest request: a job with every variable of a message is far below. */
const LINE_BYTES_MAX = 1024 * 1024;
/** Replies that ts-heartbeat has not read; beyond this it hangs and is better off connecting anew. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;
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
  readonly #listener: net.Server;
  /** The connection of the ts-heartbeat that speaks now. */
  #master: net.Socket | null = null;
  #orphanTimer: NodeJS.Timeout | undefined;
  #isEnding = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#listener = net.createServer((socket) => this.#connected(socket));
    const { runner } = options;
    runner.reply = (reply) => this.#send(reply);
    runner.idle = () => {
      if (this.#isEnding) options.end();
    };
    runner.released = options.end;
  }

  /** Begins to listen; rejects when the socket cannot be made. */
  async listen(): Promise<void> {
    const { socket, runner } = this.#options;
    rmSync(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(socket, () => {
        this.#listener.off('error', reject);
        resolve();
      });
    });
    chmodSync(socket, 0o600);
    // The ts-heartbeat of an earlier runner may not come back either.
    if (runner.hello !== null) this.#expectReturn();
  }

  /** As after `bye`: ends when the jobs are done, what is held stays. */
  finish(): void {
    this.#isEnding = true;
    clearTimeout(this.#orphanTimer);
    if (this.#options.runner.isIdle) this.#options.end();
  }

  close(): void {
    clearTimeout(this.#orphanTimer);
    this.#listener.close();
    this.#master?.destroy();
    rmSync(this.#options.socket, { force: true });
  }

  #connected(socket: net.Socket): void {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#received(socket, line);
      if (rest.length > LINE_BYTES_MAX) this.#refuse(socket, 'a line without end');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (socket !== this.#master) return;
      this.#master = null;
      if (!this.#isEnding) this.#expectReturn();
    });
  }

  #received(socket: net.Socket, line: string): void {
    const request = decodeRequest(line);
    if (request === null) {
      this.#refuse(socket, 'a request that cannot be understood');
    } else if (request.op === 'hello') {
      clearTimeout(this.#orphanTimer);
      const before = this.#master;
      this.#master = socket;
      before?.destroy();
      this.#options.runner.greet(request);
      this.#send({ op: 'ready', pid: process.pid });
    } else if (socket !== this.#master) {
      this.#refuse(socket, 'a request before hello');
    } else {
      this.#answer(request);
    }
  }

  #answer(request: Exclude<Request, { readonly op: 'hello' }>): void {
    const { runner } = this.#options;
    switch (request.op) {
      case 'job':
        runner.ask(request);
        break;
      case 'held':
        this.#send(runner.held());
        break;
      case 'bye':
        this.finish();
    }
  }

  #refuse(socket: net.Socket, what: string): void {
    socket.destroy();
    this.#options.runner.log({ severity: 'error', text: `Runner socket: ${what}; hung up` });
  }

  #send(reply: Reply): boolean {
    const socket = this.#master;
    if (socket === null || !socket.writable) return false;
    if (socket.writableLength > BACKLOG_BYTES_MAX) {
      socket.destroy();
      return false;
    }
    socket.write(`${JSON.stringify(reply)}\n`);
    return true;
  }

  /** Waits for ts-heartbeat to come back; after `orphanedAfter` everything is given up. */
  #expectReturn(): void {
    const { runner } = this.#options;
    const wait = runner.hello?.orphanedAfter;
    if (wait === undefined) return;
    clearTimeout(this.#orphanTimer);
    this.#orphanTimer = setTimeout(
      () => {
        this.#listener.close();
        rmSync(this.#options.socket, { force: true });
        runner.abandon();
      },
      Math.min(Math.max(wait, 0), TIMER_MS_MAX),
    );
  }
}
