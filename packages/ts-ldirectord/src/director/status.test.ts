/** What notices say of the daemon, and which servers they are about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationOf, Rehearsal, ROUND, type VirtualOptions, virtualOf } from './rehearsal.js';

function begin(options: Partial<VirtualOptions>): Rehearsal {
  const rehearsal = new Rehearsal();
  rehearsal.servers.set('10.0.0.2', 'refuse');
  const virtual = virtualOf({ reals: ['10.0.0.1', '10.0.0.2'], ...options });
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtual]) });
  return rehearsal;
}

/** `STATUS: TEXT`, with `(down)` where reminders are due. */
function notices(rehearsal: Rehearsal): string[] {
  return rehearsal.effects.splice(0).flatMap((effect) => {
    if (effect.kind !== 'notice') return [];
    const { text, status, down } = effect.notice;
    return [`${status}: ${text.replace(' (10.255.0.1:80)', '')}${down ? ' (down)' : ''}`];
  });
}

test('a start, a running daemon and a stop are told from each other', () => {
  const rehearsal = begin({ quiescent: false });
  rehearsal.pass(ROUND);
  assert.deepEqual(notices(rehearsal), [
    'starting: Inaccessible real server: 10.0.0.2:80 (down)',
    'starting: Added real server: 10.0.0.1:80 (Weight set to 1)',
  ]);
  rehearsal.servers.set('10.0.0.1', 'refuse');
  rehearsal.servers.delete('10.0.0.2');
  rehearsal.pass(ROUND);
  assert.deepEqual(notices(rehearsal).sort(), [
    'running: Added real server: 10.0.0.2:80 (Weight set to 1)',
    'running: Deleted real server: 10.0.0.1:80 (down)',
  ]);
  rehearsal.tell({ kind: 'stop' });
  rehearsal.pass(ROUND);
  assert.deepEqual(notices(rehearsal), ['stopping: Purged real server (stop): 10.0.0.2:80']);
});

test('the changes of a reload are told as such', () => {
  const rehearsal = begin({ quiescent: true });
  rehearsal.pass(ROUND);
  notices(rehearsal);
  const virtual = virtualOf({ reals: ['10.0.0.1', '10.0.0.3'] });
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtual]) });
  rehearsal.pass(ROUND);
  const told = notices(rehearsal);
  assert.ok(told.length >= 2);
  for (const notice of told) assert.match(notice, /^reloading: /);
  rehearsal.servers.set('10.0.0.3', 'refuse');
  rehearsal.pass(ROUND);
  assert.match(notices(rehearsal)[0] ?? '', /^running: Quiescent real server: 10.0.0.3:80/);
});

test('a table that cannot be changed keeps no daemon in its start', () => {
  const rehearsal = begin({ quiescent: true });
  rehearsal.refuses = () => true;
  rehearsal.pass(ROUND);
  assert.equal(rehearsal.state.status, 'running');
});
