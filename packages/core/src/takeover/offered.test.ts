/** A group that was offered to another node of our kind, and words that cross the offer. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Part, Trouble } from '../state.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

const STATUS = { t: 'status', st: 'active', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };

/** Our node holds its own share, a group of this key could not be started and was offered. */
function offered(key: string, share: Part, mode: 'off' | 'legacy' = 'off'): BesideGenuine {
  const beside = new BesideGenuine('all', 'none', false, mode);
  beside.says(STATUS);
  const trouble: Trouble = {
    key,
    share,
    round: 0,
    step: 'asked',
    at: Number.POSITIVE_INFINITY,
    elsewhere: false,
  };
  const { state } = beside;
  const resources = { ...state.resources, troubles: [trouble], jobs: [] };
  beside.state = { ...state, resources };
  return beside;
}

it('is not started when the other node, which had it before, gives it back and tries it', () => {
  const beside = offered('mail', 'local');
  const jobs = beside.jobs.length;
  const given = { t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'yes', ok: 'OK' };
  beside.says(given);
  assert.equal(beside.jobs.length, jobs);
  beside.says({ t: 'x_moved', dest: 'backup', ipaddr: 'mail', ok: 'OK' });
  beside.says(given);
  assert.equal(beside.jobs.at(-1), 'takeGroup', 'it has been stopped there after that');
});

it('is not started when the other node has let go of what it held before', () => {
  const beside = offered('mail', 'local');
  beside.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1', info: 'letgo' });
  beside.happens({ kind: 'time' });
  const [trouble] = beside.state.resources.troubles;
  assert.equal(trouble?.step, 'asked');
  assert.ok(!beside.jobs.includes('takeGroup'));
});

it('is no concern of ours any more when it runs at home (legacy mode)', () => {
  for (const [key, share, left] of [
    ['lvs', 'foreign', 0],
    ['mail', 'local', 1],
  ] as const) {
    const beside = offered(key, share, 'legacy');
    beside.says({ t: 'x_moved', dest: 'backup', ipaddr: key, ok: 'OK' });
    assert.equal(beside.state.resources.troubles.length, left, key);
  }
});

it('is counted among those of the other node when that gives it (legacy mode)', () => {
  const beside = offered('lvs', 'foreign', 'legacy');
  const [trouble] = beside.state.resources.troubles;
  assert.ok(trouble);
  const keys = { local: [], foreign: [] };
  const troubles = [{ ...trouble, step: 'recall' as const }];
  const { state } = beside;
  beside.state = { ...state, resources: { ...state.resources, troubles, keys } };
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'lvs', weown: 'yes', ok: 'OK' });
  beside.works('lvs');
  assert.deepEqual(beside.state.resources.keys, { local: [], foreign: ['lvs'] });
});

it('that runs here alone keeps its share when the rest cannot be started', () => {
  for (const alone of [true, false]) {
    const beside = new BesideGenuine(undefined, 'all');
    assert.equal(beside.state.resources.mine.local, false);
    const { resources } = beside.state;
    const borrowed = alone ? [{ key: 'mail', share: 'local' } as const] : [];
    beside.state = { ...beside.state, resources: { ...resources, borrowed } };
    beside.happens({ kind: 'time' }, 60_000);
    const job = beside.state.resources.jobs.find(({ purpose }) => purpose.kind === 'acquire');
    const outcome = { ok: false, failed: ['lvs'], groups: ['lvs'] };
    beside.happens({ kind: 'jobDone', id: job?.id ?? 0, outcome });
    assert.equal(beside.state.resources.mine.local, alone);
  }
});

it('that failed is not tried by a life that does not know yet what the other node holds', () => {
  for (const knows of [true, false]) {
    const beside = new BesideGenuine('foreign', knows ? 'none' : undefined, false, 'off');
    while (beside.state.resources.jobs.length > 0) beside.works('mail');
    const trouble = { key: 'lvs', share: 'foreign', round: 1, elsewhere: true } as const;
    const troubles: Trouble[] = [{ ...trouble, step: 'waiting', at: 0 }];
    const phase = knows ? beside.state.resources.phase : 'init';
    const { resources } = beside.state;
    beside.state = { ...beside.state, resources: { ...resources, phase, troubles } };
    beside.rests(3);
    assert.equal(beside.jobs.includes('takeGroup'), knows);
  }
});
