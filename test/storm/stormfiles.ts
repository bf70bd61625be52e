/** The configuration of the storms: two groups of two resources each, one at home on each node. */

import type { ClusterFiles } from '../lab/clusterfiles.js';
import { ADDRESSES, DIRECTORS, type Director } from '../lab/lab.js';

/** A node's own group. */
export const HOME_GROUP: Readonly<Record<Director, string>> = {
  loadbalancer: 'alpha',
  backup: 'beta',
};

export const GROUPS: readonly string[] = DIRECTORS.map((node) => HOME_GROUP[node]);

/** The resources of a group, in the order of their start. */
export function resourcesOf(group: string): readonly string[] {
  return [`${group}.1`, `${group}.2`];
}

export const RESOURCES: readonly string[] = GROUPS.flatMap(resourcesOf);

/** Seconds that each script sleeps in a start and in a stop. */
export interface Naps {
  readonly start: number;
  readonly stop: number;
}

export interface StormWishes {
  readonly deadtimeMs: number;
  readonly keepaliveMs: number;
  readonly media: readonly string[];
  readonly autoFailback: 'on' | 'off';
  readonly naps: Naps;
  /** Further lines of ha.cf. */
  readonly more?: readonly string[];
}

/** Where the naps stand; read anew by every script. */
export const NAPS_FILE = '/etc/storm';

/** Where the scripts write down what they do; kept over power cuts. */
export const LEDGER = 'storm';

/**
 * `storm GROUP PART start|stop|status`. Holds its resource from the first moment of a start to the
 * last one of a stop, so that no moment with two holders goes unseen. A lock, which the kernel
 * takes away from a script that is killed, tells two scripts of a group that run at once. (The
 * program that asks for it may be killed as well, and then says something else.)
 */
const SCRIPT = `#!/bin/bash
state=/run/storm.$1.$2
note() { echo "$EPOCHREALTIME $group.$part $$ $1" >>/var/log/${LEDGER}; }
group=$1 part=$2
case $3 in
start | stop)
	exec 9>>"/run/storm.$1"
	flock -n 9
	[ $? != 1 ] || note overlap
	. ${NAPS_FILE}
	;;
esac
case $3 in
start)
	note start
	sleep "$START" 9>&-
	: >"$state"
	note started
	;;
stop)
	note stop
	[ ! -e "$state" ] || sleep "$STOP" 9>&-
	rm -f "$state"
	note stopped
	;;
status)
	if [ -e "$state" ]; then echo running; else echo stopped; exit 3; fi
	;;
*) exit 1 ;;
esac
`;

/** The text of the naps' file. */
export function napsText({ start, stop }: Naps): string {
  return `START=${start}\nSTOP=${stop}\n`;
}

/** Every file that both nodes need. */
export function stormFiles(wishes: StormWishes): ClusterFiles {
  const { media, autoFailback, naps, more = [] } = wishes;
  const hosts = DIRECTORS.map((node) => `${ADDRESSES[node]?.[0]?.replace(/\/.*/, '')} ${node}\n`);
  const groups = DIRECTORS.map((node) => {
    const words = resourcesOf(HOME_GROUP[node]).map((name) => `storm::${name.replace('.', '::')}`);
    return `${node} ${words.join(' ')}\n`;
  });
  const lines = [
    'logfile /var/log/ha-log',
    'debugfile /var/log/ha-debug',
    'logfacility none',
    ...timers(wishes),
    'udpport 694',
    'baud 19200',
    ...media,
    `auto_failback ${autoFailback}`,
    ...DIRECTORS.map((node) => `node ${node}`),
    ...more,
  ];
  return {
    '/etc/hosts': { text: `127.0.0.1 localhost\n${hosts.join('')}`, mode: 0o644 },
    '/etc/ha.d/ha.cf': { text: `${lines.join('\n')}\n`, mode: 0o644 },
    '/etc/ha.d/haresources': { text: groups.join(''), mode: 0o644 },
    '/etc/ha.d/authkeys': { text: 'auth 1\n1 crc\n', mode: 0o600 },
    '/etc/ha.d/resource.d/storm': { text: SCRIPT, mode: 0o755 },
    [NAPS_FILE]: { text: napsText(naps), mode: 0o644 },
  };
}

/** Late after half a deadtime; a node that has just booted waits twice the deadtime. */
function timers({ keepaliveMs, deadtimeMs }: StormWishes): readonly string[] {
  return [
    `keepalive ${keepaliveMs}ms`,
    `deadtime ${deadtimeMs}ms`,
    `warntime ${deadtimeMs / 2}ms`,
    `initdead ${2 * deadtimeMs}ms`,
  ];
}
