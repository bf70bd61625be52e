/** A life that goes on with what an earlier one had left half done, beside a genuine node. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('asks a genuine node for a group that does not run before it is started again', () => {
  const beside = new BesideGenuine('local', 'local', true);
  beside.happens({ kind: 'time' });
  assert.deepEqual(beside.jobs, ['findIdle']);
  for (const { id } of beside.state.resources.jobs) {
    beside.happens({ kind: 'jobDone', id, outcome: { ok: true, failed: [], groups: ['mail'] } });
  }
  assert.equal(beside.sent.at(-1)?.get('t'), 'ip-request');
  beside.happens({ kind: 'time' }, 1000);
  assert.deepEqual(beside.jobs, ['findIdle', 'standbyAcquire']);
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'yes', ok: 'OK' });
  assert.equal(beside.jobs.at(-1), 'takeGroup');
});
