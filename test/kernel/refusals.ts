/** A configuration of which the kernel, or ipvsadm, takes only a part. */

import { VIRTUAL } from './network.js';
import { type Rules, readRules } from './rules.js';

const V4 = VIRTUAL.v4;

function virtual(port: number, ...lines: readonly string[]): readonly string[] {
  return [`virtual=${V4}:${port}`, ...lines, 'checktype=on'];
}

/** A real, by the last byte of its address; nothing answers there, and nobody asks. */
function real(n: number, rest: string): string {
  return `real=192.168.136.${n}:7 masq ${rest}`;
}

export const REFUSED_VIRTUALS: Readonly<Record<string, readonly string[]>> = {
  scheduler: virtual(20, real(201, '1'), 'scheduler=nosuch'),
  flags: virtual(21, real(201, '1'), 'scheduler=rr', 'schedflags=sh-port'),
  thresholds: virtual(22, real(201, '1 l:10 u:5'), real(202, '1 l:5'), real(203, '1 l:5 u:5')),
  weights: virtual(23, real(201, '65536'), real(202, '2147483647'), real(203, '2147483648')),
  onepacket: virtual(24, real(201, '1'), 'ops=yes', 'scheduler=rr'),
  mark: ['virtual=4294967295', 'real=192.168.136.201 gate 1', 'checktype=on'],
  broadcast: virtual(25, real(255, '1'), real(201, '1')),
  sound: virtual(26, real(201, '1')),
};

/** What the kernel has of it. */
export const TAKEN: Rules = readRules(`
-A -t ${V4}:22 -s wrr
-a -t ${V4}:22 -r 192.168.136.203:7 -m -w 1 -x 5 -y 5
-A -t ${V4}:23 -s wrr
-a -t ${V4}:23 -r 192.168.136.201:7 -m -w 65536
-a -t ${V4}:23 -r 192.168.136.202:7 -m -w 2147483647
-A -t ${V4}:24 -s rr
-a -t ${V4}:24 -r 192.168.136.201:7 -m -w 1
-A -f -1 -s wrr
-a -f -1 -r 192.168.136.201:0 -g -w 1
-A -t ${V4}:25 -s wrr
-a -t ${V4}:25 -r 192.168.136.201:7 -m -w 1
-A -t ${V4}:26 -s wrr
-a -t ${V4}:26 -r 192.168.136.201:7 -m -w 1
`);

/** What the log says of the rest, once each. */
export const REFUSALS: readonly RegExp[] = [
  /-A -t \S+:20 -s nosuch\) failed: Scheduler or persistence engine not found$/,
  /-A -t \S+:21 -s rr -b sh-port\) failed: incompatible scheduler flag `sh-port'$/,
  /-x 5 -y 10 -r \S+201:7 -m -w 1\) failed: Numerical result out of range$/,
  /-x 0 -y 5 -r \S+202:7 -m -w 1\) failed: Numerical result out of range$/,
  /-w 2147483648\) failed: illegal weight specified$/,
  /-r \S+255:7 -m -w 1\) failed: Invalid operation\./,
];
