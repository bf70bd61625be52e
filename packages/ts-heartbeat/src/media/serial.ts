/** `serial`: messages over a null-modem cable. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { Framing } from '@ts-heartbeat/core/message/framing';
import type { Millis } from '@ts-heartbeat/core/time';
import { SerialPort } from 'serialport';
import { Complaint } from './complaint.js';
import { errorText } from './errortext.js';
import { descriptorOf, noticeHangUp } from './hangup.js';
import { LinePace } from './linepace.js';
import { LineWriter } from './linewriter.js';
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

/** The pause before a line that hung up is opened again, doubled up to the longest. */
const REOPEN_FIRST: Millis = 500;
const REOPEN_LONGEST: Millis = 10_000;

/** What the last messages need at 9600 baud. */
const LAST_WORDS: Millis = 1000;

export class SerialMedium implements Medium {
  readonly form = 'frame' as const;
  readonly link: string;
  readonly #baud: number;
  readonly #rtscts: boolean;
  readonly #lockDirectory: string;
  readonly #around: Surroundings;
  readonly #trouble: Complaint;
  readonly #stuck: Complaint;
  readonly #slow: Complaint;
  readonly #pace: LinePace;
  #port: SerialPort | undefined;
  #writer: LineWriter | undefined;
  #lock: Extract<TtyLock, { ok: true }> | undefined;
  #framing = new Framing();
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
    this.#slow = new Complaint(around.say, around.clock);
    this.#pace = new LinePace(line.baud);
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
    const writer = this.#writer;
    if (port === undefined || writer === undefined || !port.isOpen) return;
    const now = this.#around.clock();
    if (writer.stuck) {
      this.#emptyByForce(port);
      writer.dropWaiting();
      return;
    }
    if (!this.#pace.mayPut(now)) {
      const text = `glib: more messages for [${this.link}] than ${this.#baud} baud can carry`;
      this.#slow.say('warn', `${text}: some are not sent`);
      return;
    }
    this.#pace.put(bytes.length, now);
    writer.put(bytes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const port = this.#port;
    this.#port = undefined;
    const stuck = this.#writer?.stuck === true;
    this.#writer?.close();
    if (port?.isOpen === true) await shut(port, stuck);
    this.#release();
  }

  /**
   * Nothing goes out: the other end does not read, or there is none. What the kernel holds is
   * thrown away, as heartbeat 3.0.6 does: it is in the way of what is news. Here that is done no
   * more often than it is said, because what has just come in is thrown away with it.
   */
  #emptyByForce(port: SerialPort): void {
    const hint = '(no connection or bad cable? [see documentation])';
    const text = `glib: TTY write timeout on [${this.link}] ${hint}`;
    if (!this.#stuck.say('warn', text)) return;
    const place = 'http://linux-ha.org/wiki/FAQ#TTY_timeout';
    this.#around.say('info', `glib: See ${place} for details`);
    port.flush(() => undefined);
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
      await shut(port, true);
      return;
    }
    noticeHangUp(port);
    this.#port = port;
    this.#framing = new Framing();
    this.#pace.reset();
    this.#writer = new LineWriter(
      () => descriptorOf(port),
      this.#around.clock,
      (error) => this.#hungUp(port, errorText(error)),
    );
    port.on('data', (bytes: Buffer) => this.#take(port, bytes));
    port.on('error', (error: Error) => this.#hungUp(port, error.message));
    port.on('close', (error: Error | null) => this.#hungUp(port, error?.message ?? 'Success'));
    // Ends a line of noise that the opening itself may have put before our first frame.
    this.#writer.put(Buffer.from('\n'));
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
    this.#writer?.close();
    this.#trouble.say('error', `glib: EOF in ttygets [${this.link}]: ${text} [0]`);
    if (port.isOpen) void shut(port, true);
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

/**
 * Closes a port. What the kernel still holds is sent, so that the last words of an orderly end
 * arrive, but it is waited for no longer than that takes: to an end that does not read the kernel
 * would go on sending for half a minute, and keep the line from the next life.
 */
async function shut(port: SerialPort, throwAway: boolean): Promise<void> {
  const sent = !throwAway && (await Promise.race([drained(port), delay(LAST_WORDS, false)]));
  if (!sent) await new Promise<void>((resolve) => port.flush(() => resolve()));
  await new Promise<void>((resolve) => port.close(() => resolve()));
}

function drained(port: SerialPort): Promise<boolean> {
  return new Promise((resolve) => port.drain((error) => resolve(error === null)));
}
