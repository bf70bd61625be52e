/** The configuration of a cell: two groups, one at home on each node. */

import type { ClusterFiles } from '../lab/clusterfiles.js';
import { ADDRESSES, DIRECTORS, type Director, VIRTUAL_ADDRESS } from '../lab/lab.js';
import { ipv6Of } from '../lab/pair.js';
import type { Cell, Medium } from './cell.js';

/** The name of a node's own group, which is also what its recorder is called with. */
export const HOME_GROUP: Readonly<Record<Director, string>> = {
  loadbalancer: 'alpha',
  backup: 'beta',
};

/** What a real address of the first group is called in the ledger: it moves as that group does. */
export const ADDRESS_GROUP = 'address';

/**
 * Milliseconds of silence after which a node is dead: twelve heartbeats, since a dozen cells start
 * programs on few processors at the same time. A serial frame takes up to 200 ms.
 */
export const DEADTIME_MS = 6000;

const TIMERS = `keepalive 500ms
deadtime ${DEADTIME_MS / 1000}
warntime 3
initdead 12
`;

/**
 * `record NAME start|stop|status`: writes down when it holds and when no longer, by the clock all
 * hosts share. Before a start and after a stop: no moment with two holders can go unseen.
 */
const RECORDER = `#!/bin/bash
# Stands for a service: keeps its state in /run and writes into /var/log/held when it has changed.
state=/run/record.$1
case $2 in
start)
	echo "$EPOCHREALTIME $1 held" >>/var/log/held
	: >"$state"
	;;
stop)
	[ -e "$state" ] || exit 0
	rm "$state"
	echo "$EPOCHREALTIME $1 freed" >>/var/log/held
	;;
status)
	if [ -e "$state" ]; then echo running; else echo stopped; exit 3; fi
	;;
*) exit 1 ;;
esac
`;

/** A line of the recorder: the instant in seconds, the group, and the change. */
export const RECORD = /^(\d+\.\d+) (\w+) (held|freed)$/;

const KEYS = { crc: 'crc', md5: 'md5 a_secret_of_the_lab', sha1: 'sha1 a_secret_of_the_lab' };

/** One line for each node; a node passes over the one that names itself. */
function unicast(directive: string, address: (node: string) => string): string {
  return DIRECTORS.map((node) => `${directive} eth0 ${address(node)}\n`).join('');
}

function ipv4Of(node: string): string {
  return ADDRESSES[node]?.[0]?.replace(/\/.*/, '') ?? '';
}

/** The host that answers pings, and is no node of the cluster. */
export const PING6_NODE = ipv6Of('client');

const LINES: Readonly<Record<string, string>> = {
  mcast: 'mcast eth0 225.0.0.1 694 1 0\n',
  bcast: 'bcast eth0\n',
  ucast: unicast('ucast', ipv4Of),
  serial: 'serial /dev/ttyS0\n',
  mcast6: 'mcast6 eth0 ff15::136 694 1 0\n',
  ucast6: unicast('ucast6', ipv6Of),
  ping6: `ping6 ${PING6_NODE}\n`,
};

function mediaLines(medium: Medium): string {
  if (medium === 'serial+serial') return 'serial /dev/ttyS0 /dev/ttyS1\n';
  return medium
    .split('+')
    .map((word) => LINES[word] ?? '')
    .join('');
}

/** Serial cables between the nodes that a medium takes. */
export function cablesOf(medium: Medium): number {
  return medium === 'serial+serial' ? 2 : 1;
}

/** The devices of the peer's links, as the log names them. */
export function linksOf(medium: Medium): readonly string[] {
  if (medium === 'serial+serial') return ['/dev/ttyS0', '/dev/ttyS1'];
  const network = medium === 'serial' ? [] : ['eth0'];
  return medium.includes('serial') ? [...network, '/dev/ttyS0'] : network;
}

/** The files of both nodes. */
export function cellFiles({ medium, method, failback, address }: Cell): ClusterFiles {
  const hacf = [
    'logfile /var/log/ha-log\ndebugfile /var/log/ha-debug\nlogfacility none\n',
    TIMERS,
    'udpport 694\nbaud 19200\n',
    mediaLines(medium),
    `auto_failback ${failback}\n`,
    ...DIRECTORS.map((node) => `node ${node}\n`),
  ];
  const first = address ? `IPaddr::${VIRTUAL_ADDRESS}/24/eth0 ` : '';
  const groups = DIRECTORS.map(
    (node, place) => `${node} ${place === 0 ? first : ''}record::${HOME_GROUP[node]}\n`,
  );
  return {
    '/etc/ha.d/ha.cf': { text: hacf.join(''), mode: 0o644 },
    '/etc/ha.d/haresources': { text: groups.join(''), mode: 0o644 },
    '/etc/ha.d/authkeys': { text: `auth 1\n1 ${KEYS[method]}\n`, mode: 0o600 },
    '/etc/ha.d/resource.d/record': { text: RECORDER, mode: 0o755 },
    '/etc/hosts': {
      text: `127.0.0.1 localhost\n${DIRECTORS.map((node) => `${ipv4Of(node)} ${node}\n`).join('')}`,
      mode: 0o644,
    },
  };
}
