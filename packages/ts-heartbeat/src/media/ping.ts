/** `ping` and `ping_group`: pseudo-members that are alive while they answer echo requests. */
import { lookup } from 'node:dns/promises';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { Millis } from '@ts-heartbeat/core/time';
import { Complaint } from './complaint.js';
import type { Medium, Surroundings } from './medium.js';
import type { Pinger } from './pinger.js';

export type PingLine = Extract<MediumLine, { kind: 'ping' | 'ping6' | 'ping_group' }>;

/**
 * Requests whose answers are still welcome (the genuine window of a ping_group, heartbeat 3.0.6).
 */
const WINDOW = 128;

/** How often the name of a host that could not be found is looked up again. */
const LOOKUP_INTERVAL: Millis = 10_000;

/**
 * The payload of a request is the message that the node wants to hear back; the answer brings it
 * home. A group gets the same packet for every member, and the first answer counts: so it is alive
 * while any member is.
 */
export class PingMedium implements Medium {
  readonly form = 'datagram' as const;
  readonly link: string;
  /** What stands in the field `info` of the messages of this medium. */
  readonly info: 'ping' | 'ping_group';
  readonly #hosts: readonly string[];
  readonly #family: 4 | 6;
  readonly #pinger: Pinger;
  readonly #around: Surroundings;
  readonly #trouble: Complaint;
  /** By host; a host without address has not been found yet. */
  readonly #addresses = new Map<string, string>();
  /** Sequence numbers that were sent and not yet answered, oldest first. */
  readonly #open = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(line: PingLine, pinger: Pinger, around: Surroundings) {
    this.link = line.kind === 'ping_group' ? line.name : line.host;
    this.info = line.kind === 'ping_group' ? 'ping_group' : 'ping';
    this.#hosts = line.kind === 'ping_group' ? line.hosts : [line.host];
    this.#family = line.kind === 'ping6' ? 6 : 4;
    this.#pinger = pinger;
    this.#around = around;
    this.#trouble = new Complaint(around.say, around.clock);
  }

  async open(): Promise<void> {
    if (this.#family === 6) {
      const text = `glib: ping6 ${this.link}: echo requests over IPv6 are not supported`;
      this.#around.say('error', text);
      return;
    }
    this.#pinger.subscribe((address, seq, payload) => this.#answered(address, seq, payload));
    await this.#resolve();
    const what = this.info === 'ping' ? 'ping heartbeat' : 'ping group heartbeat';
    this.#around.say('info', `glib: ${what} started.`);
  }

  send(bytes: Uint8Array): void {
    if (this.#addresses.size === 0) return;
    const seq = this.#pinger.nextSeq();
    this.#open.add(seq);
    if (this.#open.size > WINDOW) {
      const [oldest] = this.#open;
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    for (const address of this.#addresses.values()) {
      if (!this.#pinger.send(address, seq, bytes)) {
        this.#trouble.say('error', `glib: Error sending packet: ${this.info} ${address}`);
      }
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    return Promise.resolve();
  }

  #answered(address: string, seq: number, payload: Uint8Array): void {
    if (this.#closed || !this.#open.has(seq)) return;
    if (![...this.#addresses.values()].includes(address)) return;
    this.#open.delete(seq);
    this.#trouble.over();
    this.#around.received(this, { form: 'datagram', bytes: payload });
  }

  /** Looks up the hosts that have no address yet, and those still missing again later. */
  async #resolve(): Promise<void> {
    for (const host of this.#hosts) {
      if (this.#addresses.has(host)) continue;
      try {
        const { address } = await lookup(host, { family: 4 });
        this.#addresses.set(host, address);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.#around.say('error', `glib: unknown host: ${host}: ${text}`);
      }
    }
    if (this.#addresses.size < this.#hosts.length && !this.#closed) {
      this.#timer = setTimeout(() => void this.#resolve(), LOOKUP_INTERVAL);
    }
  }
}
