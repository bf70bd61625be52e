/** When a node is taken for dead, what is asked first, and when fencing lets a takeover begin. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Message } from '../message/message.js';
import { createNode, step, wakeAt } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';
import { settledPair, World } from '../world.fixture.js';

const FENCED = { stonith: { type: 'external/x', parameters: [], form: 'stonith' } } as const;

describe('takeover', () => {
  it('is asked of the runner before a line is written or a message sent', () => {
    const world = settledPair();
    world.crash('loadbalancer');
    const { state } = world.host('backup');
    const peer = state.peers.get('loadbalancer');
    assert.ok(peer);
    const at = peer.statusAt + 2000;
    const { effects } = step(state, { kind: 'time' }, { at, wall: 1, load: '' });
    assert.equal(effects[0]?.kind, 'job');
    assert.ok((wakeAt(state) ?? at) <= at);
  });

  it('waits for a young node of our kind no longer than for an old one', () => {
    const world = new World();
    world.boot('loadbalancer');
    world.boot('backup');
    world.run(1000);
    world.crash('loadbalancer');
    world.run(2200);
    assert.deepEqual(world.where('lvs'), ['backup']);
  });

  it('waits for a reset that succeeds, and asks for it again when it fails', () => {
    const world = settledPair(FENCED);
    world.device.works = false;
    world.crash('loadbalancer');
    world.run(12_000);
    assert.deepEqual(world.where('lvs'), []);
    const { log } = world.host('backup');
    const failures = log.filter((line) => line === 'STONITH of loadbalancer failed.  Retrying...');
    assert.equal(failures.length, 2);
    world.device.works = true;
    world.run(6000);
    assert.deepEqual(world.where('lvs'), ['backup']);
  });

  it('does not follow a reset that is told of after the node is back', () => {
    const world = settledPair(FENCED);
    world.device = { works: false, takes: 4000 };
    world.crash('loadbalancer');
    world.run(3000);
    world.boot('loadbalancer');
    world.run(1000);
    world.tell('backup', { kind: 'fenced', node: 'loadbalancer', ok: true });
    world.run(10_000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.doubles, []);
  });

  it('waits for a reset where a node falls silent while it gives or takes in a standby', () => {
    for (const after of [10, 30_100]) {
      const world = settledPair(FENCED);
      world.ask('backup', 'local');
      world.run(1000);
      world.device.takes = 3000;
      world.scripts = 30_000;
      world.ask('loadbalancer', 'all');
      world.run(after);
      world.scripts = 50;
      world.cut = new Set(['eth0', '/dev/ttyS0']);
      world.run(40_000);
      assert.deepEqual(world.doubles, []);
      const { log } = world.host('backup');
      assert.ok(!log.includes('Dead node loadbalancer gave up resources.'));
    }
  });

  it('waits for a reset where a node falls silent while it stops in order', () => {
    const world = settledPair(FENCED);
    world.scripts = 30_000;
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(100);
    world.scripts = 50;
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(20_000);
    assert.deepEqual(world.doubles, []);
  });

  it('does not follow from a sleep of our own before the dead time has passed again', () => {
    const world = settledPair();
    world.freeze('loadbalancer');
    world.run(4000);
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.thaw('loadbalancer');
    world.run(1500);
    assert.equal(world.held('loadbalancer'), 'local');
    world.cut.clear();
    world.run(2000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.where('lvs').length, 1);
  });

  it('waits for a node that stops, also where that is its first word', () => {
    const { state } = settledPair().host('loadbalancer');
    const now = { at: state.nextBeatAt - 1, wall: 1, load: '' };
    const { effects } = step(state, { kind: 'stop', keep: false }, now);
    const said = effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
    const notice = said.find((message) => message.get('info') === 'shutdown');
    assert.equal(notice?.get('x_wait'), '1');
  });

  it('of a node that stops in order waits for its last script, in a new life as well', () => {
    const world = settledPair();
    world.ask('backup', 'local');
    world.run(1000);
    assert.deepEqual(world.pair(), ['all', 'none']);
    // Longer than a genuine node would be waited for.
    world.scripts = 15_000;
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(20);
    world.scripts = 50;
    world.kill('backup');
    world.run(40_000);
    assert.deepEqual(world.pair(), ['down', 'all']);
    assert.deepEqual(world.doubles, []);
  });

  it('leaves a request to the script that took our place', () => {
    const uuid = new Uint8Array(16);
    const scripted = ['ip-request'];
    const begun = { kind: 'start', generation: 9, uuid, pid: 1, seed: 1, scripted } as const;
    const now = { at: 1, wall: 1, load: '' };
    const { state } = step(createNode(settingsFixture('backup')), begun, now);
    const words = {
      t: 'ip-request',
      ipaddr: 'lvs',
      src: 'loadbalancer',
      seq: '1',
      hg: '5',
      ts: '1',
    };
    const message = Message.of(words);
    const { effects } = step(state, { kind: 'received', link: 'eth0', message }, now);
    const kinds = effects.map(({ kind }) => kind);
    assert.ok(kinds.includes('script'));
    assert.ok(!kinds.includes('job'));
  });
});
