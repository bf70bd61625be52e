/** A life that goes on with what an earlier one had left half done, beside a genuine node. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
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

it('asks for one of the other node, whose share it holds, in the same way', () => {
  const beside = new BesideGenuine('all', 'none', true);
  beside.happens({ kind: 'time' });
  assert.deepEqual(beside.jobs, ['findIdle', 'findIdle']);
  const [own, theirs] = beside.state.resources.jobs;
  const none = { ok: true, failed: [], groups: [], local: [] };
  beside.happens({ kind: 'jobDone', id: own?.id ?? 0, outcome: none });
  const groups = ['mail', 'lvs'];
  const outcome = { ok: true, failed: [], groups, local: ['mail'] };
  beside.happens({ kind: 'jobDone', id: theirs?.id ?? 0, outcome });
  const asked = beside.sent.filter((sent) => sent.get('t') === 'ip-request');
  assert.deepEqual(
    asked.map((sent) => sent.get('ipaddr')),
    ['lvs x_9_foreign'],
    'not for what is listed for itself',
  );
  assert.equal(beside.sent.at(-1)?.get('t'), 'ip-request');
  beside.happens({ kind: 'time' }, 1000);
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'lvs', weown: 'yes', ok: 'OK' });
  const { troubles } = beside.state.resources;
  assert.deepEqual(
    troubles.map(({ key, share }) => `${key} ${share}`),
    ['lvs foreign'],
  );
});

it('asks for it no more when it has been given and waits for the scripts', () => {
  const beside = new BesideGenuine('local', 'local', true);
  beside.happens({ kind: 'time' });
  const asked = (): number => beside.sent.filter((sent) => sent.get('t') === 'ip-request').length;
  const [find] = beside.state.resources.jobs;
  const outcome = { ok: true, failed: [], groups: ['mail'] };
  beside.happens({ kind: 'jobDone', id: find?.id ?? 0, outcome });
  const waits = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
      beside.happens({ kind: 'time' }, 1000);
    }
  };
  waits(12);
  assert.equal(asked(), 2, 'no answer has come');
  beside.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' });
  waits(30);
  assert.equal(asked(), 2);
  assert.deepEqual(beside.jobs.filter((job) => job === 'takeGroup').length, 1);
});

it('does not take what it has asked for when it has begun to give that away meanwhile', () => {
  const beside = new BesideGenuine('local', 'local', true);
  beside.happens({ kind: 'time' });
  beside.works('mail');
  assert.equal(beside.sent.at(-1)?.get('t'), 'ip-request');
  const standby = { t: 'ask_resources', rsc_hold: 'local' };
  beside.happens({ kind: 'local', message: Message.of({ ...standby, info: 'me' }) });
  beside.says({ ...standby, info: 'other' });
  const offer = { t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' };
  beside.says(offer);
  beside.works('mail');
  assert.equal(beside.sent.at(-1)?.get('info'), 'done');
  beside.says(offer);
  assert.deepEqual(beside.jobs, ['findIdle', 'standbyRelease']);
});
