/** Tests of when sockets must be opened anew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeviceState, outdated } from './presence.js';

const eth0: DeviceState = { index: 2, address: '10.0.0.1', broadcast: '10.0.0.255' };

test('sockets are kept while the device is the same, without address, or gone', () => {
  assert.equal(outdated(eth0, eth0), false);
  assert.equal(outdated(eth0, { ...eth0, address: undefined, broadcast: undefined }), false);
  assert.equal(outdated(eth0, undefined), false);
});

test('sockets are opened anew for a new device of the same name and for another address', () => {
  assert.equal(outdated(eth0, { ...eth0, index: 3 }), true);
  assert.equal(outdated(eth0, { ...eth0, address: '10.0.0.2' }), true);
  assert.equal(outdated(eth0, { ...eth0, broadcast: '10.255.255.255' }), true);
  assert.equal(outdated({ ...eth0, address: undefined }, eth0), true);
});
