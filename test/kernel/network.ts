/** Who is where: a client, three real servers, a director of ours and the genuine one beside it. */

import type { Lane } from './lanes.js';

/** The virtual address; each director has it, and only ours is asked. */
export const VIRTUAL = { v4: '192.168.136.10', v6: 'fd00:136::10' } as const;

export const REALS = ['real1', 'real2', 'real3'] as const;
export type Real = (typeof REALS)[number];

/** Marked by the director's firewall: `virtual=6` and `virtual6=7`. */
export const MARKED_PORT = 83;

/** Where the real servers listen. */
export const PORTS = ['80', '81', '82', '83', '84', '85', '86', `udp:${VIRTUAL.v4}:53`];

/** First addresses; every host has one of each family. */
export const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  client: ['192.168.136.1/24', 'fd00:136::1/64', '192.168.136.2/24', 'fd00:136::2/64'],
  director: ['192.168.136.11/24', 'fd00:136::11/64'],
  referee: ['192.168.136.12/24', 'fd00:136::12/64'],
  real1: ['192.168.136.101/24', 'fd00:136::101/64'],
  real2: ['192.168.136.102/24', 'fd00:136::102/64'],
  real3: ['192.168.136.103/24', 'fd00:136::103/64'],
};

/** The places of a server in /proc/net/ip_vs. */
export function placesOf(real: Real): RegExp {
  const number = Number(real.slice(-1));
  return new RegExp(` (C0A888${(100 + number).toString(16)}|\\[.*:010${number}\\]):`, 'i');
}

/** Two addresses of the client: servers answer the second through the director, as masq needs. */
const DIRECT = { from: '192.168.136.1', to: VIRTUAL.v4 };
const BACK = { from: '192.168.136.2', to: VIRTUAL.v4 };

/** The ways of the client, by the names that the tables use for the services. */
export const LANES = {
  web: { ...BACK, port: 80 },
  sticky: { ...DIRECT, port: 81 },
  tunnel: { ...DIRECT, port: 82 },
  names: { ...DIRECT, port: 53, udp: true },
  mark: { ...DIRECT, port: MARKED_PORT },
  six: { from: 'fd00:136::2', to: VIRTUAL.v6, port: 80 },
  mark6: { from: 'fd00:136::1', to: VIRTUAL.v6, port: MARKED_PORT },
} as const satisfies Readonly<Record<string, Lane>>;

/** Lines for `sh` on a real server: the virtual address without a sound, and the way back. */
export const REAL_SCRIPT = `
set -e
cd /proc/sys/net
for file in ipv4/conf/*/rp_filter ipv6/conf/*/accept_redirects; do echo 0 >$file; done
echo 1 >ipv4/conf/all/arp_ignore
echo 2 >ipv4/conf/all/arp_announce
ip -batch - <<LINES
link set tunl0 up
addr add ${VIRTUAL.v4}/32 dev tunl0
addr add ${VIRTUAL.v6}/128 dev lo nodad preferred_lft 0
route add 192.168.136.2 via 192.168.136.11
route add fd00:136::2 via fd00:136::11
LINES
`;

/** Lines for `sh` on a director: it forwards, and its firewall marks what is for the marks. */
export const DIRECTOR_SCRIPT = `
set -e
cd /proc/sys/net
echo 1 >ipv4/ip_forward
echo 1 >ipv6/conf/all/forwarding
for file in ipv4/conf/*/send_redirects; do echo 0 >$file; done
echo 1 >ipv4/vs/expire_quiescent_template
ip -batch - <<LINES
addr add ${VIRTUAL.v4}/32 dev eth0
addr add ${VIRTUAL.v6}/128 dev eth0 nodad preferred_lft 0
LINES
nft -f - <<LINES
table inet marks {
  chain marks {
    type filter hook prerouting priority mangle;
    ip daddr ${VIRTUAL.v4} tcp dport ${MARKED_PORT} meta mark set 6
    ip6 daddr ${VIRTUAL.v6} tcp dport ${MARKED_PORT} meta mark set 7
  }
}
LINES
`;
