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
/** A name server that does not answer holds up no start, reload or look for longer than this. */
const NAME_WAIT_MS = 500;
/** Lookups side by side: they wait in threads, of which a reload needs some. */
const LOOKUPS_MAX = 2;

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

export type HostLookup = (address: string) => Promise<string | undefined>;

/** Looks into the directory again and again. */
export class MaintenanceWatch {
  readonly #clock: () => number;
  readonly #lookup: HostLookup;
  readonly #names = new Map<string, { readonly host: string | undefined; readonly at: number }>();
  /** Addresses whose names are wanted, in order; the first ones are being looked up. */
  readonly #wanted = new Map<string, Promise<void>>();
  #free = LOOKUPS_MAX;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: () => number, lookup: HostLookup = hostOf) {
    this.#clock = clock;
    this.#lookup = lookup;
  }

  /**
   * The servers of the configuration that are held now. A name that is not known in time counts
   * from the call on that finds it known.
   */
  async held(configuration: Configuration): Promise<readonly HeldServer[]> {
    const files = filesOf(configuration.globals.maintenanceDirectory);
    if (files.size === 0) return [];
    const servers = serversOf(configuration);
    const isHeld = (server: HeldServer, host: string | undefined): boolean =>
      maintenanceNames(server, host).some((name) => files.has(name));
    const rest = servers.filter((server) => !isHeld(server, undefined));
    const lookups = [...new Set(rest.map(({ address }) => address))].map((address) =>
      this.#learn(address),
    );
    await inTime(Promise.all(lookups), NAME_WAIT_MS);
    return servers.filter((server) => isHeld(server, this.#names.get(server.address)?.host));
  }

  /** Resolves when the name of an address is known, or that it has none. */
  #learn(address: string): Promise<void> {
    const known = this.#names.get(address);
    if (known && this.#clock() - known.at < NAME_MS) return Promise.resolve();
    const before = this.#wanted.get(address);
    if (before) return before;
    const learned = this.#ask(address).finally(() => this.#wanted.delete(address));
    this.#wanted.set(address, learned);
    return learned;
  }

  async #ask(address: string): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    const host = await this.#lookup(address);
    this.#names.set(address, { host, at: this.#clock() });
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

function hostOf(address: string): Promise<string | undefined> {
  return lookupService(address, 0).then(
    ({ hostname }) => (hostname === address ? undefined : hostname),
    () => undefined,
  );
}

/** Waits for a promise, but not for long. */
async function inTime(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
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
