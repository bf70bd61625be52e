/** A genuine node that begins a new life while it hands its groups to us. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('takes what a reload of the giver has not kept its scripts from stopping', () => {
  const beside = new BesideGenuine(undefined, 'local');
  beside.gives();
  beside.restarts();
  assert.equal(beside.state.standby.phase, 'other');
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
  assert.equal(beside.state.resources.mine.foreign, true);
});

it('takes nothing of a giver that has crashed and has started its groups again', () => {
  const beside = new BesideGenuine(undefined, 'local');
  beside.gives();
  beside.restarts();
  const jobs = beside.jobs.length;
  beside.says({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  assert.equal(beside.state.standby.phase, 'none');
  assert.equal(beside.jobs.length, jobs);
});
