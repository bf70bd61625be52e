/** Tests of what we learn of a network interface, in a network namespace of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { broadcastOf, networkInterface } from './interface.js';

/** Prints, as JSON, what each of two veth ends is: up, with the other end down. */
const SCRIPT = `
  import { execFileSync } from 'node:child_process';
  import { networkInterface } from ${JSON.stringify(new URL('./interface.js', import.meta.url))};
  const ip = (...words) => execFileSync('ip', words);
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other');
  ip('addr', 'add', '192.168.136.11/24', 'brd', '+', 'dev', 'eth0');
  ip('link', 'set', 'eth0', 'up');
  console.log(JSON.stringify(['eth0', 'other', 'lo'].map((name) => networkInterface(name))));
`;

test('an interface without a carrier, one without an address, and one that is down', () => {
  const flags = process.getuid?.() === 0 ? ['-n'] : ['-Urn'];
  const words = [...flags, process.execPath, '--input-type=module', '-e', SCRIPT];
  const [eth0, other, lo] = JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }));
  assert.deepEqual(eth0, {
    name: 'eth0',
    index: eth0.index,
    address: '192.168.136.11',
    broadcast: '192.168.136.255',
    up: true,
  });
  assert.ok(eth0.index > 1);
  assert.deepEqual([other.address, other.up], [undefined, false]);
  assert.deepEqual([lo.index, lo.broadcast, lo.up], [1, undefined, false]);
});

test('a name that no interface can have', () => {
  for (const name of ['', '../lo', 'sixteencharacter', 'a b', 'lo\0', 'eth99']) {
    assert.equal(networkInterface(name), undefined);
  }
});

test('without system calls the loopback is still found', () => {
  const found = networkInterface('lo', null);
  assert.equal(found?.index, 1);
  assert.equal(broadcastOf('192.168.136.11', '255.255.255.0'), '192.168.136.255');
  assert.equal(broadcastOf('10.1.2.3', '255.255.254.0'), '10.1.3.255');
});
