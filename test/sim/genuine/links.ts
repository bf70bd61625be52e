/** Links of nodes: up with the first message, dead after the dead time (protocol spec. 6.3). */
import type { Link } from './state.js';
import type { Turn } from './turn.js';

/** Notes that a link carried something. */
export function hearLink(turn: Turn, node: string, links: Map<string, Link>, name: string): void {
  const link = links.get(name);
  if (link === undefined) return;
  link.heardAt = turn.now.at;
  if (link.up) return;
  link.up = true;
  tell(turn, node, name, 'up');
}

/** Declares links dead that carried nothing for so long. */
export function expireLinks(
  turn: Turn,
  node: string,
  links: Map<string, Link>,
  deadtime: number,
): void {
  for (const [name, link] of links) {
    if (!link.up || turn.now.at - link.heardAt < deadtime) continue;
    link.up = false;
    tell(turn, node, name, 'dead');
  }
}

function tell(turn: Turn, node: string, name: string, st: 'up' | 'dead'): void {
  turn.log('info', `Link ${node}:${name} ${st}.`);
  turn.notify({ t: 'ifstat', node, ifname: name, st });
}
