/** `log_badpack`: whether packets that cannot be read are logged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { encodeDatagram } from '@ts-heartbeat/core/message/datagram';
import { Message } from '@ts-heartbeat/core/message/message';
import { createNode } from '@ts-heartbeat/core/node';
import { settingsFixture } from '@ts-heartbeat/core/settings.fixture';
import { Loop } from '../loop.js';
import { MemoryMedium, MemoryWire } from '../media/memory.js';

const KEYS: Keyring = { signing: 1, keys: new Map([[1, { method: 'crc', key: '' }]]) };

/** What a node says of a message that is signed with a key it does not have. */
function saidOfStranger(logBadPackets: boolean): readonly string[] {
  const lines: string[] = [];
  const loop = new Loop(createNode(settingsFixture('loadbalancer')), {
    clock: { at: () => 1000, now: () => ({ at: 1000, wall: 1_795_000_000, load: '' }) },
    alarm: { at: () => 1000, after: () => () => undefined },
    say: (_severity, text) => void lines.push(text),
    sayAsScript: () => undefined,
    keyring: () => KEYS,
    logBadPackets,
    oversleep: 500,
    outside: () => undefined,
  });
  const medium = new MemoryMedium(new MemoryWire(), 'eth0', loop.arrived.bind(loop));
  loop.add(medium, false);
  const status = Message.of({ t: 'status', src: 'backup', st: 'active', seq: '1', hg: '1' });
  const other: Keyring = { signing: 1, keys: new Map([[1, { method: 'md5', key: 'x' }]]) };
  loop.arrived(medium, { form: 'datagram', bytes: encodeDatagram(status, other) });
  assert.ok(
    loop.refused.some((line) => line.includes('auth')),
    loop.refused.join(),
  );
  loop.stop();
  return lines.filter((line) => line.includes('backup'));
}

test('log_badpack: what is malformed is counted, and logged unless that is switched off', () => {
  assert.deepEqual(saidOfStranger(true), ['string2msg_ll: node [backup] failed authentication']);
  assert.deepEqual(saidOfStranger(false), []);
});
