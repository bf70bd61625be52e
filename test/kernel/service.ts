/** The virtual services of the tests: the configuration, and the table when every server is up. */

import { VIRTUAL } from './network.js';
import { type Rules, readRules } from './rules.js';

/** Seconds. */
export const CHECK_INTERVAL = 1;
export const CHECK_TIMEOUT = 2;

/** Where a file holds the server that it is named after. */
export const MAINTENANCE = '/etc/ha.d/maintenance';

const GLOBALS = `checkinterval=${CHECK_INTERVAL}
checktimeout=${CHECK_TIMEOUT}
negotiatetimeout=${CHECK_TIMEOUT}
quiescent=no
maintenancedir=${MAINTENANCE}
logfile="/var/log/ldirectord.log"
`;

const V4 = VIRTUAL.v4;
const V6 = VIRTUAL.v6;
const PAGE = ['service=http', 'request="check"', 'receive="OK"'];

/** A real, by the last byte of its address. */
function v4(n: number, rest: string): string {
  return `real=192.168.136.10${n}:${rest}`;
}

/** The lines of each virtual. */
export const VIRTUALS: Readonly<Record<string, readonly string[]>> = {
  web: [
    `virtual=${V4}:80`,
    ...[v4(1, '80 masq 3'), v4(2, '80 masq 2'), v4(3, '80 masq 1')],
    ...['fallback=127.0.0.1:80 gate', 'scheduler=wrr', ...PAGE],
  ],
  sticky: [
    `virtual=${V4}:81`,
    ...[v4(1, '81 gate 1 l:4000 u:6000'), v4(2, '81 gate 1')],
    ...['fallback=192.168.136.103:81 gate', 'scheduler=rr', 'quiescent=yes'],
    ...['persistent=30', 'netmask=255.255.255.0', ...PAGE],
  ],
  tunnel: [
    `virtual=${V4}:82`,
    ...[v4(2, '82 ipip 1'), v4(3, '82 ipip 1')],
    ...['scheduler=lc', 'quiescent=yes', 'checktype=connect'],
  ],
  names: [
    `virtual=${V4}:53`,
    ...[v4(1, '53 gate 1 l:30 u:50'), v4(2, '53 gate 1')],
    ...['protocol=udp', 'ops=yes', 'scheduler=sh', 'schedflags=sh-fallback,sh-port'],
    ...['quiescent=yes', 'checkport=80', ...PAGE],
  ],
  mark: [
    'virtual=6',
    ...['real=192.168.136.101 gate 1', 'real=192.168.136.102 gate 1'],
    ...['fallback=127.0.0.1 gate', 'scheduler=wlc', 'checkport=80', ...PAGE],
  ],
  six: [
    `virtual6=[${V6}]:80`,
    ...['real6=[fd00:136::101]:80 masq 2', 'real6=[fd00:136::102]:80 masq 1'],
    ...['fallback6=[::1]:80 gate', 'scheduler=wrr', 'checktype=connect'],
  ],
  mark6: [
    'virtual6=7',
    ...['real6=[fd00:136::101] gate 1', 'real6=[fd00:136::102] gate 1'],
    ...['scheduler=rr', 'persistent=30', 'netmask=64', 'quiescent=yes'],
    ...['checktype=connect', 'checkport=80'],
  ],
  kept: [
    `virtual=${V4}:85`,
    ...[v4(3, '85 masq 5'), 'scheduler=rr', 'cleanstop=no', 'checktype=connect'],
  ],
};

/** A configuration file. */
export function configuration(virtuals: Readonly<Record<string, readonly string[]>>): string {
  const blocks = Object.values(virtuals).map((lines) => lines.join('\n\t'));
  return `${GLOBALS}\n${blocks.join('\n\n')}\n`;
}

