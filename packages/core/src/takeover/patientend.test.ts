/** An end that waits for scripts, and a node that goes meanwhile. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('takes nothing over when it is to stop, and what is left when that is refused', () => {
  const beside = new BesideGenuine('local', 'local');
  beside.says({ t: 'ip-request', ipaddr: 'web' });
  beside.happens({ kind: 'stop', keep: false });
  assert.equal(beside.state.ending.phase, 'wanted');
  beside.happens({ kind: 'time' }, 60_000);
  assert.ok(beside.log.includes('Resource takeover cancelled - shutdown in progress.'));
  assert.ok(!beside.jobs.includes('takeOver'));
  beside.works('');
  const [job] = beside.state.resources.jobs;
  const outcome = { ok: false, failed: ['mail'], groups: ['mail'], stuck: ['mail'] };
  beside.happens({ kind: 'jobDone', id: job?.id ?? 0, outcome });
  assert.equal(beside.state.ending.phase, 'no');
  assert.deepEqual(beside.state.resources.mine, { local: true, foreign: true });
});

it('takes over what is left when it is to begin anew', () => {
  const beside = new BesideGenuine('local', 'local');
  beside.says({ t: 'ip-request', ipaddr: 'web' });
  beside.happens({ kind: 'stop', keep: true });
  beside.happens({ kind: 'time' }, 60_000);
  assert.ok(beside.jobs.includes('takeOver'));
});
