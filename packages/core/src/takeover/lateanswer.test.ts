/** A genuine node answers late for a group that we have asked it for. */
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
function answered(beside: BesideGenuine, weown: 'yes' | 'no'): readonly string[] {
  const before = beside.jobs.length;
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown, ok: 'OK' });
  return beside.jobs.slice(before);
}

describe('what is given away to it', () => {
  it('is not started while it is stopped, whoever had it', () => {
    assert.deepEqual(answered(gives('all'), 'no'), []);
    assert.deepEqual(answered(gives('local'), 'yes'), []);
    assert.deepEqual(answered(gives('foreign'), 'no'), ['takeGroup']);
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
