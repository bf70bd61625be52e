/** What a genuine node does without a word, or without having heard one of ours. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event } from '../event.js';
import { Message } from '../message/message.js';
import { createNode, step } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

const STOPS = { t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0' };

describe('a node that joins a genuine one', () => {
  it('says that it is starting until it is answered', () => {
    const beside = new BesideGenuine();
    beside.rests(21);
    assert.deepEqual(beside.words, ['starting', 'starting', 'starting']);
    beside.says({ ...STOPS, rsc_hold: 'all', isstable: '1' });
    beside.rests(21);
    assert.equal(beside.words.filter((word) => word === 'starting').length, 3);
    assert.equal(beside.state.resources.phase, 'stable');
  });

  it('is not answered by the word of a takeover that ends, but told by an earlier one', () => {
    const beside = new BesideGenuine();
    const says = { t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' };
    const settles = beside.sends(says);
    beside.says({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
    assert.equal(beside.state.resources.phase, 'starting');
    assert.equal(beside.state.resources.otherStable, false);
    beside.happens(settles);
    assert.equal(beside.state.resources.otherStable, true);
  });

  it('starts nothing while that one gives up everything, and says so only at first', () => {
    for (const info of [{ info: 'shutdown' }, {}]) {
      const beside = new BesideGenuine();
      beside.says({ ...STOPS, ...info });
      beside.rests(60);
      assert.deepEqual(beside.jobs, []);
      beside.says({ t: 'shutdone', st: 'dead' });
      assert.deepEqual(beside.jobs, ['takeOver', 'acquireOwn']);
    }
  });

  it('says what its life goes on with, before that one takes its own after ten seconds', () => {
    const beside = new BesideGenuine('all');
    beside.says(STOPS);
    assert.deepEqual(beside.words, ['starting', 'resource']);
    const said = beside.sent.findLast((message) => message.get('t') === 'resource');
    assert.deepEqual([said?.get('rsc_hold'), said?.get('isstable')], ['all', '0']);
  });

  it('keeps the rule of ten seconds with one that is starting as well', () => {
    const beside = new BesideGenuine(undefined, undefined, false, 'on', 'up');
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    beside.says({ t: 'starting' });
    beside.says(STOPS);
    beside.rests(9);
    assert.deepEqual(beside.jobs, []);
    beside.rests(2);
    assert.deepEqual(beside.jobs, ['acquireOwn']);
  });
});

it('a life that waits for a ping node tells a genuine node what it goes on with', () => {
  const settings = settingsFixture('backup');
  const nodes = [...settings.nodes, { name: '10.0.0.1', type: 'ping' }] as const;
  let state = createNode({ ...settings, nodes });
  const sent: Message[] = [];
  const happens = (event: Event): void => {
    const result = step(state, event, { at: 1000, wall: 1, load: '' });
    state = result.state;
    for (const effect of result.effects) if (effect.kind === 'send') sent.push(effect.message);
  };
  const says = (seq: string, words: Readonly<Record<string, string>>): void => {
    const message = Message.of({ ...words, src: 'loadbalancer', seq, hg: '64', ts: '1', ttl: '3' });
    happens({ kind: 'received', link: 'eth0', message });
  };
  const uuid = new Uint8Array(16);
  happens({ kind: 'start', generation: 9, uuid, pid: 1, seed: 1, resume: 'all' });
  says('1', { t: 'status', st: 'active', dt: '7d0', protocol: '1' });
  says('2', { t: 'starting' });
  assert.equal(state.resources.phase, 'init');
  const said = sent.findLast((message) => message.get('t') === 'resource');
  assert.deepEqual([said?.get('rsc_hold'), said?.get('isstable')], ['all', '0']);
});

describe('groups of ours that a genuine node still takes over when we are back', () => {
  const holds = { t: 'resource', rtype: 'full', isstable: '1' };

  it('are asked for when it has not given them back in time', () => {
    const beside = new BesideGenuine(undefined, 'all');
    // The end of a takeover that was under way before.
    beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
    beside.rests(29);
    assert.ok(!beside.words.includes('hb_takeover'));
    beside.rests(2);
    beside.rests(60);
    const asked = beside.sent.filter((message) => message.get('t') === 'hb_takeover');
    assert.deepEqual(
      asked.map((message) => message.get('rsc_hold')),
      ['local'],
    );
  });

  it('are not where they stay, or somebody has moved them since, or it is busy with them', () => {
    const off = new BesideGenuine(undefined, 'all', false, 'off');
    const moved = new BesideGenuine(undefined, 'all');
    moved.says({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
    const busy = new BesideGenuine(undefined, 'all');
    busy.says({ ...holds, rsc_hold: 'all', isstable: '0' });
    for (const beside of [off, moved, busy]) {
      beside.rests(60);
      assert.ok(!beside.words.includes('hb_takeover'));
    }
  });
});

it('what we hold is said again to a genuine node that begins, until it has settled', () => {
  const beside = new BesideGenuine(undefined, 'none');
  const told = (): number => beside.words.filter((word) => word === 'resource').length;
  beside.beginsAnew();
  beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
  const before = told();
  beside.says({ t: 'starting' });
  assert.equal(told(), before + 1);
  beside.rests(14);
  assert.equal(told(), before + 1);
  beside.rests(2);
  assert.equal(told(), before + 2);
  beside.rests(15);
  assert.equal(told(), before + 3);
  beside.says({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  const settled = told();
  beside.rests(60);
  assert.equal(told(), settled);
});

it('what we hold is said again when an older word of it was sent again', () => {
  const beside = new BesideGenuine(undefined, 'local');
  const words = beside.sent.filter((message) => message.get('t') === 'resource');
  const numbers = words.map((message) => message.hex('seq') ?? 0);
  const asks = (seq: number): number => {
    const before = beside.words.length;
    const range = { firstseq: String(seq), lastseq: String(seq) };
    beside.says({ t: 'NS_rexmit', dest: 'backup', ...range });
    return beside.words.slice(before).filter((word) => word === 'resource').length;
  };
  assert.equal(asks(Math.min(...numbers)), 2);
});

describe('a request for a takeover', () => {
  const asks = (beside: BesideGenuine): void =>
    beside.happens({ kind: 'local', message: Message.of({ t: 'hb_takeover', rsc_hold: 'all' }) });
  const line = 'No reply to takeover request.';

  it('that nobody answers is told of', () => {
    for (const autoFailback of ['on', 'legacy'] as const) {
      const beside = new BesideGenuine(undefined, 'local', false, autoFailback);
      asks(beside);
      beside.rests(9);
      assert.ok(!beside.log.includes(line));
      beside.rests(2);
      assert.ok(beside.log.includes(line));
    }
  });

  it('is answered by any word about a standby', () => {
    const beside = new BesideGenuine(undefined, 'local');
    asks(beside);
    beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    beside.rests(12);
    assert.ok(!beside.log.includes(line));
  });
});

describe('in legacy mode', () => {
  const dead = { t: 'stonith', node: 'backup', result: 'n_stnth' };

  it('a life that a genuine node has not heard gives way when that takes it for dead', () => {
    const beside = new BesideGenuine('local', undefined, false, 'legacy');
    const before = beside.state.ending;
    beside.says({ ...dead, node: 'another' });
    assert.deepEqual(beside.state.ending, before);
    beside.says(dead);
    const { ending } = beside.state;
    assert.ok(ending.phase === 'wanted' && ending.restart && !ending.keep);
  });

  it('one that it has heard leaves it to that to give way', () => {
    const beside = new BesideGenuine('local', undefined, false, 'legacy');
    beside.says({ t: 'NS_ackmsg', dest: 'backup', ackseq: '1' });
    beside.says(dead);
    assert.equal(beside.state.ending.phase, 'no');
  });

  it('a life gives back what it has found running of a genuine node', () => {
    const beside = new BesideGenuine('foreign', undefined, false, 'legacy');
    assert.ok(beside.jobs.includes('standbyRelease'));
    assert.equal(beside.state.resources.mine.foreign, false);
    beside.works('lvs');
    const offer = beside.sent.findLast((message) => message.get('t') === 'ip-request-resp');
    assert.deepEqual([offer?.get('dest'), offer?.get('ipaddr')], ['loadbalancer', 'lvs']);
  });

  it('it keeps what it cannot stop', () => {
    const beside = new BesideGenuine('foreign', undefined, false, 'legacy');
    const outcome = { ok: false, failed: ['lvs'], groups: ['lvs'], stuck: ['lvs'] };
    for (const { id } of beside.state.resources.jobs) {
      beside.happens({ kind: 'jobDone', id, outcome });
    }
    assert.equal(beside.state.resources.mine.foreign, true);
    assert.ok(!beside.words.includes('ip-request-resp'));
  });
});