const TEXT = `
-A -t ${V4}:80 -s wrr
-a -t ${V4}:80 -r 192.168.136.101:80 -m -w 3
-a -t ${V4}:80 -r 192.168.136.102:80 -m -w 2
-a -t ${V4}:80 -r 192.168.136.103:80 -m -w 1
-A -t ${V4}:81 -s rr -p 30 -M 255.255.255.0
-a -t ${V4}:81 -r 192.168.136.101:81 -g -w 1 -x 6000 -y 4000
-a -t ${V4}:81 -r 192.168.136.102:81 -g -w 1
-A -t ${V4}:82 -s lc
-a -t ${V4}:82 -r 192.168.136.102:82 -i -w 1 --tun-type ipip
-a -t ${V4}:82 -r 192.168.136.103:82 -i -w 1 --tun-type ipip
-A -u ${V4}:53 -s sh -o -b sh-fallback,sh-port
-a -u ${V4}:53 -r 192.168.136.101:53 -g -w 1 -x 50 -y 30
-a -u ${V4}:53 -r 192.168.136.102:53 -g -w 1
-A -f 6 -s wlc
-a -f 6 -r 192.168.136.101:0 -g -w 1
-a -f 6 -r 192.168.136.102:0 -g -w 1
-A -t [${V6}]:80 -s wrr
-a -t [${V6}]:80 -r [fd00:136::101]:80 -m -w 2
-a -t [${V6}]:80 -r [fd00:136::102]:80 -m -w 1
-A -f 7 -6 -s rr -p 30 -M 64
-a -f 7 -6 -r [fd00:136::101]:0 -g -w 1
-a -f 7 -6 -r [fd00:136::102]:0 -g -w 1
-A -t ${V4}:85 -s rr
-a -t ${V4}:85 -r 192.168.136.103:85 -m -w 5
`;

/** The table when every server is up. */
export const ALL_UP: Rules = readRules(TEXT);

/** Where the destinations of a service are: `place('web', 2)`. */
export function place(service: string, real: number | string): string {
  const [key = '', port = ''] = {
    web: [`-t ${V4}:80`, '80'],
    sticky: [`-t ${V4}:81`, '81'],
    tunnel: [`-t ${V4}:82`, '82'],
    names: [`-u ${V4}:53`, '53'],
    mark: ['-f 6', '0'],
    six: [`-t [${V6}]:80`, '80'],
    mark6: ['-f 7 -6', '0'],
    kept: [`-t ${V4}:85`, '85'],
    added: [`-t ${V4}:86`, '86'],
  }[service] ?? ['', ''];
  if (typeof real === 'string') return `${key} -r ${real}`;
  const address = key.includes('[') || key.includes('-6') ? `[fd00:136::10${real}]` : undefined;
  return `${key} -r ${address ?? `192.168.136.10${real}`}:${port}`;
}

/** What changes without the second server's IPv4: it is taken out, or gets no weight (quiescent). */
export const WITHOUT_V4_REAL2: Readonly<Record<string, string | undefined>> = {
  [place('web', 2)]: undefined,
  [place('sticky', 2)]: '-g -w 0',
  [place('tunnel', 2)]: '-i -w 0 --tun-type ipip',
  [place('names', 2)]: '-g -w 0',
  [place('mark', 2)]: undefined,
};

/** What changes when its page says that it is ill. */
export const WHERE_REAL2_IS_ILL: Readonly<Record<string, string | undefined>> = {
  [place('web', 2)]: undefined,
  [place('sticky', 2)]: '-g -w 0',
  [place('names', 2)]: '-g -w 0',
  [place('mark', 2)]: undefined,
};

/** What its death changes. */
export const WITHOUT_REAL2: Readonly<Record<string, string | undefined>> = {
  ...WITHOUT_V4_REAL2,
  [place('six', 2)]: undefined,
  [place('mark6', 2)]: '-g -w 0',
};

const { tunnel: _tunnel, ...OTHERS } = VIRTUALS;

/** As an operator may change it: weights, servers and services come, go and change. */
export const CHANGED_VIRTUALS: Readonly<Record<string, readonly string[]>> = {
  ...OTHERS,
  web: [
    `virtual=${V4}:80`,
    ...[v4(1, '80 masq 5'), v4(2, '80 masq 2')],
    ...['fallback=127.0.0.1:80 gate', 'scheduler=wlc', ...PAGE],
  ],
  sticky: [
    `virtual=${V4}:81`,
    ...[v4(1, '81 gate 1 l:400 u:600'), v4(2, '81 gate 1'), v4(3, '81 gate 4')],
    ...['fallback=127.0.0.1:81 gate', 'scheduler=rr', 'quiescent=yes', 'persistent=60', ...PAGE],
  ],
  added: [
    `virtual=${V4}:86`,
    ...[v4(1, '86 ipip 2'), v4(3, '86 gate 1 u:9'), 'scheduler=sh', 'schedflags=sh-port'],
    ...['checktype=connect'],
  ],
};

