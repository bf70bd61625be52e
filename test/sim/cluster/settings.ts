/** The settings of a simulated node, as ha.cf would give them. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Medium } from '@ts-heartbeat/core/config/media';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { settingsFixture } from '@ts-heartbeat/core/settings.fixture';
import type { LinkOptions, Options } from '../options.js';

/** What ha.cf of the cluster comes to on that node. */
export function settingsOf(options: Options, localNode: string): Settings {
  const { nodes, pingNodes, links } = options;
  return settingsFixture(localNode, {
    nodes: [
      ...nodes.map(({ name }) => ({ name, type: 'normal' as const })),
      ...pingNodes.map((name) => ({ name, type: 'ping' as const })),
    ],
    media: [...links.map(mediumOf), ...pingNodes.map((host) => ({ kind: 'ping' as const, host }))],
    keepalive: options.keepalive,
    deadtime: options.deadtime,
    warntime: options.warntime,
    initdead: options.initdead,
    deadping: options.deadtime,
    autoFailback: options.autoFailback,
    parameters: new Map([['auto_failback', options.autoFailback]]),
  });
}

function mediumOf({ kind, name, baud }: LinkOptions): Medium {
  switch (kind) {
    case 'serial':
      return { kind, path: name, baud };
    case 'mcast':
      return { kind, device: name, group: '225.0.0.1', port: 694, ttl: 1, loop: 0 };
    case 'bcast':
      return { kind, device: name, port: 694 };
    case 'ucast':
      return { kind, device: name, host: '10.0.0.2', port: 694 };
  }
}

/** The keys of the cluster, the same on both nodes. */
export function keyringOf({ auth }: Options): Keyring {
  return {
    signing: 1,
    keys: new Map([[1, { method: auth, key: auth === 'crc' ? '' : 'secret' }]]),
  };
}
