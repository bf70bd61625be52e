/** A genuine node has given its groups to a life of ours that is over, and takes them no more. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

const SETTLED = { t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' };

function requests(beside: BesideGenuine): number {
  return beside.words.filter((word) => word === 'ip-request').length;
}

it('takes them, but asks for each first', () => {
  const beside = new BesideGenuine('local');
  beside.says(SETTLED);
  assert.ok(beside.log.includes('No one owns foreign resources!'));
  beside.rests(28);
  assert.equal(beside.state.resources.mine.foreign, false, 'it may begin anew, and take them');
  beside.rests(5);
  assert.equal(beside.state.resources.mine.foreign, true);
  assert.equal(beside.jobs.at(-1), 'findIdle');
  beside.works('lvs');
  beside.rests(2);
  assert.equal(requests(beside), 1);
  assert.ok(!beside.jobs.includes('takeGroup'), 'before there is an answer');
  const answer = { dest: 'backup', ipaddr: 'lvs', weown: 'no', ok: 'OK' };
  beside.says({ t: 'ip-request-resp', ...answer });
  assert.equal(beside.jobs.at(-1), 'takeGroup');
});

it('leaves to it what it still stops', () => {
  const beside = new BesideGenuine('local');
  beside.says({ ...SETTLED, isstable: '0', info: 'standby' });
  beside.rests(60);
  assert.equal(beside.state.resources.mine.foreign, false);
});
