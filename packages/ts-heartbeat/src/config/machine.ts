/** What the real machine answers when a configuration is read. */
import { lookup } from 'node:dns/promises';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { looseIpv4 } from '@ts-heartbeat/core/config/address';
import type { ConfigFile } from '@ts-heartbeat/core/config/file';
import { parseHaCf } from '@ts-heartbeat/core/config/hacf';
import type { Machine, Resolution } from '@ts-heartbeat/core/config/machine';
import { networkInterface } from '@ts-heartbeat/platform/interface';
import { systemAccounts } from './accounts.js';
import { parseServices } from './services.js';
import { systemStonithTypes } from './stonithtypes.js';

/** Hosts looked up for one configuration: ha.cf has room for more, no cluster needs them. */
const HOSTS_MAX = 1000;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function fileKind(path: string): 'none' | 'character device' | 'other' {
  try {
    return statSync(path).isCharacterDevice() ? 'character device' : 'other';
  } catch {
    return 'none';
  }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * The words of heartbeat 3.0.6, which prints the error number that is left behind: none at all
 * where the answer was that there is no such host.
 */
const NO_SUCH_HOST: Resolution = { reason: 'Success' };
const NO_ANSWER: Resolution = { reason: 'Resource temporarily unavailable' };

async function resolve(host: string): Promise<Resolution> {
  // Such as 0x7f000001: gethostbyname, unlike getaddrinfo, takes it for a name.
  if (looseIpv4(host) !== undefined) return NO_SUCH_HOST;
  try {
    const found = await lookup(host, { family: 4, all: true });
    const addresses = found.filter(({ family }) => family === 4).map(({ address }) => address);
    return addresses.length === 0 ? NO_SUCH_HOST : { addresses };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EAI_AGAIN' ? NO_ANSWER : NO_SUCH_HOST;
  }
}

/** Everything but host names, which take time: none can be resolved. */
function systemMachine(directory: string): Machine {
  const accounts = systemAccounts();
  const services = parseServices(readText('/etc/services') ?? '');
  const stonithTypes = systemStonithTypes();
  const nodeinfo = readText(`${directory}/nodeinfo`);
  return {
    hostName: hostname(),
    ...(nodeinfo !== undefined && { nodeinfo }),
    user: accounts.user,
    group: accounts.group,
    networkInterface(name) {
      const found = networkInterface(name);
      if (found === undefined) return undefined;
      const { index, address } = found;
      return address === undefined ? { index } : { index, address };
    },
    fileKind,
    isExecutable: (path) => isAccessible(path, constants.X_OK),
    isReadable: (path) => path !== '' && isAccessible(path, constants.R_OK),
    resolve: () => NO_SUCH_HOST,
    udpPort: services.port,
    udpService: services.name,
    stonithType: (type) => stonithTypes.get(type),
  };
}

/**
 * The machine as it is now, for reading that ha.cf. The file is first read for the host names in it
 * alone, which are then looked up side by side.
 *
 * @param directory where `nodeinfo` may be.
 */
export async function gatherMachine(directory: string, hacf: ConfigFile): Promise<Machine> {
  const asked = new Set<string>();
  const machine = systemMachine(directory);
  parseHaCf(hacf, {
    ...machine,
    resolve(host) {
      if (asked.size < HOSTS_MAX) asked.add(host);
      return { addresses: [] };
    },
  });
  const answers = [...asked].map(async (host) => [host, await resolve(host)] as const);
  const resolutions = new Map(await Promise.all(answers));
  return { ...machine, resolve: (host) => resolutions.get(host) ?? machine.resolve(host) };
}
