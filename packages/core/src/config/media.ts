/** The media of ha.cf: the wires a cluster speaks over. Two media may share one link name. */

export type Medium =
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number }
  | { readonly kind: 'bcast'; readonly device: string; readonly port: number }
  | {
      readonly kind: 'mcast' | 'mcast6';
      readonly device: string;
      readonly group: string;
      readonly port: number;
      readonly ttl: number;
      readonly loop: 0 | 1;
    }
  | {
      readonly kind: 'ucast' | 'ucast6';
      readonly device: string;
      /** As written in ha.cf; resolved when the medium is opened. */
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'ping' | 'ping6'; readonly host: string }
  | { readonly kind: 'ping_group'; readonly name: string; readonly hosts: readonly string[] };

/**
 * The name a medium has in "Link node:name" and in `cl_status listhblinks`: the serial device's
 * path, the interface, or the ping node's own name (heartbeat 3.0.6).
 */
export function linkName(medium: Medium): string {
  switch (medium.kind) {
    case 'serial':
      return medium.path;
    case 'ping':
    case 'ping6':
      return medium.host;
    case 'ping_group':
      return medium.name;
    default:
      return medium.device;
  }
}

/** True for the pseudo-members `ping`, `ping6` and `ping_group`. */
export function isPing(
  medium: Medium,
): medium is Extract<Medium, { kind: 'ping' | 'ping6' | 'ping_group' }> {
  return medium.kind === 'ping' || medium.kind === 'ping6' || medium.kind === 'ping_group';
}
