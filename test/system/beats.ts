/**
 * Listens to the heartbeats of a node from a host outside the cluster, and tells the longest gap.
 */

import type { Site, Task } from '../lab/site.js';

/** Prints the source and type of every message of the tutorial's multicast group, one a line. */
const LISTENER = `
const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (bytes) => {
  const text = bytes.toString('latin1');
  const of = (name) => new RegExp('^' + name + '=(.*)$', 'm').exec(text)?.[1] ?? '-';
  console.log(of('t') + ' ' + of('src'));
});
socket.bind(694, '225.0.0.1', () => {
  socket.addMembership('225.0.0.1');
  console.log('listening');
});
`;

export class Beats {
  readonly #arrivals = new Map<string, number[]>();
  #task: Task | undefined;

  /** Begins to listen on that host. */
  static async listen(site: Site, host: string): Promise<Beats> {
    const beats = new Beats();
    let ready = (): void => {};
    const listening = new Promise<void>((resolve) => {
      ready = resolve;
    });
    await site.run(host, ['ip', 'route', 'replace', '225.0.0.1', 'dev', 'eth0']);
    beats.#task = await site.start(host, [process.execPath, '-e', LISTENER], ({ at, text }) => {
      if (text === 'listening') ready();
      const [type, source] = text.split(' ');
      if (type === 'status' && source !== undefined) beats.#note(source, at);
    });
    await listening;
    return beats;
  }

  #note(node: string, at: number): void {
    const arrivals = this.#arrivals.get(node) ?? [];
    arrivals.push(at);
    this.#arrivals.set(node, arrivals);
  }

  /** The longest time between two heartbeats of a node, of those that came between two instants. */
  longestGapMs(node: string, from: number, to: number): number {
    const arrivals = (this.#arrivals.get(node) ?? []).filter((at) => at >= from && at <= to);
    const times = [from, ...arrivals, to];
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }

  async stop(): Promise<void> {
    await this.#task?.stop();
  }
}
