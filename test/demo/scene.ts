/** What a viewer of the demo sees at one moment, kept up to date from what the lab sees. */

import type { Seen } from '../lab/cluster.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import type { LoadClient } from '../lab/load/client.js';
import type { Span } from '../lab/load/tally.js';
import { parseTable, type VirtualService } from './ipvstable.js';

export interface NodeView {
  readonly name: string;
  power: boolean;
  cable: boolean;
  /** The node's own status: up, active, stopped. */
  status: string;
  /** What the node thinks of each link to the others: `backup:/dev/ttyS0` is up or dead. */
  readonly links: Map<string, string>;
  holds: boolean;
}

export interface Scene {
  readonly nodes: readonly NodeView[];
  /** Whose IPVS table is shown, and the table. */
  tableOf: string;
  table: readonly VirtualService[];
  /** The client's latest full second. */
  second: Span | undefined;
}

const LINK = /Link (\S+):(\S+) (up|dead)\./;
const STATUS = /Local status now set to: '(\w+)'/;
const STOPPED = /Heartbeat shutdown complete/;

export function newScene(): Scene {
  const nodes = DIRECTORS.map((name) => ({
    name,
    power: true,
    cable: true,
    status: 'stopped',
    links: new Map<string, string>(),
    holds: false,
  }));
  return { nodes, tableOf: '', table: [], second: undefined };
}

/** Takes in one thing seen; says in words what it means to a viewer, if it means anything. */
export function take(scene: Scene, seen: Seen): string | null {
  const node = scene.nodes.find((one) => one.name === seen.node);
  if (node === undefined) return null;
  if (seen.kind === 'address') {
    node.holds = seen.held;
    return `${seen.node} ${seen.held ? 'has' : 'no longer has'} the virtual address on eth0`;
  }
  const link = LINK.exec(seen.text);
  // A node reports its own side of a link too; a viewer wants to know whom it hears.
  if (link !== null && link[1] !== node.name) {
    node.links.set(`${link[1]}:${link[2]}`, link[3] ?? '');
    return told(seen);
  }
  const status = STATUS.exec(seen.text);
  if (status !== null) {
    node.status = status[1] ?? '';
    return null;
  }
  if (STOPPED.test(seen.text)) {
    node.status = 'stopped';
    node.links.clear();
    return told(seen);
  }
  return WORTH_TELLING.test(seen.text) ? told(seen) : null;
}

/** Lines of ha-log by which an operator follows a move. */
const WORTH_TELLING = new RegExp(
  [
    'Running /\\S+ .*(start|stop)\\s*$',
    'is dead$',
    'Resources being acquired from',
    'Received shutdown notice',
    'wants to go standby',
    'less visible ping nodes|told that we have less ping nodes',
    'Giving up (all HA|foreign) resources',
    'mach_down takeover complete',
    'Standby resource acquisition done',
    'returning after partition',
    'Both machines own',
  ].join('|'),
);

/** What stands before the text: time, node, tag and severity; in the scripts' form or the daemon's. */
const PREFIX =
  /^(\w{3} +\d+ [\d:]+ \S+ \S+: \[\d+\]: |\d{4}\/\d\d\/\d\d_[\d:]+\s+\S+\[\d+\]:\s+)(\w+:\s+)?/;

/** `loadbalancer: Link backup:eth0 up.` */
function told(seen: Seen & { readonly kind: 'log' }): string {
  return `${seen.node}: ${seen.text.replace(PREFIX, '').trim()}`;
}

/** Reads the table of the holder (or of the node that had it last) and the client's last second. */
export async function refresh(scene: Scene, lab: Lab, client?: LoadClient): Promise<void> {
  const holder = scene.nodes.find((node) => node.holds && node.power);
  const node = holder ?? scene.nodes.find((one) => one.name === scene.tableOf && one.power);
  scene.second = client?.latest;
  scene.tableOf = node?.name ?? '';
  scene.table = node === undefined ? [] : await readTable(lab, node.name).catch(() => []);
}

/** From the kernel where it has IPVS; else from the program that stands for it. */
async function readTable(lab: Lab, node: string): Promise<readonly VirtualService[]> {
  if (lab.balances) return parseTable(await lab.site.readNet(node, 'ip_vs'));
  return parseTable((await lab.site.run(node, ['ipvsadm', '-Ln'])).stdout);
}
