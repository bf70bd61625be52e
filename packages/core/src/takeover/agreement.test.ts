/** Two nodes of our kind at rest of which one is wrong about what it holds, whatever led to it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resources, Trouble } from '../state.js';
import { settledPair, type World } from '../world.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

/** Two beats and what makes sure, and the talk and scripts after that. */
const SOON = 3000;

const AWAY: Trouble = {
  key: 'lvs',
  share: 'local',
  round: 0,
  step: 'away',
  at: Number.POSITIVE_INFINITY,
  elsewhere: false,
};

function pair(autoFailback: 'off' | 'legacy' = 'off'): World {
  const world = settledPair({ autoFailback });
  world.groups = [...world.groups, { node: 'loadbalancer', key: 'web' }];
  world.host('loadbalancer').running.add('web');
  return world;
}

function resourcesOf(world: World, name: string): Resources {
  return world.host(name).state.resources;
}

describe('two nodes at rest that do not agree', () => {
  it('settle who keeps a share that both hold', () => {
    const world = pair();
    const { running } = world.host('backup');
    for (const key of ['lvs', 'web']) running.add(key);
    resourcesOf(world, 'backup').mine.foreign = true;
    resourcesOf(world, 'backup').since.foreign = world.now;
    world.run(SOON);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('find that nobody holds a share', () => {
    const world = pair();
    world.host('loadbalancer').running.clear();
    resourcesOf(world, 'loadbalancer').mine.local = false;
    world.run(SOON);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  for (const mode of ['off', 'legacy'] as const) {
    it(`run a single group once (auto_failback ${mode})`, () => {
      const world = pair(mode);
      world.host('backup').running.add('lvs');
      const resources = resourcesOf(world, 'backup');
      resources.borrowed = [{ key: 'lvs', share: 'foreign' }];
      if (mode === 'legacy') {
        resources.borrowed = [];
        resources.mine.foreign = true;
        resources.keys = { ...resources.keys, foreign: ['lvs'] };
      }
      world.run(SOON);
      assert.deepEqual(world.where('lvs'), ['loadbalancer']);
      assert.equal(resourcesOf(world, 'loadbalancer').troubles.length, 0);
    });
  }

  it('leave it where a script of the user gives groups away, which the daemon does not see', () => {
    const world = pair('legacy');
    const backup = world.host('backup');
    backup.state = { ...backup.state, scripted: ['ip-request'] };
    const resources = resourcesOf(world, 'backup');
    resources.keys = { ...resources.keys, foreign: ['lvs'] };
    resources.mine.foreign = true;
    const { log } = world.host('loadbalancer');
    const before = log.length;
    world.run(SOON);
    assert.deepEqual(
      log.slice(before).filter((line) => line.startsWith('Asking')),
      [],
    );
  });

  it('start a group that was given away and does not run there', () => {
    const world = pair();
    world.host('loadbalancer').running.delete('lvs');
    resourcesOf(world, 'loadbalancer').troubles = [AWAY];
    world.run(SOON);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('leave a group where it was given to', () => {
    const world = pair();
    world.host('loadbalancer').running.delete('lvs');
    resourcesOf(world, 'loadbalancer').troubles = [AWAY];
    world.host('backup').running.add('lvs');
    resourcesOf(world, 'backup').borrowed = [{ key: 'lvs', share: 'foreign' }];
    world.run(SOON);
    assert.deepEqual(world.where('lvs'), ['backup']);
  });

  it('end a standby that one of them has long forgotten', () => {
    const world = pair();
    const { state, running } = world.host('loadbalancer');
    running.clear();
    state.resources.mine.local = false;
    const until = world.now + 3_600_000;
    world.host('loadbalancer').state = {
      ...state,
      standby: { phase: 'done', share: 'local', until },
    };
    world.run(2 * SOON);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('say so only to a node of our kind, and only while that is heard', () => {
    const says = (beside: BesideGenuine): boolean =>
      beside.sent.findLast((sent) => sent.get('t') === 'status')?.get('x_hold') !== undefined;
    const beside = new BesideGenuine(undefined, 'local');
    beside.happens({ kind: 'time' }, 1000);
    assert.equal(says(beside), false);
    const words = { st: 'active', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };
    beside.says({ t: 'status', ...words });
    beside.happens({ kind: 'time' }, 1000);
    assert.equal(says(beside), true);
    beside.happens({ kind: 'time' }, 3000);
    beside.works('lvs');
    beside.happens({ kind: 'time' }, 1000);
    assert.equal(says(beside), false);
  });

  it('do nothing about it while a word is missing', () => {
    const world = pair();
    world.host('loadbalancer').running.clear();
    resourcesOf(world, 'loadbalancer').mine.local = false;
    const peer = world.host('backup').state.peers.get('loadbalancer');
    assert.ok(peer);
    peer.window = { ...peer.window, missing: new Map([[1, world.now + 2 * SOON]]) };
    world.run(SOON);
    assert.deepEqual(world.where('lvs'), []);
  });
});
