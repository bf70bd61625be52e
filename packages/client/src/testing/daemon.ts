/** A daemon for tests: the client API's desk on a socket of its own, and a cluster made of values. */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { ApiDesk, type DeskEffect } from '@ts-heartbeat/core/api/desk';
import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView } from '@ts-heartbeat/core/view';

/** What a test may want of the pair `alpha` and `beta` with the ping node `gw`. */
export interface TestDaemonOptions {
  readonly autoFailback?: string;
  readonly keepalive?: number;
}

export class TestDaemon {
  readonly socketPath: string;
  view: ClusterView = {
    localNode: 'alpha',
    generation: 1,
    nodes: [
      { name: 'gw', type: 'ping', status: 'ping', links: [{ name: 'gw', status: 'up' }] },
      {
        name: 'alpha',
        type: 'normal',
        status: 'active',
        links: [{ name: 'eth0', status: 'dead' }],
      },
      { name: 'beta', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
    ],
    resources: 'local',
  };
  readonly #directory: string;
  readonly #server: net.Server;
  readonly #desk: ApiDesk;
  readonly #sockets = new Map<number, net.Socket>();
  readonly #locals: Message[] = [];
  #next = 1;
  #wake: (() => void) | undefined;

  private constructor(options: TestDaemonOptions) {
    this.#directory = mkdtempSync(path.join(os.tmpdir(), 'daemon-'));
    this.socketPath = path.join(this.#directory, 'register');
    const uid = process.geteuid?.() ?? 0;
    const gid = process.getegid?.() ?? 0;
    this.#desk = new ApiDesk({
      apiauth: ['ipfail', 'anon'].map((client) => ({ client, uids: [uid], gids: [gid] })),
      parameters: new Map(
        options.autoFailback === undefined ? [] : [['auto_failback', options.autoFailback]],
      ),
      deadtime: 6000,
      keepalive: options.keepalive ?? 1000,
      version: '3.0.6',
      logFacility: -1,
      processExists: () => true,
    });
    this.#server = net.createServer((socket) => this.#accept(socket, { uid, gid }));
  }

  static async start(options: TestDaemonOptions = {}): Promise<TestDaemon> {
    const daemon = new TestDaemon(options);
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.socketPath, resolve));
    return daemon;
  }

  notify(message: Message): void {
    this.#perform(this.#desk.notify('normal', message, this.view));
  }

  /** The next message that a client has sent to the cluster. */
  async nextLocal(): Promise<Message> {
    for (;;) {
      const message = this.#locals.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #accept(socket: net.Socket, owner: { readonly uid: number; readonly gid: number }): void {
    const id = this.#next++;
    const reader = new ApiFrameReader();
    this.#sockets.set(id, socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const message of reader.push(chunk).messages) {
        const peer = { pid: process.pid, ...owner };
        this.#perform(this.#desk.receive(id, peer, message, this.view));
      }
    });
    socket.on('close', () => {
      this.#sockets.delete(id);
      this.#perform(this.#desk.leave(id, 'EOF', this.view));
    });
  }

  #perform(effects: readonly DeskEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        this.#sockets.get(effect.connection)?.write(encodeApiFrame(effect.message));
      } else if (effect.kind === 'close') this.#sockets.get(effect.connection)?.end();
      else if (effect.kind === 'local') {
        this.#locals.push(effect.message);
        this.#wake?.();
      }
    }
  }
}
