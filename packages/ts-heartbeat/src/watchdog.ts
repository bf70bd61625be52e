/**
 * The directive `watchdog`: a device that resets this machine when the daemon no longer sends its
 * heartbeats. It is fed where they are sent, by nothing else, so a loop that hangs starves it.
 */
import type { Millis } from '@ts-heartbeat/core/time';
import { WatchdogDevice } from '@ts-heartbeat/platform/watchdog';
import type { Say } from './say.js';

/** What heartbeat 3.0.6 adds to deadtime before it rounds up to seconds. */
const MARGIN: Millis = 10;

/** A device as this file needs it; tests bring their own. */
export type OpenDevice = (
  path: string,
) => Pick<WatchdogDevice, 'setTimeout' | 'feed' | 'disarm' | 'close'>;

export interface WatchdogParts {
  readonly path: string;
  readonly deadtime: Millis;
  readonly say: Say;
  readonly open?: OpenDevice;
}

/** After how many seconds without a heartbeat the machine is reset (heartbeat 3.0.6). */
export function watchdogSeconds(deadtime: Millis): number {
  return Math.ceil((deadtime + MARGIN) / 1000);
}

/**
 * A watchdog in use. A life of the daemon that ends in order disarms it, also where another life
 * follows; one that crashes does not: if no other life has opened the device before it bites, the
 * machine is reset. Texts and severities are those of heartbeat 3.0.6.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  #device: ReturnType<OpenDevice> | undefined;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
  }

  /** Opens the device and starts it. One that cannot be had is only told of. */
  begin(): void {
    const { path, deadtime, say, open = (place) => WatchdogDevice.open(place) } = this.#parts;
    try {
      this.#device = open(path);
    } catch {
      say('error', `Cannot open watchdog device: ${path}`);
      return;
    }
    say('notice', `Using watchdog device: ${path}`);
    const seconds = watchdogSeconds(deadtime);
    const failure = this.#device.setTimeout(seconds);
    const timer = `watchdog timer to ${seconds} seconds.`;
    if (failure === undefined) say('info', `Set ${timer}`);
    else say('error', `WDIOC_SETTIMEOUT: Failed to set ${timer}: ${failure}`);
    this.feed();
  }

  /** A heartbeat of ours has been sent. */
  feed(): void {
    const { path, say } = this.#parts;
    const failure = this.#device?.feed();
    if (failure === undefined) return;
    say('error', `Watchdog write failure: closing ${path}!: ${failure}`);
    this.end();
  }

  /** An orderly end: nobody will feed the device, and that is meant. Harmless when repeated. */
  end(): void {
    const { path, say } = this.#parts;
    const device = this.#device;
    if (device === undefined) return;
    this.#device = undefined;
    const failure = device.disarm();
    if (failure !== undefined) {
      say('error', `Watchdog write magic character failure: closing ${path}!: ${failure}`);
    }
    device.close();
  }
}
