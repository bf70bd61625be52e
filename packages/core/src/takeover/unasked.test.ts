/** `auto_failback legacy`: a genuine node is back that may never have stopped its groups. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

const WARNING =
  'loadbalancer has not asked for groups of its own that run here: it may run them too';

/** The genuine node was silent and its group taken over; now it is at work in a new life. */
function backInNewLife(): BesideGenuine {
  const node = new BesideGenuine(undefined, undefined, false, 'legacy');
  node.works('mail');
  node.happens({ kind: 'time' }, 60_000);
  while (node.state.resources.jobs.length > 0) node.works('lvs');
  assert.equal(node.jobs.filter((job) => job === 'takeOver').length, 1);
  node.beginsAnew();
  node.says({ t: 'status', st: 'up', dt: '7d0', protocol: '1' });
  node.works('');
  node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
  node.works('mail');
  return node;
}

describe('a genuine node in a new life, in legacy mode', () => {
  it('is given what it does not ask for, and must run already', () => {
    const node = backInNewLife();
    node.rests(1);
    assert.ok(!node.jobs.includes('standbyRelease'));
    node.rests(2);
    assert.equal(node.jobs.at(-1), 'standbyRelease');
    assert.ok(node.log.includes(WARNING));
    node.works('lvs');
    const last = node.sent.findLast((message) => message.get('t') === 'ip-request-resp');
    assert.deepEqual(
      ['dest', 'ipaddr', 'ok'].map((name) => last?.get(name)),
      ['loadbalancer', 'lvs', 'OK'],
    );
    assert.equal(node.state.resources.mine.foreign, false);
  });

  it('is given what an interrupted life of ours has left, which began while it did', () => {
    const node = new BesideGenuine('foreign', undefined, true, 'legacy', 'up');
    node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    while (node.state.resources.jobs.length > 0) node.works('');
    node.rests(4);
    assert.equal(node.jobs.at(-1), 'standbyRelease');
    assert.ok(node.log.includes(WARNING));
  });

  it('is given what it asks for, and nothing else happens', () => {
    const node = backInNewLife();
    node.says({ t: 'ip-request', ipaddr: 'lvs' });
    node.works('lvs');
    node.rests(5);
    assert.ok(!node.jobs.includes('standbyRelease'));
    assert.ok(!node.log.includes(WARNING));
  });

  it('gives nothing to a node that is gone again', () => {
    const node = backInNewLife();
    node.beginsAnew();
    node.says({ t: 'status', st: 'up', dt: '7d0', protocol: '1' });
    node.happens({ kind: 'time' }, 2000);
    assert.ok(!node.jobs.includes('standbyRelease'));
  });

  it('is given nothing back that its end has left to us', () => {
    const node = backInNewLife();
    node.says({ t: 'ip-request', ipaddr: 'lvs' });
    node.works('lvs');
    node.says({ t: 'shutdone', st: 'dead' });
    while (node.state.resources.jobs.length > 0) node.works('lvs');
    for (let beat = 0; beat < 4; beat += 1) node.happens({ kind: 'time' }, 700);
    assert.equal(node.state.resources.mine.foreign, true);
    assert.ok(!node.jobs.includes('standbyRelease'));
  });

  it('is asked for what runs here: it may have taken us for dead in the life before', () => {
    const node = new BesideGenuine(undefined, undefined, false, 'legacy');
    node.works('mail');
    node.says({ t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' });
    node.works('mail');
    node.beginsAnew();
    node.says({ t: 'status', st: 'up', dt: '7d0', protocol: '1' });
    const before = node.words.length;
    node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    node.works('mail');
    assert.deepEqual(node.words.slice(before), ['ip-request']);
  });

  it('is given what it does not ask for when its question for the nodes was heard first', () => {
    const node = new BesideGenuine(undefined, undefined, false, 'legacy');
    node.works('mail');
    node.happens({ kind: 'time' }, 60_000);
    while (node.state.resources.jobs.length > 0) node.works('lvs');
    node.beginsAnew();
    node.says({ t: 'reqnodes', dest: 'backup' });
    node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    node.works('mail');
    node.rests(3);
    assert.equal(node.jobs.at(-1), 'standbyRelease');
  });

  it('is asked for what runs here, also when no life of it was heard before', () => {
    const node = new BesideGenuine(undefined, undefined, false, 'legacy', 'none');
    node.happens({ kind: 'time' }, 60_000);
    while (node.state.resources.jobs.length > 0) node.works('mail');
    node.says({ t: 'status', st: 'up', dt: '7d0', protocol: '1' });
    const before = node.words.length;
    node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    node.works('mail');
    assert.deepEqual(node.words.slice(before), ['ip-request']);
  });

  it('is asked again when all that was heard of a quick new life is that it is at work', () => {
    const node = new BesideGenuine(undefined, undefined, false, 'legacy');
    node.works('mail');
    const before = node.words.length;
    node.beginsAnew();
    node.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    node.works('mail');
    assert.deepEqual(node.words.slice(before), ['ip-request']);
    assert.equal(node.log.at(-2), 'Heartbeat restart on node loadbalancer');
  });

  it('is asked once a beat until it has answered or acknowledged something', () => {
    const asks = (node: BesideGenuine): number =>
      node.words.filter((word) => word === 'ip-request').length;
    const answered = new BesideGenuine('local', undefined, false, 'legacy');
    answered.works('mail');
    const first = asks(answered);
    answered.rests(2);
    assert.equal(asks(answered), first + 2);
    const answer = { t: 'ip-request-resp', dest: 'backup', ipaddr: 'mail', weown: 'no', ok: 'OK' };
    answered.says(answer);
    answered.rests(2);
    assert.equal(asks(answered), first + 2);
    const hearing = new BesideGenuine('local', undefined, false, 'legacy');
    hearing.works('mail');
    hearing.acknowledges();
    hearing.rests(2);
    assert.equal(asks(hearing), first);
  });

  it('is asked once more for what does not run here, when it hears us at last', () => {
    const asks = (node: BesideGenuine): number =>
      node.words.filter((word) => word === 'ip-request').length;
    const node = new BesideGenuine(undefined, undefined, false, 'legacy');
    node.works('mail');
    node.rests(5);
    assert.equal(asks(node), 1);
    node.acknowledges();
    node.rests(5);
    assert.equal(asks(node), 2);
  });

  it('is not told the nodes by a life that is not at work yet and runs its groups', () => {
    const node = new BesideGenuine('foreign', undefined, false, 'legacy', 'reqnodes');
    assert.equal(node.words.length, 0);
    node.says({ t: 'status', st: 'up', dt: '7d0', protocol: '1' });
    node.says({ t: 'reqnodes', dest: 'backup' });
    assert.ok(node.words.includes('repnodes'));
  });

  it('keeps what it was given when an end is refused that had stopped it already', () => {
    const node = backInNewLife();
    node.happens({ kind: 'stop', keep: false });
    const [job] = node.state.resources.jobs;
    assert.ok(job !== undefined);
    const outcome = { ok: false, failed: ['mail'], stuck: ['mail'], groups: ['lvs'] };
    node.says({ t: 'ip-request', ipaddr: 'lvs' });
    node.happens({ kind: 'jobDone', id: job.id, outcome });
    const give = node.state.resources.jobs.find(({ purpose }) => purpose.kind === 'give');
    assert.ok(give !== undefined);
    const idle = { ok: true, failed: [], groups: [] };
    node.happens({ kind: 'jobDone', id: give.id, outcome: idle });
    assert.equal(node.state.resources.mine.foreign, false);
  });
});
