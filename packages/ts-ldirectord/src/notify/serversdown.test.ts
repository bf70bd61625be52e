/** Which servers reminders are due for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationOf, Rehearsal, virtualOf } from '../director/rehearsal.js';
import { serversDown } from './serversdown.js';

test('a server that is down, by the port of the file and by that of the kernel', () => {
  const rehearsal = new Rehearsal();
  const reals = [{ address: '10.0.0.1', port: 8080 }, '10.0.0.2'];
  rehearsal.servers.set('10.0.0.1', 'refuse');
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtualOf({ reals })]) });
  rehearsal.pass(100);
  const names = ['10.0.0.1:8080', '10.0.0.1:80'].map((name) => `tcp:10.255.0.1:80 ${name}`);
  assert.deepEqual([...serversDown(rehearsal.state)], names);
});

test('servers that are never checked are an operator’s affair', () => {
  const rehearsal = new Rehearsal();
  const virtual = virtualOf({ reals: ['10.0.0.1'], check: { type: 'off' } });
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtual]) });
  rehearsal.pass(100);
  assert.equal(rehearsal.state.virtuals[0]?.reals[0]?.status, 'down');
  assert.deepEqual([...serversDown(rehearsal.state)], []);
});
