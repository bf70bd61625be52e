/** `serial`: messages over a null-modem cable. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { Framing } from '@ts-heartbeat/core/message/framing';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import { SerialPort } from 'serialport';
import { Complaint } from './complaint.js';
import { noticeHangUp } from './hangup.js';
import { type Medium, type Surroundings, UnusableMedium } from './medium.js';
import { lockTty, TTY_LOCK_DIRECTORY, type TtyLock } from './ttylock.js';

export type SerialLine = Extract<MediumLine, { kind: 'serial' }>;

export interface SerialOptions {
  /**
   * RTS/CTS flow control. The genuine medium always turns it on, so that the cable must wire these
   * lines; off is for cables that do not.
   */
  readonly rtscts?: boolean;
  readonly lockDirectory?: string;
}

/**
 * Bytes that may wait to be written: some sixteen messages, two seconds at 19200 baud. What does
 * not fit is dropped, because a keepalive that arrives later than its successor is worth nothing.
 */
const QUEUE_BYTES_MAX = 4096;

/** How long one write may take before the line counts as stuck (heartbeat 3.0.6). */
const WRITE_TIMEOUT: Millis = 500;

/** The pause before a line that hung up is opened again, doubled up to the longest. */
const REOPEN_FIRST: Millis = 500;
const REOPEN_LONGEST: Millis = 10_000;

export class SerialMedium implements Medium {
  readonly form = 'frame' as const;
  readonly link: string;
  readonly #baud: number;
  readonly #rtscts: boolean;
  readonly #lockDirectory: string;
  readonly #around: Surroundings;
  readonly #trouble: Complaint;
  readonly #stuck: Complaint;
  #port: SerialPort | undefined;
  #lock: Extract<TtyLock, { ok: true }> | undefined;
  #framing = new Framing();
  /** When the oldest write that is still under way was begun. */
  #writing: Instant[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pause: Millis = REOPEN_FIRST;
  #closed = false;

  constructor(line: SerialLine, around: Surroundings, options: SerialOptions = {}) {
    this.link = line.path;
    this.#baud = line.baud;
    this.#rtscts = options.rtscts ?? true;
    this.#lockDirectory = options.lockDirectory ?? TTY_LOCK_DIRECTORY;
    this.#around = around;
    this.#trouble = new Complaint(around.say, around.clock);
    this.#stuck = new Complaint(around.say, around.clock);
  }

  /** @throws UnusableMedium when the device is in use, or is no serial line. */
  async open(): Promise<void> {
    const lock = lockTty(this.link, this.#lockDirectory);
    if (!lock.ok) {
      // Without a lock directory there is nobody to collide with.
      if (lock.holder !== undefined) this.#unusable(`cannot lock line ${this.link}`);
      this.#around.say('warn', `glib: cannot lock line ${this.link}: ${lock.reason}`);
    } else {
      this.#lock = lock;
    }
    try {
      await this.#openPort();
    } catch (error) {
      this.#release();
      const text = error instanceof Error ? error.message : String(error);
      if (/Inappropriate ioctl/i.test(text)) {
        this.#unusable('cannot get tty attributes: Inappropriate ioctl for device');
      }
      this.#unusable(`cannot open ${this.link}: ${text}`);
    }
    this.#around.say(
      'info',
      `glib: Starting serial heartbeat on tty ${this.link} (${this.#baud} baud)`,
    );
  }

  send(bytes: Uint8Array): void {
    const port = this.#port;
    if (port === undefined || !port.isOpen) return;
    const now = this.#around.clock();
    const oldest = this.#writing[0];
    const stuck = oldest !== undefined && now - oldest > WRITE_TIMEOUT;
    if (stuck || port.writableLength + bytes.length > QUEUE_BYTES_MAX) {
      // Taken for stuck only when not even the first one went: a burst is no fault of the cable.
      if (stuck) {
        const hint = '(no connection or bad cable? [see documentation])';
        this.#stuck.say('warn', `glib: TTY write timeout on [${this.link}] ${hint}`);
      }
      return;
    }
    this.#writing.push(now);
    port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), () => {
      if (port === this.#port) this.#writing.shift();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const port = this.#port;
    this.#port = undefined;
    if (port?.isOpen === true) await new Promise<void>((resolve) => port.close(() => resolve()));
    this.#release();
  }

  #unusable(reason: string): never {
    throw new UnusableMedium('serial', this.link, reason);
  }

  #release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** Opens the device; rejects when that fails. */
  async #openPort(): Promise<void> {
    const port = new SerialPort({
      path: this.link,
      baudRate: this.#baud,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      rtscts: this.#rtscts,
      hupcl: false,
      // Other programs look at the lock file; an exclusive line would keep out `cat` as well.
      lock: false,
      autoOpen: false,
    });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(error)));
    });
    if (this.#closed) {
      port.close();
      return;
    }
    noticeHangUp(port);
    this.#port = port;
    this.#framing = new Framing();
    this.#writing = [];
    port.on('data', (bytes: Buffer) => this.#take(port, bytes));
    port.on('error', (error: Error) => this.#hungUp(port, error.message));
    port.on('close', (error: Error | null) => this.#hungUp(port, error?.message ?? 'Success'));
    // Ends a line of noise that the opening itself may have put before our first frame.
    port.write('\n');
  }

  #take(port: SerialPort, bytes: Buffer): void {
    if (port !== this.#port) return;
    if (this.#trouble.over()) {
      this.#pause = REOPEN_FIRST;
      this.#around.say('info', `glib: serial heartbeat on tty ${this.link} is back`);
    }
    for (const text of this.#framing.push(bytes)) {
      this.#around.received(this, { form: 'frame', text });
    }
  }

  /** The other end is gone, or the device: comes twice at times, so only the first counts. */
  #hungUp(port: SerialPort, text: string): void {
    if (port !== this.#port) return;
    this.#port = undefined;
    this.#writing = [];
    this.#trouble.say('error', `glib: EOF in ttygets [${this.link}]: ${text} [0]`);
    if (port.isOpen) port.close(() => undefined);
    this.#reopenLater();
  }

  #reopenLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#openPort().catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        this.#trouble.say('error', `glib: cannot open ${this.link}: ${text}`);
        this.#reopenLater();
      });
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, REOPEN_LONGEST);
  }
}
