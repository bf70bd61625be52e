/** A site inside a virtual machine: every order goes to the agent there. */

import { connect, type Socket } from 'node:net';
import { LineCutter } from '../lines.js';
import type { Entry, HostSpec, Line, Outcome, RunOptions, Site, Task } from '../site.js';
import type { OrderName, Orders, Report } from './orders.js';

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** What is known here of a task in the machine. */
interface Watched {
  onLine(line: Line): void;
  onEnd(code: number): void;
}

export class RemoteSite implements Site {
  /** The machine has booted and takes orders. */
  readonly ready: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #watched = new Map<number, Watched>();
  #next = 1;
  #gone: Error | undefined;
  #setReady: () => void = () => {};
  #notReady: (error: Error) => void = () => {};

  /** Talks through the socket at `path`, the other side of the agent's port. */
  constructor(path: string) {
    this.ready = new Promise((resolve, reject) => {
      this.#setReady = resolve;
      this.#notReady = reject;
    });
    this.ready.catch(() => {});
    this.#socket = connect(path);
    const cutter = new LineCutter((line) => this.#take(JSON.parse(line) as Report));
    this.#socket.on('data', (chunk) => cutter.push(chunk));
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.on('close', () => this.#lose(new Error('the virtual machine has ended')));
  }

  now(): Promise<number> {
    return this.#order('now', []);
  }

  async addHost(spec: HostSpec): Promise<void> {
    await this.#order('addHost', [spec]);
  }

  async powerOn(host: string): Promise<void> {
    await this.#order('powerOn', [host]);
  }

  async powerOff(host: string): Promise<void> {
    await this.#order('powerOff', [host]);
  }

  async unplug(host: string): Promise<void> {
    await this.#order('unplug', [host]);
  }

  async plug(host: string): Promise<void> {
    await this.#order('plug', [host]);
  }

  run(host: string, argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.#order('run', [host, argv, options]);
  }

  start(
    host: string,
    argv: readonly string[],
    onLine: (line: Line) => void,
    entry: Entry = 'host',
  ): Promise<Task> {
    return this.#task(onLine, 'start', [host, argv, entry]);
  }

  follow(host: string, file: string, onLine: (line: Line) => void): Promise<Task> {
    return this.#task(onLine, 'follow', [host, file]);
  }

  async put(host: string, path: string, text: string, mode = 0o644): Promise<void> {
    await this.#order('put', [host, path, text, mode]);
  }

  readNet(host: string, file: string): Promise<string> {
    return this.#order('readNet', [host, file]);
  }

  /** Hangs up; whoever started the machine ends it. */
  async close(): Promise<void> {
    this.#socket.destroy();
    this.#lose(new Error('the lab is closed'));
  }

  #order<K extends OrderName>(order: K, args: Orders[K]['args']): Promise<Orders[K]['answer']> {
    return this.#send(this.#next++, order, args);
  }

  #send<K extends OrderName>(
    id: number,
    order: K,
    args: Orders[K]['args'],
  ): Promise<Orders[K]['answer']> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        resolve: (answer) => resolve(answer as Orders[K]['answer']),
        reject,
      });
      this.#socket.write(`${JSON.stringify({ id, order, args })}\n`);
    });
  }

  async #task<K extends 'start' | 'follow'>(
    onLine: (line: Line) => void,
    order: K,
    args: Orders[K]['args'],
  ): Promise<Task> {
    const id = this.#next++;
    const ended = new Promise<number>((resolve) => {
      this.#watched.set(id, { onLine, onEnd: resolve });
    });
    await this.#send(id, order, args);
    return {
      ended,
      write: (text) => void this.#order('write', [id, text]).catch(() => {}),
      stop: async () => {
        await this.#order('stop', [id]);
      },
    };
  }

  #take(report: Report): void {
    if ('ready' in report) {
      this.#setReady();
    } else if ('task' in report) {
      const watched = this.#watched.get(report.task);
      if ('line' in report) {
        watched?.onLine(report.line);
      } else {
        this.#watched.delete(report.task);
        watched?.onEnd(report.ended);
      }
    } else {
      const pending = this.#pending.get(report.id);
      this.#pending.delete(report.id);
      if ('error' in report) pending?.reject(new Error(report.error));
      else pending?.resolve(report.answer);
    }
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    this.#notReady(this.#gone);
    for (const pending of this.#pending.values()) pending.reject(this.#gone);
    this.#pending.clear();
    for (const watched of this.#watched.values()) watched.onEnd(137);
    this.#watched.clear();
  }
}
