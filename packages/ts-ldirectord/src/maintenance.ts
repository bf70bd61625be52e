/** Servers that an operator takes out of service by putting a file into `maintenancedir`. */
import { lookupService } from 'node:dns/promises';
import { readdirSync } from 'node:fs';
import { bracketed } from './config/address.js';
import type { Configuration } from './config/config.js';

/** A server as the director is told of it. */
export interface HeldServer {
  readonly address: string;
  readonly port: number;
}

/** How long the name of an address is remembered; genuine asks before every single check. */
const NAME_MS = 60_000;

/**
 * The names a file may have to hold a server (ldirectord 4.12): address, full and short host name,
 * each with and without the port.
 */
export function maintenanceNames(
  { address, port }: HeldServer,
  host: string | undefined,
): readonly string[] {
  const short = /^([a-z][a-z0-9-]+)\./.exec(host ?? '')?.[1];
  return [bracketed(address), host, short]
    .filter((name) => name !== undefined)
    .flatMap((name) => [`${name}:${port}`, name]);
}

/** Looks into the directory again and again. */
export class MaintenanceWatch {
  readonly #clock: () => number;
  readonly #names = new Map<string, { readonly host: string | undefined; readonly at: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The servers of the configuration that are held now. */
  async held(configuration: Configuration): Promise<readonly HeldServer[]> {
    const files = filesOf(configuration.globals.maintenanceDirectory);
    if (files.size === 0) return [];
    const servers = serversOf(configuration);
    const found = await Promise.all(
      servers.map(async (server) => {
        const byAddress = maintenanceNames(server, undefined).some((name) => files.has(name));
        if (byAddress) return true;
        const host = await this.#hostOf(server.address);
        return maintenanceNames(server, host).some((name) => files.has(name));
      }),
    );
    return servers.filter((_, index) => found[index]);
  }

  async #hostOf(address: string): Promise<string | undefined> {
    const now = this.#clock();
    const known = this.#names.get(address);
    if (known && now - known.at < NAME_MS) return known.host;
    const host = await lookupService(address, 0).then(
      ({ hostname }) => (hostname === address ? undefined : hostname),
      () => undefined,
    );
    this.#names.set(address, { host, at: now });
    return host;
  }
}

function filesOf(directory: string | undefined): ReadonlySet<string> {
  if (directory === undefined) return new Set();
  try {
    return new Set(readdirSync(Buffer.from(directory, 'latin1'), 'latin1'));
  } catch {
    return new Set();
  }
}

/** Each address and port once. */
function serversOf(configuration: Configuration): readonly HeldServer[] {
  const servers = new Map<string, HeldServer>();
  for (const { reals } of configuration.virtuals) {
    for (const { name, address, port } of reals) servers.set(name, { address, port });
  }
  return [...servers.values()];
}
