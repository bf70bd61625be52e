/** A genuine node that begins a new life while we stop what it is to take. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

/** We hold everything, and have begun to give that node its own groups. */
function giving(share: string): BesideGenuine {
  const beside = new BesideGenuine('all', 'none');
  const message = Message.of({ t: 'ask_resources', rsc_hold: share, info: 'me' });
  beside.happens({ kind: 'local', message });
  beside.says({ t: 'ask_resources', rsc_hold: share, info: 'other' });
  assert.equal(beside.jobs.at(-1), 'standbyRelease');
  return beside;
}

function begins(beside: BesideGenuine): void {
  beside.beginsAnew();
  beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
  beside.says({ t: 'starting' });
}

function lastOf(beside: BesideGenuine, type: string): readonly (string | undefined)[] {
  const message = beside.sent.findLast((sent) => sent.get('t') === type);
  return ['rsc_hold', 'isstable', 'info'].map((name) => message?.get(name));
}

it('is told that its groups run here until they are stopped, and then asked to take them', () => {
  const beside = giving('foreign');
  assert.deepEqual(lastOf(beside, 'resource'), ['local', '0', 'standby']);
  begins(beside);
  assert.deepEqual(lastOf(beside, 'resource'), ['all', '0', undefined]);
  beside.rests(11);
  beside.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  const asked = beside.words.length;
  beside.works('lvs');
  assert.deepEqual(beside.words.slice(asked), ['resource', 'ask_resources']);
  assert.deepEqual(lastOf(beside, 'resource'), ['local', '1', undefined]);
  assert.deepEqual(lastOf(beside, 'ask_resources'), ['foreign', undefined, 'me']);
});

it('is told the same while we give up everything, and what we have said at first', () => {
  const beside = new BesideGenuine('all', 'none');
  beside.happens({ kind: 'stop', keep: false });
  assert.deepEqual(lastOf(beside, 'resource'), ['none', '0', 'shutdown']);
  begins(beside);
  assert.deepEqual(lastOf(beside, 'resource'), ['all', '0', undefined]);
  beside.works('lvs');
  assert.equal(beside.words.at(-1), 'shutdone');
});

it('is not asked where it has yet to settle, or has started them', () => {
  for (const said of [undefined, 'local']) {
    const beside = giving('foreign');
    begins(beside);
    if (said !== undefined) {
      beside.says({ t: 'resource', rsc_hold: said, rtype: 'full', isstable: '1' });
    }
    const asked = beside.words.length;
    beside.works('lvs');
    assert.deepEqual(beside.words.slice(asked), ['resource'], said);
  }
});
