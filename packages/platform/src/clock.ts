/** The clocks of this machine, in the form the pure parts take them. */
import { readFileSync } from 'node:fs';

/** The present: the same shape as the core's `Now`. */
export interface Present {
  /** Monotonic clock, milliseconds with fractions. Never steps back. */
  readonly at: number;
  /** Wall clock, whole seconds since 1970. May step at any time. */
  readonly wall: number;
  /** The text of /proc/loadavg without its newline; empty where it cannot be read. */
  readonly load: string;
}

export interface Clock {
  /** Monotonic milliseconds alone, for measuring. */
  at(): number;
  now(): Present;
}

/** The kernel computes the load every 5 s: reading it once a second is enough. */
const LOAD_AGE_MS_MAX = 1000;

function readLoad(path: string): string {
  try {
    return readFileSync(path, 'latin1').trimEnd();
  } catch {
    return '';
  }
}

/** The real clocks. `loadavg` is the file to read the load from. */
export function systemClock(loadavg = '/proc/loadavg'): Clock {
  let load = '';
  let loadReadAt = Number.NEGATIVE_INFINITY;
  const at = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
  return {
    at,
    now: () => {
      const present = at();
      if (present - loadReadAt >= LOAD_AGE_MS_MAX) {
        load = readLoad(loadavg);
        loadReadAt = present;
      }
      return { at: present, wall: Math.floor(Date.now() / 1000), load };
    },
  };
}
