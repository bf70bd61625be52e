/** A machine for tests: one name, two services, and files wherever their directory is not missing. */
import type { Machine } from './machine.js';

const HOSTS: Readonly<Record<string, { readonly ipv4: string; readonly ipv6?: string }>> = {
  '': { ipv4: '127.0.0.1', ipv6: '::1' },
  somehost: { ipv4: '10.9.9.9', ipv6: '2001:db8::9' },
  // What getaddrinfo makes of the old forms.
  '10.1': { ipv4: '10.0.0.1' },
  '010.0.0.1': { ipv4: '8.0.0.1' },
};

export const TEST_MACHINE: Machine = {
  hostName: 'director.test',
  resolveHost: (name, family) => HOSTS[name]?.[family],
  resolveService: (name, protocol) => {
    if (name === 'domain') return 53;
    // As on Debian 12: for tcp only.
    return name === 'http' && protocol !== 'udp' ? 80 : undefined;
  },
  appendError: (path) =>
    path === '' || path.startsWith('/nonexistent') ? 'No such file or directory' : undefined,
  isDirectory: (path) => path === '/tmp',
};
