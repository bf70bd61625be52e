/** Two nodes with `auto_failback legacy` on one virtual clock. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Held } from '../job.js';
import { Message } from '../message/message.js';
import { createNode, step, view } from '../node.js';
import { jobText } from '../scripts.fixture.js';
import { settingsFixture } from '../settings.fixture.js';
import { World } from '../world.fixture.js';

const HOME: [string[], string[]] = [['loadbalancer'], ['backup']];

function places(world: World): [string[], string[]] {
  return [world.where('lvs'), world.where('mail')];
}

function settledPair(): World {
  const world = new World({ autoFailback: 'legacy' });
  world.boot('loadbalancer');
  world.boot('backup');
  world.run(8000);
  return world;
}

describe('a cluster of two in legacy mode', () => {
  it('starts together without a wait, each node with its own group', () => {
    const world = new World({ autoFailback: 'legacy' });
    world.boot('loadbalancer');
    world.boot('backup');
    world.run(300);
    assert.deepEqual(places(world), HOME);
    assert.equal(view(world.host('backup').state).resources, 'none');
  });

  it('lets a lone node take everything, and gives a group to its home node when it asks', () => {
    const world = new World({ autoFailback: 'legacy' });
    world.boot('backup');
    world.run(5500);
    assert.deepEqual(places(world), [['backup'], ['backup']]);
    world.boot('loadbalancer');
    world.run(1000);
    assert.deepEqual(places(world), HOME);
    assert.deepEqual(world.host('loadbalancer').jobs, ['findIdle', 'takeGroup lvs']);
    assert.equal(world.host('backup').jobs.at(-1), 'giveGroup lvs');
    assert.ok(world.host('loadbalancer').log.includes('received ip-request-resp lvs OK yes'));
    const last = 'Initial resource acquisition complete (ip-request-resp)';
    assert.equal(world.host('loadbalancer').log.at(-1), last);
  });

  it('moves nothing on standby, on either side', () => {
    const world = settledPair();
    const refusal = 'Standby mode only implemented when nice_failback on';
    for (const share of ['all', 'local', 'foreign']) world.ask('loadbalancer', share);
    world.tell('backup', { kind: 'local', message: Message.of({ t: 'hb_takeover' }) });
    world.run(3000);
    assert.deepEqual(places(world), HOME);
    for (const name of ['loadbalancer', 'backup']) {
      assert.equal(world.host(name).log.filter((line) => line === refusal).length, 4);
    }
  });

  it('takes over from a crashed node and gives back when that returns', () => {
    const world = settledPair();
    world.crash('loadbalancer');
    world.run(3000);
    assert.deepEqual(places(world), [['backup'], ['backup']]);
    assert.ok(world.host('backup').log.includes('No STONITH device configured.'));
    world.boot('loadbalancer');
    world.run(1000);
    assert.deepEqual(places(world), HOME);
  });

  it('takes over at once from a node that stops, and once more when it is dead', () => {
    const world = settledPair();
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(200);
    assert.deepEqual(places(world), [['backup'], ['backup']]);
    world.run(5000);
    const { jobs, log } = world.host('backup');
    assert.deepEqual(jobs.slice(-4), [
      'takeOver loadbalancer',
      'acquireOwn',
      'takeOver loadbalancer',
      'acquireOwn',
    ]);
    assert.ok(log.includes('Dead node loadbalancer gave up resources.'));
    assert.deepEqual(places(world), [['backup'], ['backup']]);
  });

  it('has each group at home soon after a healed partition', () => {
    const world = settledPair();
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(6000);
    assert.deepEqual(places(world), [
      ['loadbalancer', 'backup'],
      ['loadbalancer', 'backup'],
    ]);
    world.cut.clear();
    world.run(2000);
    assert.deepEqual(places(world), HOME);
  });

  it('asks again when the node that was asked begins another life', () => {
    const world = new World({ autoFailback: 'legacy' });
    world.boot('backup');
    world.run(7000);
    world.scripts = 1500;
    world.boot('loadbalancer');
    world.run(1700);
    assert.deepEqual(world.host('loadbalancer').state.resources.asked, ['lvs']);
    world.crash('backup');
    world.boot('backup');
    world.run(6000);
    assert.deepEqual(places(world), HOME);
    const asked = world.host('loadbalancer').jobs.filter((job) => job === 'findIdle');
    assert.equal(asked.length, 2);
  });

  it('gives no answer to a life that is over: a takeover may come between', () => {
    const world = settledPair();
    world.crash('loadbalancer');
    world.scripts = 4000;
    world.run(3000);
    world.boot('loadbalancer');
    world.run(4500);
    world.crash('loadbalancer');
    world.run(4500);
    world.boot('loadbalancer');
    world.run(40_000);
    assert.deepEqual(places(world), HOME);
    assert.deepEqual(world.doubles, []);
  });

  it('starts nothing that is offered while it gives everything up', () => {
    const world = settledPair();
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    const offer = { t: 'ip-request-resp', dest: 'loadbalancer', ipaddr: 'lvs', ok: 'OK' };
    world.tell('loadbalancer', { kind: 'local', message: Message.of(offer) });
    world.run(4000);
    assert.deepEqual(places(world), [['backup'], ['backup']]);
    const line = 'Resource takeover cancelled - shutdown in progress.';
    assert.ok(world.host('loadbalancer').log.includes(line));
  });

  it('does not offer a group that it could not stop', () => {
    const world = settledPair();
    world.failing.add('giveGroup mail');
    world.tell('loadbalancer', {
      kind: 'local',
      message: Message.of({ t: 'ip-request', ipaddr: 'mail' }),
    });
    world.run(1000);
    assert.deepEqual(places(world), HOME);
    assert.ok(!world.host('loadbalancer').jobs.includes('takeGroup mail'));
    assert.ok(world.host('loadbalancer').log.includes('received ip-request-resp mail failed yes'));
  });

  it('asks a node that holds its groups and waits for a third one still', () => {
    const nodes = ['loadbalancer', 'backup', 'absent'];
    const world = new World({
      autoFailback: 'legacy',
      nodes: nodes.map((name) => ({ name, type: 'normal' })),
    });
    world.boot('loadbalancer');
    world.run(3000);
    world.boot('backup');
    world.host('backup').running.add('lvs');
    world.boot('backup', 'foreign');
    world.run(2500);
    assert.equal(world.host('backup').state.status, 'up');
    assert.deepEqual(places(world), [['loadbalancer'], []]);
    assert.equal(world.host('backup').jobs.at(-1), 'giveGroup lvs');
    world.run(3000);
    assert.deepEqual(places(world), HOME);
    assert.deepEqual(world.doubles, []);
  });

  it('waits for what a node stops that ends before it was at work', () => {
    const world = new World({ autoFailback: 'legacy' });
    world.boot('backup');
    world.host('backup').running.add('lvs');
    world.boot('backup', 'foreign');
    world.run(100);
    assert.equal(world.host('backup').state.status, 'up');
    world.scripts = 3000;
    world.tell('backup', { kind: 'stop', keep: false });
    world.scripts = 50;
    world.run(500);
    world.boot('loadbalancer');
    world.run(15_000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('asks a genuine node that is up and not at work yet: that does not say what it holds', () => {
    assert.deepEqual(jobsBesideGenuine('up', undefined), ['findIdle']);
  });

  it('asks a genuine node also for what a new life has found running: both may run it', () => {
    assert.deepEqual(jobsBesideGenuine('active', 'local'), ['findIdle', 'announce local']);
    assert.deepEqual(jobsBesideGenuine('up', 'foreign'), ['findIdle']);
    const { state, effects } = besideGenuine('active', 'local');
    const job = effects.findLast((effect) => effect.kind === 'job');
    assert.ok(job !== undefined);
    const outcome = { ok: true, failed: [], groups: ['mail'] };
    const done = step(state, { kind: 'jobDone', id: job.id, outcome }, NOW);
    const sent = done.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
    const asked = sent.filter((message) => message.get('t') === 'ip-request');
    assert.deepEqual(
      asked.map((message) => message.get('ipaddr')),
      ['mail x_9'],
    );
  });
});

const NOW = { at: 1000, wall: 1, load: '' };

/** The node `backup` that has begun its life and hears a genuine one. */
function besideGenuine(st: string, resume: Held | undefined): ReturnType<typeof step> {
  const settings = settingsFixture('backup', { autoFailback: 'legacy' });
  const life = { generation: 9, uuid: new Uint8Array(16), pid: 1, seed: 1 };
  const found = resume === undefined ? {} : { resume };
  const { state } = step(createNode(settings), { kind: 'start', ...life, ...found }, NOW);
  const status = { t: 'status', st, dt: '7d0', protocol: '1', src: 'loadbalancer', ts: '1' };
  const message = Message.of({ ...status, seq: '1', hg: '5', ttl: '3' });
  return step(state, { kind: 'received', link: 'eth0', message }, NOW);
}

function jobsBesideGenuine(st: string, resume: Held | undefined): string[] {
  const { effects } = besideGenuine(st, resume);
  return effects.flatMap((effect) => (effect.kind === 'job' ? [jobText(effect.job)] : []));
}
