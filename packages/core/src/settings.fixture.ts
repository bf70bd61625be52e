/** The settings of a test node: the tutorial's two hosts, a serial line and a network. */
import type { Settings } from './config/settings.js';

const SETTINGS: Omit<Settings, 'localNode'> = {
  nodes: [
    { name: 'loadbalancer', type: 'normal' },
    { name: 'backup', type: 'normal' },
  ],
  media: [
    { kind: 'serial', path: '/dev/ttyS0', baud: 19200 },
    { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 694, ttl: 1, loop: 0 },
  ],
  keepalive: 200,
  deadtime: 2000,
  warntime: 1000,
  initdead: 5000,
  deadping: 2000,
  hopfudge: 1,
  autoFailback: 'on',
  maxRexmitDelay: 250,
  generationMethod: 'file',
  realtime: false,
  realtimePriority: 1,
  coredumps: false,
  clients: [],
  apiauth: [],
  log: { useLogd: false, syslogFormat: true, logBadPackets: true, debug: 0 },
  environment: new Map(),
  parameters: new Map(),
};

/** The settings of that node; `part` replaces what a test wants otherwise. */
export function settingsFixture(localNode: string, part: Partial<Settings> = {}): Settings {
  return { ...SETTINGS, ...part, localNode };
}
