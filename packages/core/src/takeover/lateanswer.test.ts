/** A genuine node answers for a group that we, or a life before, have asked it for: late, maybe. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Message } from '../message/message.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

/** Our own groups run here, and are asked for by a standby of the share. */
function gives(share: string): BesideGenuine {
  const beside = new BesideGenuine('local', 'local');
  const message = Message.of({ t: 'ask_resources', rsc_hold: share, info: 'me' });
  beside.happens({ kind: 'local', message });
  beside.says({ t: 'ask_resources', rsc_hold: share, info: 'other' });
  return beside;
}

/** The jobs that come of the answer. */
function answered(beside: BesideGenuine, weown: 'yes' | 'no', ipaddr = 'mail'): readonly string[] {
  const before = beside.jobs.length;
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr, weown, ok: 'OK' });
  return beside.jobs.slice(before);
}

describe('what is given away to it', () => {
  it('is not started while it is stopped, whoever had it', () => {
    assert.deepEqual(answered(gives('all'), 'no'), []);
    assert.deepEqual(answered(gives('local'), 'yes'), []);
    assert.deepEqual(answered(gives('foreign'), 'no'), ['takeGroup']);
  });

  it('is known by the share that it was asked for with', () => {
    for (const share of ['foreign', 'all']) {
      assert.deepEqual(answered(gives(share), 'yes', 'mail x_9_foreign'), [], share);
    }
    assert.deepEqual(answered(gives('local'), 'yes', 'mail x_9_foreign'), ['takeGroup']);
  });

  it('is started afterwards only where it was stopped there', () => {
    for (const [weown, jobs] of [
      ['no', []],
      ['yes', ['takeGroup']],
    ] as const) {
      const beside = gives('all');
      beside.works('mail');
      beside.says({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
      assert.equal(beside.state.standby.phase, 'none');
      assert.deepEqual(answered(beside, weown), jobs);
    }
  });
});

it('is not started again where it could not be, when the other node has been offered it', () => {
  for (const weown of ['no', 'yes'] as const) {
    const beside = new BesideGenuine(undefined, undefined, false, 'legacy');
    beside.works('lvs');
    const { state } = beside;
    const trouble = { key: 'mail', share: 'local', round: 1, elsewhere: false } as const;
    const troubles = [{ ...trouble, step: 'away', at: Number.POSITIVE_INFINITY }] as const;
    beside.state = { ...state, resources: { ...state.resources, troubles } };
    assert.deepEqual(answered(beside, weown), weown === 'no' ? [] : ['takeGroup']);
  }
});

describe('what is asked for', () => {
  const WANTED = 'mail x_9';
  const answer = { t: 'ip-request-resp', dest: 'backup', weown: 'yes', ok: 'OK' } as const;

  /** Both at work; ours has found that its own group does not run here. */
  function asks(): BesideGenuine {
    const beside = new BesideGenuine(undefined, undefined, false, 'legacy');
    beside.works('mail');
    return beside;
  }

  it('bears the mark of our life, and is started when the answer bears it too, or none', () => {
    for (const ipaddr of [WANTED, 'mail']) {
      const beside = asks();
      const asked = beside.sent.filter((sent) => sent.get('t') === 'ip-request');
      assert.deepEqual(
        asked.map((sent) => sent.get('ipaddr')),
        [WANTED],
      );
      beside.says({ ...answer, ipaddr });
      assert.equal(beside.jobs.at(-1), 'takeGroup');
      assert.ok(beside.log.includes('received ip-request-resp mail OK yes'));
      assert.deepEqual(beside.state.resources.asked, []);
    }
  });

  it('is not started when an earlier life is answered: what that left may be started there', () => {
    const beside = asks();
    beside.says({ ...answer, ipaddr: 'mail x_8' });
    assert.ok(!beside.jobs.includes('takeGroup'));
    assert.equal(
      beside.log.at(-1),
      'An earlier life has asked for resource group mail: it is not started',
    );
    assert.deepEqual(beside.state.resources.asked, ['mail']);
  });

  it('bears no mark for a node of our kind, nor for a script that takes our place', () => {
    const ours = new BesideGenuine(undefined, undefined, false, 'legacy', 'none');
    const status = { t: 'status', st: 'active', dt: '7d0', protocol: '1' };
    ours.says({ ...status, x_ts: '1 settle heal' });
    const scripted = asks();
    scripted.state = { ...scripted.state, scripted: ['ip-request-resp'] };
    scripted.beginsAnew();
    scripted.says({ ...status, st: 'up' });
    scripted.says(status);
    for (const beside of [ours, scripted]) {
      beside.works('mail');
      const last = beside.sent.findLast((sent) => sent.get('t') === 'ip-request');
      assert.equal(last?.get('ipaddr'), 'mail');
    }
  });
});

it('gives a group with the mark that the other node has set to it', () => {
  const beside = new BesideGenuine('all', undefined, false, 'legacy');
  beside.says({ t: 'ip-request', ipaddr: 'lvs x_5' });
  beside.works('lvs');
  const last = beside.sent.findLast((sent) => sent.get('t') === 'ip-request-resp');
  assert.deepEqual([last?.get('ipaddr'), last?.get('weown')], ['lvs x_5', 'yes']);
});

it('is not answered before what is still to be taken over from the node that asks', () => {
  const beside = new BesideGenuine(undefined, undefined, false, 'legacy');
  beside.works('mail');
  const done = (key: string): void => {
    const [job] = beside.state.resources.jobs;
    const outcome = { ok: true, failed: [], groups: [key] };
    beside.happens({ kind: 'jobDone', id: job?.id ?? 0, outcome });
  };
  const answers = (): number => beside.words.filter((word) => word === 'ip-request-resp').length;
  beside.says({ t: 'ip-request', ipaddr: 'lvs' });
  beside.happens({ kind: 'time' }, 60_000);
  assert.deepEqual(beside.jobs.slice(-3, -1), ['giveGroup', 'takeOver']);
  const before = answers();
  done('lvs');
  assert.equal(beside.jobs.at(-1), 'giveGroup');
  assert.equal(answers(), before, 'it would start what is started here again');
  while (beside.state.resources.jobs.length > 0) done('lvs');
  assert.equal(answers(), before + 1);
});