/** The table that belongs to it, given the one before. */
export const AFTER_CHANGE: Readonly<Record<string, string | undefined>> = {
  [`-t ${V4}:80`]: '-s wlc',
  [place('web', 1)]: '-m -w 5',
  [place('web', 3)]: undefined,
  [`-t ${V4}:81`]: '-s rr -p 60',
  [place('sticky', 1)]: '-g -w 1 -x 600 -y 400',
  [place('sticky', 3)]: '-g -w 4',
  [`-t ${V4}:82`]: undefined,
  [place('tunnel', 2)]: undefined,
  [place('tunnel', 3)]: undefined,
  [`-t ${V4}:86`]: '-s sh -b sh-port',
  [place('added', 1)]: '-i -w 2 --tun-type ipip',
  [place('added', 3)]: '-g -w 1 -x 9 -y 0',
};

/** What the death of all servers changes after that: the fallbacks come in. */
export const ALL_DEAD: Readonly<Record<string, string | undefined>> = {
  [place('web', 1)]: undefined,
  [place('web', 2)]: undefined,
  [place('web', '127.0.0.1:80')]: '-g -w 1',
  [place('sticky', 1)]: '-g -w 0',
  [place('sticky', 2)]: '-g -w 0',
  [place('sticky', 3)]: '-g -w 0',
  [place('sticky', '127.0.0.1:81')]: '-g -w 1',
  [place('names', 1)]: '-g -w 0',
  [place('names', 2)]: '-g -w 0',
  [place('mark', 1)]: undefined,
  [place('mark', 2)]: undefined,
  [place('mark', '127.0.0.1:0')]: '-g -w 1',
  [place('six', 1)]: undefined,
  [place('six', 2)]: undefined,
  [place('six', '[::1]:80')]: '-g -w 1',
  [place('mark6', 1)]: '-g -w 0',
  [place('mark6', 2)]: '-g -w 0',
  [place('kept', 3)]: undefined,
  [place('added', 1)]: undefined,
  [place('added', 3)]: undefined,
};

/** What the return of the third server changes. */
export const REAL3_BACK: Readonly<Record<string, string | undefined>> = {
  [place('sticky', 3)]: '-g -w 4',
  [place('sticky', '127.0.0.1:81')]: undefined,
  [place('kept', 3)]: '-m -w 5',
  [place('added', 3)]: '-g -w 1 -x 9 -y 0',
};

/** What an operator does by hand, on a director's shell. */
export const BY_HAND = `set -e
ipvsadm -e -t ${V4}:80 -r 192.168.136.101:80 -m -w 7
ipvsadm -e -t ${V4}:81 -r 192.168.136.102:81 -g -w 0
ipvsadm -A -t ${V4}:99 -s rr
ipvsadm -a -t ${V4}:99 -r 192.168.136.101:99 -g -w 3
ipvsadm -A -f 4294967295 -s rr
`;

/** What he should not have done. */
export const DELETE_KEPT = `ipvsadm -D -t ${V4}:85`;

export const AFTER_HAND: Readonly<Record<string, string | undefined>> = {
  [place('web', 1)]: '-m -w 7',
  [place('sticky', 2)]: '-g -w 0',
  [`-t ${V4}:99`]: '-s rr',
  [`-t ${V4}:99 -r 192.168.136.101:99`]: '-g -w 3',
  '-f -1': '-s rr',
};

/** What a stop leaves of the table: what is not ours, and what is not to be cleaned. */
export function leftBehind(rules: Rules): Rules {
  const left = [`-t ${V4}:85`, `-t ${V4}:99`, '-f -1'];
  const entries = Object.entries(rules);
  return Object.fromEntries(entries.filter(([key]) => left.some((name) => key.startsWith(name))));
}
