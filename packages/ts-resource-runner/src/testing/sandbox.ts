/** A directory with haresources, recording scripts and a runner of its own, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from '../protocol.js';

/** No test of a runner waits longer for anything. */
const WAIT_MS_MAX = 20_000;
const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url));
const RUNNER = fileURLToPath(new URL('../bin/runner.js', import.meta.url));

/** A connection to the runner that keeps every reply. */
export class Connection {
  readonly replies: Reply[] = [];
  readonly #socket: net.Socket;
  #wake: () => void = () => {};

  constructor(socket: net.Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      this.replies.push(...lines.map((line) => JSON.parse(line) as Reply));
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
  }

  send(request: Request): void {
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Breaks the connection as the death of ts-heartbeat does. */
  break(): void {
    this.#socket.destroy();
  }

  /** Settles when the runner has hung up. */
  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.#socket, 'close');
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** The first reply that passes, also one that is already here. */
  async until<R extends Reply>(passes: (reply: Reply) => reply is R): Promise<R> {
    const end = Date.now() + WAIT_MS_MAX;
    for (;;) {
      const found = this.replies.find(passes);
      if (found !== undefined) return found;
      if (this.isClosed || Date.now() > end) {
        throw new Error(`no such reply among ${JSON.stringify(this.replies, null, 1)}`);
      }
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        new Promise((resolve) => setTimeout(resolve, WAIT_MS_MAX).unref()),
      ]);
    }
  }

  done(id: number): Promise<Reply & { op: 'done' }> {
    return this.until((reply): reply is Reply & { op: 'done' } => {
      return reply.op === 'done' && reply.id === id;
    });
  }

  async held(): Promise<Reply & { op: 'held' }> {
    const before = this.replies.length;
    this.send({ op: 'held' });
    return this.until((reply): reply is Reply & { op: 'held' } => {
      return reply.op === 'held' && this.replies.indexOf(reply) >= before;
    });
  }

  get lines(): string[] {
    return this.replies.flatMap((reply) =>
      reply.op === 'log' && reply.severity !== 'debug' ? [`${reply.severity}: ${reply.text}`] : [],
    );
  }
}

export class Sandbox {
  readonly directory = mkdtempSync(`${os.tmpdir()}/ts-runner-`);
  readonly socket = `${this.directory}/runner`;
  readonly debugLog = `${this.directory}/ha-debug`;
  readonly #runners: ChildProcess[] = [];
  readonly #connections: Connection[] = [];

  constructor(haresources: string, scripts: readonly string[]) {
    mkdirSync(`${this.directory}/ha.d/resource.d`, { recursive: true });
    mkdirSync(`${this.directory}/state`);
    writeFileSync(`${this.directory}/ha.d/haresources`, `${haresources}\n`);
    writeFileSync(this.path('calls'), '');
    for (const script of scripts) this.script(script, '');
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  /** A script that records its calls and keeps a state; `body` comes before, with $verb. */
  script(name: string, body: string): void {
    const text = `#!/bin/sh
for verb in "$@"; do :; done
say() { echo "${name} $*" >>"${this.path('calls')}"; }
say "$@"
${body}
case $verb in
  start) : >"${this.path('state')}/${name}" ;;
  stop) rm -f "${this.path('state')}/${name}" ;;
  status) if [ -e "${this.path('state')}/${name}" ]; then echo running; else echo stopped; fi ;;
esac
`;
    writeFileSync(this.path(`ha.d/resource.d/${name}`), text, { mode: 0o755 });
  }

  /** Every call so far, `script args verb`. */
  get calls(): string[] {
    return readFileSync(this.path('calls'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  get changes(): string[] {
    return this.calls.filter((call) => !call.endsWith(' status'));
  }

  /** Lets a script that waits for this file go on. */
  touch(name: string): void {
    appendFileSync(this.path(name), '');
  }

  /** Starts a runner; resolves when it listens or has ended. */
  async start(...options: readonly string[]): Promise<ChildProcess> {
    const where = ['--ha-dir', this.path('ha.d'), '--rsctmp', this.path('rsctmp')];
    const runner = spawn(
      process.execPath,
      [RUNNER, ...where, '--socket', this.socket, '--stop-policy', 'stay', ...options],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    this.#runners.push(runner);
    const end = Date.now() + WAIT_MS_MAX;
    while (runner.exitCode === null && Date.now() < end) {
      const socket = net.connect(this.socket);
      const isUp = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      socket.destroy();
      if (isUp) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return runner;
  }

  /** Calls the shell ResourceManager on the same groups. */
  resourceManager(...args: readonly string[]): ChildProcess {
    const variables = {
      HA_DIR: this.path('ha.d'),
      HA_FUNCS: `${SCRIPTS}/shellfuncs`,
      HA_RSCTMP: this.path('rsctmp'),
      HA_CURHOST: 'alpha',
      HA_STOP_POLICY: 'stay',
      HA_LOGFILE: this.path('ha-log'),
    };
    const caller = spawn(`${SCRIPTS}/share/ResourceManager`, args, {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, ...variables },
    });
    this.#runners.push(caller);
    return caller;
  }

  async connect(hello: Partial<Request & { op: 'hello' }> = {}): Promise<Connection> {
    const connection = await this.connectSilently();
    connection.send({
      op: 'hello',
      localNode: 'alpha',
      environment: { HA_DEBUGLOG: this.debugLog, HA_LOGFILE: this.path('ha-log') },
      orphanedAfter: WAIT_MS_MAX,
      ...hello,
    });
    await connection.until((reply): reply is Reply & { op: 'ready' } => reply.op === 'ready');
    return connection;
  }

  /** A connection on which nothing has been said yet. */
  async connectSilently(): Promise<Connection> {
    const socket = net.connect(this.socket);
    await once(socket, 'connect');
    const connection = new Connection(socket);
    this.#connections.push(connection);
    return connection;
  }

  /** Resolves when the file holds a line that passes. */
  async untilCall(passes: (call: string) => boolean): Promise<void> {
    const end = Date.now() + WAIT_MS_MAX;
    while (!this.calls.some(passes)) {
      if (Date.now() > end) throw new Error(`no such call among ${this.calls.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  remove(): void {
    for (const connection of this.#connections) connection.break();
    for (const runner of this.#runners) runner.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
