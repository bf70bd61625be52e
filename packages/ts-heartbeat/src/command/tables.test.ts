/** Tests of the tables that `heartbeat` prints, against what heartbeat 3.0.6 printed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { defaultsTable, wikiDefaultsTable } from './defaults.js';
import { effectiveConfiguration } from './effective.js';

test('-D: names, defaults and meanings in columns', () => {
  const lines = defaultsTable().split('\n');
  assert.equal(lines.length, 2 + 24 + 1);
  assert.equal(lines[0], 'Directive                Default   Description');
  assert.equal(lines[1], '-'.repeat(80));
  assert.equal(lines[2], 'cluster                  linux-ha  the name of cluster');
  assert.equal(
    lines[25],
    'memreserve               6500      number of kbytes to preallocate in heartbeat',
  );
});

test('-DW: the same for a wiki', () => {
  const lines = wikiDefaultsTable().split('\n');
  assert.equal(lines[2], "This was produced by {{{heartbeat -DW}}} ''# (version 3.0.6)''");
  assert.equal(
    lines[10],
    '||[wiki:ha.cf/AutoFailbackDirective auto_failback]||legacy||auto failback||',
  );
  assert.equal(lines.length, 5 + 24 + 1);
});

test('-v: what is in effect', () => {
  const settings = {
    localNode: 'alpha',
    parameters: new Map([
      ['warntime', '2'],
      ['keepalive', '1'],
      ['deadping', '4000ms'],
    ]),
    nodes: [
      { name: '10.0.0.1', type: 'ping' },
      { name: 'alpha', type: 'normal' },
    ],
    media: [
      { kind: 'serial', path: '/dev/ttyS0', baud: 19200 },
      { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 694, ttl: 1, loop: 0 },
      { kind: 'ping', host: '10.0.0.1' },
    ],
  } as unknown as Settings;
  assert.equal(
    effectiveConfiguration(settings),
    `#
#\tLinux-HA heartbeat configuration (on alpha)
#

#---------------------------------------------------
#
#\tHA configuration and status
#
keepalive\t1\t#\tkeepalive time
deadping\t4000ms\t#\tping deadtime
warntime\t2\t#\twarning time
#
#\tHA Cluster nodes:
#
node 10.0.0.1\t#\t current status: init
node alpha\t#\t current status: init
#
#\tCommunications media:
#
# serial ring heartbeat channel -------------
serial /dev/ttyS0
#
# UDP/IP multicast heartbeat channel -------------
mcast eth0
#
# ping membership heartbeat channel -------------
ping 10.0.0.1
#---------------------------------------------------
`,
  );
});
