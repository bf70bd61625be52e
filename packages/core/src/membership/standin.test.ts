/** A request to go standby that was lost, and is asked for when nobody waits for its answer. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { BesideGenuine } from '../takeover/besidegenuine.fixture.js';

/** The type of what is sent when the other node has waited so long, and asks for it then. */
function sentAgain(seconds: number, kind: Readonly<Record<string, string>> = {}): Message {
  const beside = new BesideGenuine('local', 'local');
  if (kind.x_ts !== undefined) beside.says({ t: 'status', st: 'active', dt: '7d0', ...kind });
  const message = Message.of({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  beside.happens({ kind: 'local', message });
  const seq = beside.state.history.newest;
  for (let second = 0; second < seconds; second += 1) {
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1', ...kind });
    beside.happens({ kind: 'time' }, 990);
  }
  const range = { firstseq: String(seq), lastseq: String(seq) };
  beside.says({ t: 'NS_rexmit', dest: 'backup', ...range });
  const sent = beside.sent.findLast((one) => one.hex('seq') === seq);
  assert.ok(sent);
  return sent;
}

it('is sent again as long as it is waited for', () => {
  assert.equal(sentAgain(3).get('info'), 'me');
});

it('is a status after that, for a genuine node would wait for an hour', () => {
  const sent = sentAgain(12);
  const fields = ['t', 'st', 'protocol', 'rsc_hold', 'info'].map((name) => sent.get(name));
  assert.deepEqual(fields, ['status', 'active', '1', undefined, undefined]);
});

it('is sent again to a node of our kind, which passes over it by itself', () => {
  assert.equal(sentAgain(12, { x_ts: '1 settle heal move' }).get('info'), 'me');
});

it('is a status where a group was offered that has been asked back since', () => {
  for (const ipaddr of ['mail', 'lvs']) {
    const beside = new BesideGenuine('local', 'local');
    const offer = { t: 'ip-request-resp', ipaddr: 'mail', weown: 'no', ok: 'OK' };
    beside.happens({ kind: 'local', message: Message.of({ ...offer, dest: 'loadbalancer' }) });
    const seq = beside.state.history.newest;
    beside.happens({ kind: 'local', message: Message.of({ t: 'ip-request', ipaddr }) });
    const range = { firstseq: String(seq), lastseq: String(seq) };
    beside.says({ t: 'NS_rexmit', dest: 'backup', ...range });
    const sent = beside.sent.findLast((one) => one.hex('seq') === seq);
    assert.equal(sent?.get('t'), ipaddr === 'mail' ? 'status' : 'ip-request-resp');
    assert.equal(sent?.get('x_ts') === undefined, ipaddr !== 'mail');
    assert.equal(sent?.get('dest') === undefined, ipaddr === 'mail');
  }
});
