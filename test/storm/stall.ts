/** How long programs of this machine had to wait for a processor. */

import { readFileSync } from 'node:fs';

/**
 * Milliseconds since the machine's start in which some program waited for a processor; 0 where the
 * kernel does not count them. The difference of two is what a busy machine may add to any time.
 */
export function stalledMs(): number {
  try {
    const text = readFileSync('/proc/pressure/cpu', 'latin1');
    return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
