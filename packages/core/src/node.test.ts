/** Whole nodes against each other on one virtual clock: the stories of a cluster of two. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { view } from './node.js';
import { settledPair, World } from './world.fixture.js';

function firstAcquisition(reason: string): string {
  return `Initial resource acquisition complete (${reason})`;
}

describe('a cluster of two', () => {
  it('starts together and settles with each node holding its own', () => {
    const world = settledPair();
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.equal(view(world.host('backup').state).resources, 'local');
    assert.deepEqual(world.host('loadbalancer').jobs, ['acquireOwn']);
  });

  it('says the lines that people watch for', () => {
    const world = settledPair();
    const { log } = world.host('backup');
    for (const line of [
      "Local status now set to: 'up'",
      'Link loadbalancer:eth0 up.',
      'Status update for node loadbalancer: status active',
      'Comm_now_up(): updating status to active',
      "Local status now set to: 'active'",
      'Initial resource acquisition complete (T_RESOURCES(us))',
    ]) {
      assert.ok(log.includes(line), line);
    }
  });

  it('says how it came by its first resources', () => {
    const lone = new World();
    lone.boot('backup');
    lone.run(6000);
    assert.ok(lone.host('backup').log.includes(firstAcquisition('mach_down')));
    for (const [autoFailback, reason] of [
      ['on', 'auto_failback'],
      ['off', 'T_RESOURCES(them)'],
    ] as const) {
      const world = settledPair({ autoFailback });
      world.crash('loadbalancer');
      world.run(4000);
      const before = world.host('loadbalancer').log.length;
      world.boot('loadbalancer');
      world.run(4000);
      const log = world.host('loadbalancer').log.slice(before);
      const lines = log.filter((line) => line.startsWith(firstAcquisition('').slice(0, -1)));
      assert.deepEqual(lines, [firstAcquisition(reason)]);
      assert.ok(log.includes('Local Resource acquisition completed. (none)'));
    }
  });

  it('lets a lone node take everything after initdead', () => {
    const world = new World();
    world.boot('backup');
    world.run(4900);
    assert.equal(world.held('backup'), 'none');
    world.run(300);
    assert.equal(world.held('backup'), 'all');
    assert.deepEqual(world.host('backup').jobs, ['takeOver loadbalancer', 'acquireOwn']);
    assert.equal(view(world.host('backup').state).resources, 'all');
  });

  it('takes over a crashed node no sooner and no later than deadtime', () => {
    const world = settledPair();
    world.run(137);
    world.crash('loadbalancer');
    const silentSince = world.host('backup').state.peers.get('loadbalancer')?.statusAt ?? 0;
    world.run(silentSince + 1995 - world.now);
    assert.equal(world.held('backup'), 'local');
    world.run(10);
    assert.equal(world.held('backup'), 'all');
    const { log } = world.host('backup');
    const dead = log.indexOf('node loadbalancer: is dead');
    assert.deepEqual(log.slice(dead, dead + 4), [
      'node loadbalancer: is dead',
      'No STONITH device configured.',
      'Shared disks are not protected.',
      'Resources being acquired from loadbalancer.',
    ]);
  });

  it('gives the groups back when the node returns, with auto_failback on', () => {
    const world = settledPair();
    world.crash('loadbalancer');
    world.run(4000);
    world.boot('loadbalancer');
    world.run(4000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.ok(world.host('backup').jobs.includes('standbyRelease foreign'));
    assert.ok(world.host('loadbalancer').jobs.includes('standbyAcquire local'));
  });

  it('leaves them where they are with auto_failback off', () => {
    const world = settledPair({ autoFailback: 'off' });
    world.crash('loadbalancer');
    world.run(4000);
    world.boot('loadbalancer');
    world.run(4000);
    assert.deepEqual(world.pair(), ['none', 'all']);
  });

  it('hands over at once when a node stops in order', () => {
    const world = settledPair();
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(120);
    assert.equal(world.held('backup'), 'all');
    world.run(4000);
    assert.equal(world.host('loadbalancer').up, false);
    const { log, jobs } = world.host('backup');
    assert.ok(log.includes("Received shutdown notice from 'loadbalancer'."));
    assert.ok(log.includes('Dead node loadbalancer gave up resources.'));
    assert.equal(jobs.filter((job) => job === 'takeOver loadbalancer').length, 1);
    assert.ok(world.host('loadbalancer').log.includes('loadbalancer Heartbeat shutdown complete.'));
  });

  it('gives the groups back to a node that was stopped and started', () => {
    const world = settledPair();
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(1500);
    world.boot('loadbalancer');
    world.run(3000);
    assert.deepEqual(world.pair(), ['local', 'local']);
  });

  it('moves everything on standby and back', () => {
    const world = settledPair();
    world.ask('loadbalancer', 'all');
    world.run(1000);
    assert.deepEqual(world.pair(), ['none', 'all']);
    world.ask('backup', 'foreign');
    world.run(1000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.equal(view(world.host('loadbalancer').state).resources, 'local');
  });

  it('settles two requests made at the same moment', () => {
    const world = settledPair();
    world.ask('loadbalancer', 'all');
    world.ask('backup', 'all');
    world.run(3000);
    assert.deepEqual(world.pair(), ['all', 'none']);
  });

  it('keeps a cluster together on the serial line when the network is cut', () => {
    const world = settledPair();
    world.cut.add('eth0');
    world.run(10_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.ok(world.host('backup').log.includes('Link loadbalancer:eth0 dead.'));
    assert.ok(!world.host('backup').log.includes('node loadbalancer: is dead'));
  });

  it('has one holder of each group soon after a healed partition', () => {
    const world = settledPair();
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(6000);
    assert.deepEqual(world.pair(), ['all', 'all']);
    world.cut.clear();
    world.run(2000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.ok(
      world.host('backup').log.includes('Cluster node loadbalancer returning after partition.'),
    );
    world.run(10_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
  });

  it('has one holder when the node that was booted alone meets the other', () => {
    const world = new World({ autoFailback: 'off' });
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.boot('loadbalancer');
    world.run(1000);
    world.boot('backup');
    world.run(8000);
    assert.deepEqual(world.pair(), ['all', 'all']);
    world.cut.clear();
    world.run(4000);
    assert.deepEqual(world.pair(), ['all', 'none']);
  });

  it('recovers every message that a lossy wire swallows', () => {
    const world = settledPair();
    world.cut.add('/dev/ttyS0');
    world.loseEvery = 4;
    world.run(60_000);
    assert.ok(!world.host('backup').log.includes('node loadbalancer: is dead'));
    world.loseEvery = 0;
    world.run(3000);
    for (const name of ['loadbalancer', 'backup']) {
      for (const peer of world.host(name).state.peers.values()) {
        assert.equal(peer.window.missing.size, 0);
      }
    }
    assert.ok(world.host('backup').log.includes('No pkts missing from loadbalancer!'));
  });

  it('declares nobody dead for a silence that it slept through', () => {
    const world = settledPair();
    const host = world.host('backup');
    const at = world.now;
    world.now += 5000;
    world.give('backup', host, { kind: 'overslept', by: 4800 });
    world.give('backup', host, { kind: 'time' });
    assert.equal(world.held('backup'), 'local');
    assert.ok(at < world.now);
  });

  it('has one holder, and one release, after a node was frozen and woke up', () => {
    const world = settledPair();
    const host = world.host('loadbalancer');
    host.up = false;
    world.run(5000);
    host.up = true;
    world.tell('loadbalancer', { kind: 'overslept', by: 4800 });
    world.tell('loadbalancer', { kind: 'time' });
    world.run(10_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    const { jobs } = world.host('backup');
    const last = ['takeOver loadbalancer', 'standbyRelease foreign', 'announce local'];
    assert.deepEqual(jobs.slice(-3), last);
  });

  it('leaves the state it was given as it was', () => {
    const world = settledPair();
    const before = world.host('backup').state;
    const copy = structuredClone({ ...before, settings: undefined, history: undefined });
    world.ask('backup', 'all');
    world.run(3000);
    assert.deepEqual({ ...before, settings: undefined, history: undefined }, copy);
  });
});
