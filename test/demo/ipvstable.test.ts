/** The kernel's table is shown as `ipvsadm -Ln` shows it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTable, printTable } from './ipvstable.js';

const PROC = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A8880A:0050 rr  
  -> C0A88865:0050      Tunnel  1      2          13        
  -> C0A8880B:0050      Local   0      0          0         
`;

test('/proc/net/ip_vs becomes the text of ipvsadm -Ln, which reads back the same', () => {
  const table = parseTable(PROC);
  const text = printTable(table);
  assert.deepEqual(text, [
    'TCP  192.168.136.10:80 rr',
    '  -> 192.168.136.101:80           Tunnel  1      2          13',
    '  -> 192.168.136.11:80            Local   0      0          0',
  ]);
  assert.deepEqual(parseTable(text.join('\n')), table);
});

test('an empty table has no services', () => {
  assert.deepEqual(parseTable(PROC.split('\n').slice(0, 3).join('\n')), []);
  assert.deepEqual(parseTable(''), []);
});
