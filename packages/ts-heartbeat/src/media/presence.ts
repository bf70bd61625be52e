/** Whether the network device under open sockets is still the one they were made for. */

/** What matters of a network device; the shape of `networkInterface` in platform. */
export interface DeviceState {
  readonly index: number;
  readonly address: string | undefined;
  readonly broadcast: string | undefined;
}

/** Looks a device up by name; undefined when there is none. */
export type InterfaceLookup = (name: string) => DeviceState | undefined;

/**
 * True when sockets opened on `before` are of no use on `now`: the device was made anew (its old
 * memberships and bindings went with it), or it has another address. A device that has just lost
 * its address or is gone altogether is no reason: nothing better can be opened, and what is open
 * works again when the same device comes back.
 */
export function outdated(before: DeviceState, now: DeviceState | undefined): boolean {
  if (now === undefined) return false;
  if (now.index !== before.index) return true;
  const differs = (old: string | undefined, current: string | undefined): boolean =>
    current !== undefined && current !== old;
  return differs(before.address, now.address) || differs(before.broadcast, now.broadcast);
}
