/** The configuration as it is in effect: `heartbeat -v` (heartbeat 3.0.6). */
import { linkName, type Medium } from '@ts-heartbeat/core/config/media';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { DIRECTIVES } from './directives.js';

const MEDIUM_TITLES: Readonly<Record<Medium['kind'], string>> = {
  serial: 'serial ring',
  bcast: 'UDP/IP broadcast',
  mcast: 'UDP/IP multicast',
  mcast6: 'UDP/IPv6 multicast',
  ucast: 'UDP/IP unicast',
  ucast6: 'UDP/IPv6 unicast',
  ping: 'ping membership',
  ping6: 'ping6 membership',
  ping_group: 'ping group membership',
};

/** Directives, nodes and media, each with a comment that says what it is. */
export function effectiveConfiguration(settings: Settings): string {
  const rule = `#${'-'.repeat(51)}`;
  const lines = [
    '#',
    `#\tLinux-HA heartbeat configuration (on ${settings.localNode})`,
    '#',
    '',
    rule,
    '#',
    '#\tHA configuration and status',
    '#',
  ];
  for (const { name, meaning } of DIRECTIVES) {
    const value = settings.parameters.get(name);
    if (value !== undefined) lines.push(`${name}\t${value}\t#\t${meaning}`);
  }
  lines.push('#', '#\tHA Cluster nodes:', '#');
  for (const { name } of settings.nodes) lines.push(`node ${name}\t#\t current status: init`);
  lines.push('#', '#\tCommunications media:', '#');
  settings.media.forEach((medium, index) => {
    if (index > 0) lines.push('#');
    lines.push(`# ${MEDIUM_TITLES[medium.kind]} heartbeat channel -------------`);
    lines.push(`${medium.kind} ${linkName(medium)}`);
  });
  lines.push(rule, '');
  return lines.join('\n');
}
