/** A partition of about the dead time, which one node may take for the death of the other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { World } from '../world.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

describe('a partition of about the dead time', () => {
  it('moves nothing that was moved by hand before, with auto_failback on', () => {
    for (let begin = 0; begin < 200; begin += 20) {
      for (const rest of [0, 10, 100, 300]) {
        const world = new World();
        world.scripts = 200;
        world.boot('loadbalancer');
        world.boot('backup');
        world.run(8000);
        world.ask('loadbalancer', 'all');
        world.run(6000 + begin);
        assert.deepEqual(world.pair(), ['none', 'all']);
        const { log, jobs } = world.host('backup');
        const before = jobs.length;
        world.cut = new Set(['eth0', '/dev/ttyS0']);
        while (!log.includes('node loadbalancer: is dead')) world.run(5);
        world.run(rest);
        world.cut.clear();
        world.run(10_000);
        const story = `cut ${begin} ms after a beat, healed ${rest} ms after the death`;
        assert.deepEqual(world.pair(), ['none', 'all'], story);
        const given = jobs.slice(before).filter((job) => /Release/.test(job));
        assert.deepEqual(given, [], story);
      }
    }
  });

  it('does not keep a node from being given its own after a stop and a start', () => {
    const world = new World();
    world.boot('loadbalancer');
    world.boot('backup');
    world.run(8000);
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(6000);
    world.cut.clear();
    world.run(4000);
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(6000);
    assert.deepEqual(world.pair(), ['down', 'all']);
    world.boot('loadbalancer');
    world.run(8000);
    assert.deepEqual(world.pair(), ['local', 'local']);
  });
});

it('withdraws what waits behind a script to be taken from a genuine node that is back', () => {
  for (const hangs of [true, false]) {
    const beside = new BesideGenuine(undefined, undefined, false, 'legacy');
    if (!hangs) beside.works('mail');
    beside.happens({ kind: 'time' }, 60_000);
    assert.equal(beside.jobs.filter((job) => job === 'takeOver').length, 1);
    beside.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    assert.equal(beside.state.ending.phase, 'wanted');
    assert.equal(beside.jobs.at(-1) === 'standbyRelease', hangs);
  }
});
