/** A watchdog device: the kernel resets the machine when nobody writes to it in time. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { type Libc, libc } from './native.js';

/** `_IOWR('W', 6, int)` of linux/watchdog.h. */
const WDIOC_SETTIMEOUT = 0xc0045706;

/** What tells a watchdog that its closing is meant (linux/watchdog.h). */
const MAGIC_CLOSE = 'V';

export class WatchdogDevice {
  readonly #fd: number;
  readonly #native: Pick<Libc, 'ioctl'> | null;

  private constructor(fd: number, native: Pick<Libc, 'ioctl'> | null) {
    this.#fd = fd;
    this.#native = native;
  }

  /**
   * Opens the device for writing, which starts it: from now on it wants to be fed. It is not handed
   * down to children. `native` is for tests.
   *
   * @throws the system's error.
   */
  static open(path: string, native: Pick<Libc, 'ioctl'> | null = libc()): WatchdogDevice {
    // Without waiting: a FIFO nobody reads would hold up the caller for ever.
    return new WatchdogDevice(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), native);
  }

  /** After how many whole seconds without food it bites; returns why that cannot be set. */
  setTimeout(seconds: number): string | undefined {
    if (this.#native === null) return 'Function not implemented';
    const argument = new Uint8Array(4);
    new DataView(argument.buffer).setInt32(0, seconds, true);
    const result = this.#native.ioctl(this.#fd, WDIOC_SETTIMEOUT, argument);
    return result < 0 ? systemErrorText(result) : undefined;
  }

  /** Feeds it; returns why that failed. */
  feed(): string | undefined {
    return this.#write('\0');
  }

  /** Says that the closing that follows is meant; returns why that failed. */
  disarm(): string | undefined {
    return this.#write(MAGIC_CLOSE);
  }

  /** Closes the device. A watchdog that was not disarmed goes on counting. */
  close(): void {
    closeSync(this.#fd);
  }

  #write(text: string): string | undefined {
    try {
      writeSync(this.#fd, text);
      return undefined;
    } catch (error) {
      const code = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
      return systemErrorText(code);
    }
  }
}

/** A negative error number in the words of strerror. */
export function systemErrorText(errno: number): string {
  const [, text = `Unknown error ${-errno}`] = getSystemErrorMap().get(errno) ?? [];
  return text.charAt(0).toUpperCase() + text.slice(1);
}
