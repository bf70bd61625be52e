/** Which servers reminders are due for. */
import type { DirectorState } from '../director/state.js';
import { withPort } from '../ipvs/address.js';
import { serverKey } from './alerts.js';

/**
 * Nobody is reminded of servers that are never checked, and so are an operator's affair. By both
 * names that a notice may have for a server: the kernel's port and the configured one.
 */
export function serversDown({ virtuals }: DirectorState): ReadonlySet<string> {
  const down = new Set<string>();
  for (const { virtual, reals } of virtuals) {
    if (virtual.check.type === 'off') continue;
    for (const { real, place, status } of reals) {
      if (status !== 'down') continue;
      down.add(serverKey(virtual.id, real.name));
      down.add(serverKey(virtual.id, withPort(place.address, place.port)));
    }
  }
  return down;
}
