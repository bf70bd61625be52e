/** The configuration of the stories: the tutorial's group on quick heartbeats. */

import { type ClusterFiles, recordingScripts, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';

/** A medium on the network and one on the cable; a story names those it needs. */
export const MULTICAST = 'mcast eth0 225.0.0.1 694 1 0';
export const SERIAL = 'serial /dev/ttyS0';

export interface Wishes {
  readonly media: readonly string[];
  /** `keepalive`, `deadtime`, `warntime`, `initdead`, as they are written in ha.cf. */
  readonly timers: Readonly<Record<string, string>>;
  readonly autoFailback: 'on' | 'off';
  /** Default: the tutorial's, `auth 1` and `1 crc`. */
  readonly authkeys?: string;
  /** Lines after the tutorial's group. */
  readonly moreGroups?: readonly string[];
}

/** Every file a director needs. The scripts of the group only note their calls, but IPaddr. */
export function storyFiles(wishes: Wishes): ClusterFiles {
  const files = { ...tutorialFiles(null), ...recordingScripts() };
  const haresources = files['/etc/ha.d/haresources']?.text ?? '';
  const groups = (wishes.moreGroups ?? []).map((line) => `${line}\n`).join('');
  return {
    ...files,
    '/etc/ha.d/ha.cf': { text: hacf(wishes), mode: 0o644 },
    '/etc/ha.d/haresources': { text: haresources + groups, mode: 0o644 },
    ...(wishes.authkeys === undefined
      ? {}
      : { '/etc/ha.d/authkeys': { text: wishes.authkeys, mode: 0o600 } }),
  };
}

function hacf({ media, timers, autoFailback }: Wishes): string {
  const lines = [
    'logfile /var/log/ha-log',
    ...Object.entries(timers).map(([word, value]) => `${word} ${value}`),
    'udpport 694',
    'baud 19200',
    ...media,
    `auto_failback ${autoFailback}`,
    ...DIRECTORS.map((name) => `node ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}
