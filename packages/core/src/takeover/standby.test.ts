/** Words of a standby that come at the wrong time. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { settledPair } from '../world.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('is refused while the other node says that its resources move', () => {
  const world = settledPair({ autoFailback: 'off' });
  const moving = Message.of({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  world.tell('backup', { kind: 'local', message: moving });
  world.run(1);
  world.ask('loadbalancer', 'all');
  assert.equal(
    world.host('loadbalancer').log.at(-1),
    'standby message [me] from loadbalancer ignored.  Other side is in flux.',
  );
  world.run(2000);
  assert.deepEqual(world.pair(), ['local', 'local']);
});

it('is not sent to a node that would wait for what is not to come', () => {
  for (const request of [{ t: 'hb_takeover' }, { t: 'ask_resources', info: 'me' }]) {
    const beside = new BesideGenuine();
    const message = { ...request, rsc_hold: 'all' };
    if (request.t === 'hb_takeover') beside.says(message);
    else beside.happens({ kind: 'local', message: Message.of(message) });
    assert.ok(!beside.words.includes('ask_resources'));
    const line = 'standby message [me] from backup ignored.  Other side is in flux.';
    assert.ok(beside.log.includes(line));
  }
});

it('that nobody answers does not make the other node one whose scripts have ended', () => {
  const world = settledPair({ autoFailback: 'off' });
  world.ask('backup', 'all');
  world.run(2000);
  assert.deepEqual(world.pair(), ['all', 'none']);
  world.scripts = 20_000;
  const before = world.host('backup').jobs.length;
  world.ask('backup', 'all');
  world.tell('loadbalancer', { kind: 'stop', keep: false });
  world.run(15_000);
  assert.deepEqual(world.host('backup').jobs.slice(before), []);
});

it('goes on only when the share is given, not what an earlier one was about', () => {
  const beside = new BesideGenuine(undefined, 'local');
  beside.gives();
  const before = [...beside.jobs];
  beside.says({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  beside.says({ t: 'ask_resources', rsc_hold: 'foreign', info: 'done' });
  assert.deepEqual(beside.jobs, before);
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.deepEqual(beside.jobs, [...before, 'standbyAcquire']);
});

it('is of what the giver still takes, where it comes together with what that holds', () => {
  const beside = new BesideGenuine(undefined, 'all');
  const [all, stable] = [{ rsc_hold: 'all' }, { rtype: 'full', isstable: '1' }];
  beside.says({ t: 'ask_resources', ...all, info: 'me' });
  beside.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  const before = [...beside.jobs];
  beside.says({ t: 'resource', ...all, ...stable });
  beside.says({ t: 'ask_resources', ...all, info: 'done' });
  assert.deepEqual(beside.jobs, before);
  beside.rests(5);
  beside.says({ t: 'ask_resources', ...all, info: 'done' });
  assert.deepEqual(beside.jobs, [...before, 'standbyAcquire']);
});

it('is taken when the giver has said something between that and its end', () => {
  const beside = new BesideGenuine(undefined, 'all');
  beside.says({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
  const holds = { t: 'resource', rsc_hold: 'local', rtype: 'full' };
  beside.says({ ...holds, isstable: '0', info: 'standby' });
  beside.says({ ...holds, isstable: '1' });
  beside.says({ t: 'ask_resources', rsc_hold: 'foreign', info: 'done' });
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
});

it('is taken at its end by a life that was not asked, where the giver holds nothing of it', () => {
  for (const [holds, jobs] of [
    ['none', ['standbyAcquire', 'announce']],
    ['local', []],
  ] as const) {
    const beside = new BesideGenuine('local', holds);
    const before = beside.jobs.length;
    beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
    assert.deepEqual(beside.jobs.slice(before), jobs);
  }
});

it('takes nothing of a giver that has said since that it gives up everything', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const before = [...beside.jobs];
  const late = beside.sends({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  beside.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'shutdown' });
  beside.happens(late);
  assert.deepEqual(beside.jobs, before);
});

it('does not take what a genuine node has just taken, which passed over its own request', () => {
  const beside = new BesideGenuine(undefined, 'none');
  const before = [...beside.jobs];
  beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  assert.equal(beside.state.standby.phase, 'other');
  beside.says({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  assert.deepEqual(beside.jobs, before);
  assert.equal(beside.state.standby.phase, 'none');
});

it('takes what was given, not what was asked for while another request was under way', () => {
  const beside = new BesideGenuine(undefined, 'local');
  // It follows an earlier request, which we have not heard.
  beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  beside.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.ok(beside.log.includes('standby: acquire [local] resources from loadbalancer'));
});

it('waits with a done for the word before it, which may be of what the other node took', () => {
  const ask = { t: 'ask_resources', rsc_hold: 'all' };
  const beside = new BesideGenuine(undefined, 'none');
  const before = [...beside.jobs];
  beside.says({ ...ask, info: 'me' });
  const holds = beside.sends({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  beside.says({ ...ask, info: 'done' });
  assert.equal(beside.state.standby.phase, 'other');
  beside.happens(holds);
  assert.deepEqual(beside.jobs, before);
  assert.equal(beside.state.standby.phase, 'none');
});

it('does not answer a request that was made before a done which came, of an earlier life', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const ask = { t: 'ask_resources', rsc_hold: 'local' };
  const late = beside.sends({ ...ask, info: 'me' });
  beside.says({ ...ask, info: 'done' });
  beside.happens(late);
  assert.equal(beside.state.standby.phase, 'none');
});

it('takes nothing at a done that was said before the request, of something else', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const ask = { t: 'ask_resources', rsc_hold: 'local' };
  const late = beside.sends({ ...ask, info: 'done' });
  beside.gives();
  const before = [...beside.jobs];
  beside.happens(late);
  assert.deepEqual(beside.jobs, before);
  beside.says({ ...ask, info: 'done' });
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
});

it('takes what is given though the word of its beginning comes after that of its end', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const ask = { t: 'ask_resources', rsc_hold: 'local' };
  beside.says({ ...ask, info: 'me' });
  const hold = { rsc_hold: 'none', rtype: 'full', isstable: '0' };
  const begins = beside.sends({ t: 'resource', ...hold, info: 'standby' });
  beside.says({ ...ask, info: 'done' });
  assert.equal(beside.state.standby.phase, 'other');
  beside.happens(begins);
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
});

it('is taken up by a node that has ceased to wait when the other one has given', () => {
  const world = settledPair({ autoFailback: 'off' });
  const give = world.give.bind(world);
  const words = new Set(['standby', 'done']);
  world.give = (name, host, event) => {
    const lost = event.kind === 'received' && words.has(event.message.get('info') ?? '');
    if (lost) world.later(12_000, () => give(name, host, event));
    else give(name, host, event);
  };
  world.ask('loadbalancer', 'all');
  world.run(11_000);
  assert.equal(world.host('backup').state.standby.phase, 'none');
  world.run(25_000);
  assert.deepEqual(world.pair(), ['none', 'all']);
  assert.equal(world.host('loadbalancer').state.standby.phase, 'none');
});

it('announces again what ran here as well as where it was given', () => {
  const beside = new BesideGenuine('local', 'local');
  beside.gives();
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.deepEqual(beside.jobs.slice(-1), ['standbyAcquire']);
  const both = new BesideGenuine('all', 'none');
  both.gives();
  both.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.deepEqual(both.jobs.slice(-2), ['standbyAcquire', 'announce']);
});

it('is over when a genuine node takes us for dead, which waits until we are stable', () => {
  const beside = new BesideGenuine('all', 'none');
  const standby = { t: 'ask_resources', rsc_hold: 'foreign' };
  beside.happens({ kind: 'local', message: Message.of({ ...standby, info: 'me' }) });
  beside.says({ ...standby, info: 'other' });
  beside.works('lvs');
  assert.equal(beside.state.standby.phase, 'done');
  beside.says({ t: 'stonith', node: 'backup', result: 'n_stnth' });
  assert.equal(beside.state.standby.phase, 'none');
  const last = beside.sent.findLast((message) => message.get('t') === 'resource');
  assert.equal(last?.get('isstable'), '1');
});

it('is neither asked for nor answered by a node that is about to begin anew', () => {
  const beside = new BesideGenuine('all', 'local');
  beside.says({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  assert.equal(beside.state.ending.phase, 'wanted');
  beside.says({ t: 'hb_takeover', rsc_hold: 'all' });
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  assert.ok(!beside.words.includes('ask_resources'));
});

it('is still to be taken when what was tried before it has failed', () => {
  const beside = new BesideGenuine(undefined, 'none');
  const { state } = beside;
  const jobs = [
    { id: 90, purpose: { kind: 'acquire', reason: 'test', every: true } },
    { id: 91, purpose: { kind: 'standbyAcquire', share: 'foreign' } },
  ] as const;
  const mine = { local: true, foreign: false };
  beside.state = { ...state, resources: { ...state.resources, mine, jobs: [...jobs] } };
  const outcome = { ok: false, failed: ['mail'], groups: ['mail'] };
  beside.happens({ kind: 'jobDone', id: 90, outcome });
  assert.equal(beside.state.resources.mine.local, true);
  beside.happens({ kind: 'jobDone', id: 91, outcome: { ok: true, failed: [], groups: ['mail'] } });
  assert.equal(beside.state.resources.mine.local, true);
});

it('gives our scripts an hour, also when the word was lost that the other node gives', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const kind = { t: 'status', st: 'active', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };
  beside.says(kind);
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done', x_gave: '1' });
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
  beside.rests(60);
  assert.equal(beside.state.standby.phase, 'taking');
  beside.works('lvs');
  const last = beside.sent.findLast((message) => message.get('t') === 'ask_resources');
  assert.equal(last?.get('info'), 'done');
});
