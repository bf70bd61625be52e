/** What all media over UDP share: a socket to send, a socket to receive, and their coming back. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { Millis } from '@ts-heartbeat/core/time';
import type { SocketAsPromised } from 'dgram-as-promised';
import { Complaint } from './complaint.js';
import { errorText } from './errortext.js';
import type { Medium, Surroundings } from './medium.js';
import { type DeviceState, outdated } from './presence.js';

/** The sockets of one open medium. */
export interface UdpChannel {
  readonly sender: SocketAsPromised;
  readonly receiver: SocketAsPromised;
  /** Where messages go: a literal address, because a name would be looked up for every message. */
  readonly address: string;
  /** Address and port as the log shows them. */
  readonly target: string;
  readonly port: number;
  /** Lines for the log, as the genuine medium writes them at its opening. */
  readonly opened: readonly string[];
}

/** How one kind of medium makes its sockets. */
export interface UdpKind {
  readonly kind: Exclude<MediumLine['kind'], 'serial' | 'ping' | 'ping6' | 'ping_group'>;
  readonly device: string;
  /** Makes sockets for the device as it now is. Closes what it made when it fails. */
  open(device: DeviceState): Promise<UdpChannel>;
}

/**
 * How often a device is looked at, and a failed opening tried again. A cable or an address that
 * comes back is so used within about a keepalive; looking costs microseconds.
 */
const LOOK_INTERVAL: Millis = 1000;

export class UdpMedium implements Medium {
  readonly form = 'datagram' as const;
  readonly #kind: UdpKind;
  readonly #around: Surroundings;
  readonly #openTrouble: Complaint;
  readonly #sendTrouble: Complaint;
  #channel: UdpChannel | undefined;
  /** The device that the channel was made for. */
  #device: DeviceState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor(kind: UdpKind, around: Surroundings) {
    this.#kind = kind;
    this.#around = around;
    this.#openTrouble = new Complaint(around.say, around.clock);
    this.#sendTrouble = new Complaint(around.say, around.clock);
  }

  get link(): string {
    return this.#kind.device;
  }

  async open(): Promise<void> {
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL);
    this.#look();
    await this.#opening;
  }

  send(bytes: Uint8Array): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    channel.sender.send(bytes, channel.port, channel.address).then(
      () => this.#sendTrouble.over(),
      (error: unknown) => this.#cannotSend(channel, bytes.length, error),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#opening;
    await this.#drop();
  }

  #cannotSend(channel: UdpChannel, length: number, error: unknown): void {
    if (channel !== this.#channel) return;
    const { kind, device } = this.#kind;
    // The genuine media of IPv6 have no blank between the two.
    const where = channel.target.startsWith('[') ? channel.target : ` ${channel.target}`;
    const text = errorText(error);
    const packet = `HBcomm packet ${device}${where} len=${length} [-1]: ${text}`;
    if (this.#sendTrouble.say('error', `glib: ${kind}_write: Unable to send ${packet}`)) {
      this.#around.say('error', `write_child: write failure on ${kind} ${device}.: ${text}`);
    }
  }

  /** Compares the device with the one that was opened, and opens (again) where that helps. */
  #look(): void {
    if (this.#closed || this.#opening !== undefined) return;
    const { device } = this.#kind;
    const now = this.#around.interfaces(device);
    if (this.#device !== undefined && !outdated(this.#device, now)) return;
    if (now === undefined) {
      const { kind } = this.#kind;
      this.#openTrouble.say('error', `glib: ${kind} [${device}]: no such device. Waiting for it.`);
      return;
    }
    this.#opening = this.#reopen(now).finally(() => {
      this.#opening = undefined;
    });
  }

  async #reopen(device: DeviceState): Promise<void> {
    await this.#drop();
    try {
      const channel = await this.#kind.open(device);
      if (this.#closed) {
        await Promise.allSettled([channel.sender.close(), channel.receiver.close()]);
        return;
      }
      this.#use(channel, device);
    } catch (error) {
      const { kind, device: name } = this.#kind;
      this.#openTrouble.say(
        'error',
        `glib: ${kind} [${name}] cannot be opened: ${errorText(error)}`,
      );
    }
  }

  #use(channel: UdpChannel, device: DeviceState): void {
    this.#channel = channel;
    this.#device = device;
    this.#openTrouble.over();
    this.#sendTrouble.over();
    const receiving = channel.receiver.socket;
    receiving.on('message', (bytes) => {
      if (this.#channel === channel) this.#around.received(this, { form: 'datagram', bytes });
    });
    // After an error a socket is of no use; the next look opens new ones.
    const broken = (error: Error): void => {
      if (this.#channel !== channel) return;
      const { kind, device: name } = this.#kind;
      this.#openTrouble.say('error', `glib: ${kind} [${name}]: ${errorText(error)}`);
      void this.#drop();
    };
    receiving.on('error', broken);
    channel.sender.socket.on('error', broken);
    for (const line of channel.opened) this.#around.say('info', `glib: ${line}`);
  }

  async #drop(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#device = undefined;
    if (channel === undefined) return;
    await Promise.allSettled([channel.sender.close(), channel.receiver.close()]);
  }
}
