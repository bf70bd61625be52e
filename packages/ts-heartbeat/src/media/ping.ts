/** `ping`, `ping6` and `ping_group`: pseudo-members that are alive while they answer echoes. */
import { linkName, type Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { Millis } from '@ts-heartbeat/core/time';
import { ipv6Bytes, ipv6Text } from '@ts-heartbeat/platform/inet6';
import { Complaint } from './complaint.js';
import { textOfCode } from './errortext.js';
import { addressOfHost } from './hostlookup.js';
import type { Medium, Surroundings } from './medium.js';
import type { Family, Pinger } from './pinger.js';

export type PingLine = Extract<MediumLine, { kind: 'ping' | 'ping6' | 'ping_group' }>;

/**
 * Requests whose answers are still welcome (the genuine window of a ping_group, heartbeat 3.0.6).
 */
const WINDOW = 128;

/** Sequence numbers have 16 bits. */
const SEQUENCE_MASK = 0xffff;

/** How often the name of a host that could not be found is looked up again. */
const LOOKUP_INTERVAL: Millis = 10_000;

/**
 * The payload of a request is the message that the node wants to hear back; the answer brings it
 * home. A group gets the same packet for every member, and the first answer counts: so it is alive
 * while any member is. Requests of each medium are numbered from 0 (heartbeat 3.0.6, measured).
 *
 * An answer counts once, comes from an address we asked, and brings back byte for byte what was
 * sent under its number: late ones may come out of order, all others are as if they had not come.
 */
export class PingMedium implements Medium {
  readonly form = 'datagram' as const;
  readonly link: string;
  readonly #line: PingLine;
  readonly #hosts: readonly string[];
  readonly #family: Family;
  readonly #pinger: Pinger;
  readonly #around: Surroundings;
  readonly #trouble: Complaint;
  /** Hosts that could not be found. */
  readonly #unknown = new Set<string>();
  /** By host; a host without address has not been found yet. */
  readonly #addresses = new Map<string, string>();
  /** What was sent under each number and has not been answered, oldest first. */
  readonly #open = new Map<number, Uint8Array>();
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(line: PingLine, pinger: Pinger, around: Surroundings) {
    this.link = linkName(line);
    this.#line = line;
    this.#hosts = line.kind === 'ping_group' ? line.hosts : [line.host];
    this.#family = line.kind === 'ping6' ? 6 : 4;
    this.#pinger = pinger;
    this.#around = around;
    this.#trouble = new Complaint(around.say, around.clock);
  }

  async open(): Promise<void> {
    this.#pinger.subscribe(this.#family, (...answer) => this.#answered(...answer));
    await this.#resolve();
    // The genuine ping6 says what ping says.
    const what = this.#line.kind === 'ping_group' ? 'ping group heartbeat' : 'ping heartbeat';
    this.#around.say('info', `glib: ${what} started.`);
  }

  send(bytes: Uint8Array): void {
    if (this.#closed || this.#addresses.size === 0) return;
    const seq = this.#seq;
    this.#seq = (seq + 1) & SEQUENCE_MASK;
    this.#open.set(seq, bytes);
    if (this.#open.size > WINDOW) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    let trouble: string | undefined;
    for (const address of this.#addresses.values()) {
      trouble = this.#pinger.send(this.#family, address, seq, bytes) ?? trouble;
    }
    if (trouble === undefined) this.#trouble.over();
    else this.#cannotSend(textOfCode(trouble));
  }

  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    return Promise.resolve();
  }

  #cannotSend(text: string): void {
    if (!this.#trouble.say('error', `glib: Error sending packet: ${text}`)) return;
    const which = `${this.#line.kind} ${this.link}`;
    this.#around.say('error', `write_child: write failure on ${which}.: ${text}`);
  }

  #answered(address: string, seq: number, payload: Uint8Array): void {
    const sent = this.#open.get(seq);
    if (this.#closed || sent === undefined) return;
    if (![...this.#addresses.values()].includes(address)) return;
    if (Buffer.compare(sent, payload) !== 0) return;
    this.#open.delete(seq);
    this.#around.received(this, { form: 'datagram', bytes: payload });
  }

  /**
   * Looks up the hosts that have no address yet, and those still missing again later. That they are
   * unknown was said when ha.cf was read.
   */
  async #resolve(): Promise<void> {
    for (const host of this.#hosts) {
      if (this.#addresses.has(host)) continue;
      try {
        const address = await this.#addressOf(host);
        this.#addresses.set(host, address);
        if (!this.#unknown.delete(host)) continue;
        this.#around.say('info', `glib: host ${host} of ${this.link} is known now: ${address}`);
      } catch {
        this.#unknown.add(host);
      }
    }
    if (this.#unknown.size > 0 && !this.#closed) {
      this.#timer = setTimeout(() => void this.#resolve(), LOOKUP_INTERVAL);
    }
  }

  /** The address in the form in which answers name it. */
  async #addressOf(host: string): Promise<string> {
    if (this.#family === 6) return ipv6Text(ipv6Bytes(host));
    return await addressOfHost(host, 4);
  }
}
