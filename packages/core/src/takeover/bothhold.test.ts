/** What our node does when a genuine one holds the same groups. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

const ALL = { t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' };

describe('groups that a genuine node holds as well', () => {
  it('are given up though a new configuration is to be read before', () => {
    const beside = new BesideGenuine(undefined, 'local');
    beside.happens({ kind: 'time' }, 3000);
    assert.equal(beside.state.peers.get('loadbalancer')?.status, 'dead');
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    const { ending } = beside.state;
    assert.equal(ending.phase, 'wanted');
    beside.happens({ kind: 'stop', keep: true });
    assert.deepEqual(beside.state.ending, ending);
  });

  it('are given up soon, whatever was agreed before we heard of its return', () => {
    const beside = new BesideGenuine(undefined, 'local');
    beside.happens({ kind: 'time' }, 3000);
    beside.works('lvs');
    beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
    assert.equal(beside.state.standby.phase, 'other');
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    assert.equal(beside.state.standby.phase, 'none');
    beside.rests(3);
    assert.equal(beside.jobs.at(-1), 'releaseAll');
  });

  it('are given up by a life that has found them running', () => {
    const beside = new BesideGenuine('all', 'all');
    const { ending } = beside.state;
    assert.ok(ending.phase === 'wanted' && ending.restart && !ending.keep);
    beside.happens({ kind: 'time' }, 1000);
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    beside.happens({ kind: 'time' }, 1000);
    assert.equal(beside.jobs.at(-1), 'releaseAll');
  });

  it('stay as long as something moves, and are given up when it has ended', () => {
    const beside = new BesideGenuine('all', 'none');
    beside.says({ t: 'ip-request', ipaddr: 'mail' });
    beside.says(ALL);
    beside.happens({ kind: 'time' });
    assert.equal(beside.state.ending.phase, 'no');
    for (const { id } of beside.state.resources.jobs) {
      beside.happens({ kind: 'jobDone', id, outcome: { ok: true, failed: [], groups: [] } });
    }
    beside.happens({ kind: 'time' });
    assert.equal(beside.state.ending.phase, 'wanted');
  });

  it('stay where they are such that could not be started here', () => {
    const beside = new BesideGenuine(undefined, 'local');
    const outcome = { ok: false, failed: ['mail'], groups: ['mail'] };
    beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' });
    for (const { id } of beside.state.resources.jobs) {
      beside.happens({ kind: 'jobDone', id, outcome });
    }
    assert.equal(beside.state.resources.troubles.length, 1);
    beside.says(ALL);
    assert.equal(beside.state.ending.phase, 'no');
  });

  it('are given up where others could not be started here', () => {
    const beside = new BesideGenuine('foreign', 'none');
    const outcome = { ok: false, failed: ['mail'], groups: ['mail', 'web'] };
    beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' });
    for (const { id } of beside.state.resources.jobs) {
      beside.happens({ kind: 'jobDone', id, outcome });
    }
    assert.deepEqual(
      beside.state.resources.troubles.map(({ share }) => share),
      ['local'],
    );
    beside.says(ALL);
    assert.equal(beside.state.ending.phase, 'wanted');
  });

  it('are heard of though it goes to work after us, having read its configuration', () => {
    const beside = new BesideGenuine('all');
    beside.says({ t: 'starting' });
    const said = beside.sent.map((message) => message.get('t'));
    assert.deepEqual(said.slice(-2), ['resource', 'starting']);
    beside.says(ALL);
    assert.equal(beside.state.ending.phase, 'wanted');
  });
});
