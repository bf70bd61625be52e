/**
 * The machine that the tests of the parsers speak of: node `loadbalancer` of a pair, with
 * interfaces in every state. eth1 has no address, eth2 is down, eth9 is not there.
 */
import type { InterfaceFacts, Machine, StonithType } from './machine.js';

const INTERFACES: Readonly<Record<string, InterfaceFacts>> = {
  lo: { index: 1, address: '127.0.0.1' },
  eth0: { index: 3, address: '192.168.136.11' },
  eth1: { index: 5 },
  eth2: { index: 7, address: '192.168.138.11' },
};
const HOSTS: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  loadbalancer: '192.168.136.11',
  backup: '192.168.136.12',
};
const STONITH_TYPES: Readonly<Record<string, StonithType>> = {
  null: { parameters: 1 },
  suicide: { parameters: 0 },
  apcmaster: { parameters: 3 },
  fence_apc: { named: true },
};

function at<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A machine without the given parts, or with others. */
export function machineFixture(parts: Partial<Machine> = {}): Machine {
  return {
    hostName: 'loadbalancer',
    user: (name) => at({ root: { uid: 0, gid: 0 }, hacluster: { uid: 103, gid: 107 } }, name),
    group: (name) => at({ root: 0, haclient: 107 }, name),
    networkInterface: (name) => at(INTERFACES, name),
    fileKind(path) {
      if (['/dev/null', '/dev/zero', '/dev/ttyS0'].includes(path)) return 'character device';
      return ['/etc/passwd', '/bin', '/bin/true'].includes(path) ? 'other' : 'none';
    },
    isExecutable: (path) => ['/bin', '/bin/true', '/usr/lib/heartbeat/ipfail'].includes(path),
    isReadable: (path) => path === '/etc/passwd',
    resolve(host) {
      const address = at(HOSTS, host.toLowerCase());
      if (address === undefined) return { reason: 'Resource temporarily unavailable' };
      return { addresses: [address] };
    },
    udpPort: (service) => at({ ntp: 123 }, service),
    udpService: (port) => (port === 123 ? 'ntp' : undefined),
    stonithType: (type) => at(STONITH_TYPES, type),
    ...parts,
  };
}
