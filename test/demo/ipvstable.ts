/** The kernel's IPVS table as /proc/net/ip_vs shows it, turned into what `ipvsadm -Ln` prints. */

export interface RealServer {
  readonly address: string;
  readonly forward: string;
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
}

export interface VirtualService {
  readonly protocol: string;
  readonly address: string;
  readonly scheduler: string;
  readonly servers: readonly RealServer[];
}

/** `C0A8880A:0050` is 192.168.136.10:80. */
function address(hex: string): string {
  const match = /^([0-9A-F]{8}):([0-9A-F]{4})$/i.exec(hex);
  if (match === null) return hex;
  const [, ip = '', port = ''] = match;
  const bytes = ip.match(/../g) ?? [];
  return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${Number.parseInt(port, 16)}`;
}

/** Reads /proc/net/ip_vs, or the output of `ipvsadm -Ln`; other lines are passed over. */
export function parseTable(text: string): readonly VirtualService[] {
  const services: (VirtualService & { readonly servers: RealServer[] })[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [first = '', second = '', third = ''] = words;
    if (first === 'TCP' || first === 'UDP') {
      services.push({ protocol: first, address: address(second), scheduler: third, servers: [] });
    } else if (first === '->' && /:[0-9A-Fa-f]+$/.test(second) && words.length >= 6) {
      const [weight = 0, active = 0, inactive = 0] = words.slice(3).map(Number);
      const server = { address: address(second), forward: third, weight, active, inactive };
      services.at(-1)?.servers.push(server);
    }
  }
  return services;
}

/** The lines of `ipvsadm -Ln` without its head. */
export function printTable(services: readonly VirtualService[]): readonly string[] {
  return services.flatMap((service) => [
    `${service.protocol}  ${service.address} ${service.scheduler}`,
    ...service.servers.map(
      (server) =>
        `  -> ${server.address.padEnd(28)} ${server.forward.padEnd(7)} ` +
        `${String(server.weight).padEnd(6)} ${String(server.active).padEnd(10)} ${server.inactive}`,
    ),
  ]);
}
