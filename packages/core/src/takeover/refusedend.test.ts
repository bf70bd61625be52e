/** Legacy mode: an end is refused, and the other node was met while we held nothing. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

const KIND = { t: 'status', st: 'active', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };

/** It held everything, and could not stop one group of its own. */
function refused(): BesideGenuine {
  const beside = new BesideGenuine('all', undefined, false, 'legacy');
  beside.says(KIND);
  while (beside.state.resources.jobs.length > 0) beside.works('mail');
  beside.happens({ kind: 'stop', keep: false });
  const [job] = beside.state.resources.jobs;
  assert.equal(beside.jobs.at(-1), 'releaseAll');
  const outcome = { ok: false, failed: ['mail'], groups: ['lvs'], stuck: ['mail'] };
  beside.happens({ kind: 'jobDone', id: job?.id ?? 0, outcome });
  assert.equal(beside.state.ending.phase, 'no');
  return beside;
}

function lives(beside: BesideGenuine, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    beside.says(KIND);
    beside.happens({ kind: 'time' }, 990);
  }
}

it('takes nothing back before it is settled who keeps what', () => {
  const beside = refused();
  lives(beside, 15);
  assert.ok(!beside.jobs.includes('standbyAcquire'));
  assert.ok(beside.sent.some((sent) => sent.get('info') === 'heal?'));
  const holds = { t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' };
  beside.says({ ...holds, info: 'heal', x_heal: '5', x_local: '900000' });
  assert.ok(beside.jobs.includes('standbyRelease'));
  assert.deepEqual(beside.state.resources.mine, { local: true, foreign: false });
});

it('takes everything back when the other node is gone', () => {
  const beside = refused();
  beside.happens({ kind: 'time' }, 9000);
  while (beside.state.resources.jobs.length > 0) beside.works('mail');
  for (let second = 0; second < 5; second += 1) beside.happens({ kind: 'time' }, 1000);
  assert.ok(beside.jobs.includes('standbyAcquire'));
});
