/** Groups that cannot be started or stopped: where they go, and what the nodes say meanwhile. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Settings } from '../config/settings.js';
import { Message } from '../message/message.js';
import { view } from '../node.js';
import { GROUPS } from '../scripts.fixture.js';
import { World } from '../world.fixture.js';

const TWO_AT_HOME = [...GROUPS, { node: 'loadbalancer', key: 'web' }];

function pair(settings: Partial<Settings> = {}, groups = GROUPS): World {
  const world = new World(settings);
  world.groups = groups;
  return world;
}

function boot(world: World): void {
  world.boot('loadbalancer');
  world.boot('backup');
  world.run(8000);
}

function lines(world: World, name: string, start: string): string[] {
  return world.host(name).log.filter((line) => line.startsWith(start));
}

function failStart(world: World, name: string, ...keys: string[]): void {
  boot0(world, name);
  for (const key of keys) world.host(name).failing.start.add(key);
}

/** A life that ends at once, so that the machine is known before its first. */
function boot0(world: World, name: string): void {
  if (world.hosts.has(name)) return;
  world.boot(name);
  world.crash(name);
}

describe('a group that cannot be started', () => {
  it('goes to the other node at once, and both say what is true', () => {
    const world = pair();
    failStart(world, 'loadbalancer', 'lvs');
    boot(world);
    assert.deepEqual(world.where('lvs'), ['backup']);
    assert.deepEqual(world.pair(), ['none', 'all']);
    assert.equal(view(world.host('backup').state).resources, 'all');
    assert.equal(view(world.host('loadbalancer').state).resources, 'none');
    world.run(100_000);
    assert.deepEqual(world.pair(), ['none', 'all']);
    assert.equal(world.host('loadbalancer').jobs.filter((job) => job === 'acquireOwn').length, 1);
    assert.deepEqual(world.doubles, []);
  });

  it('has not failed on both nodes as long as there is no other, however often it fails', () => {
    const world = pair();
    failStart(world, 'backup', 'lvs');
    boot(world);
    for (let death = 0; death < 2; death += 1) {
      world.crash('loadbalancer');
      world.run(6000);
      world.boot('loadbalancer');
      world.run(8000);
    }
    const said = lines(world, 'backup', 'Resource group lvs could not be started');
    assert.ok(said.length > 1 && !said.some((line) => line.includes('either')), said.join('\n'));
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('is not tried again while the other node lets go of something', () => {
    const world = pair();
    boot(world);
    const { state, running } = world.host('loadbalancer');
    const waiting = { key: 'lvs', share: 'local', round: 1, step: 'waiting' } as const;
    state.resources.troubles = [{ ...waiting, at: world.now, elsewhere: true }];
    state.resources.otherStable = false;
    running.delete('lvs');
    world.run(600);
    assert.deepEqual(world.where('lvs'), []);
    world.run(3000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('goes back at once when the taker of a standby cannot start it', () => {
    const world = pair();
    boot(world);
    world.host('backup').failing.start.add('lvs');
    world.ask('loadbalancer', 'local');
    world.run(1500);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
  });

  it('goes alone while the others of its home stay, in legacy mode too', () => {
    for (const autoFailback of ['on', 'off', 'legacy'] as const) {
      const world = pair({ autoFailback }, TWO_AT_HOME);
      failStart(world, 'loadbalancer', 'web');
      boot(world);
      assert.deepEqual(world.where('web'), ['backup'], autoFailback);
      assert.deepEqual(world.where('lvs'), ['loadbalancer']);
      assert.deepEqual(world.where('mail'), ['backup']);
      assert.deepEqual(lines(world, 'loadbalancer', 'Resource group web runs on'), [
        'Resource group web runs on backup',
      ]);
      assert.deepEqual(world.doubles, []);
    }
  });

  it('runs on one node when it was started at home in a partition that only home saw', () => {
    for (const cured of [true, false]) {
      const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
      failStart(world, 'loadbalancer', 'web');
      boot(world);
      assert.deepEqual(world.where('web'), ['backup']);
      if (cured) world.host('loadbalancer').failing.start.clear();
      const give = world.give.bind(world);
      world.give = (name, host, event) => {
        if (name !== 'loadbalancer' || event.kind !== 'received') give(name, host, event);
      };
      world.run(5000);
      assert.equal(world.where('web').includes('loadbalancer'), cured);
      world.give = give;
      world.run(10_000);
      assert.deepEqual(world.where('web'), [cured ? 'loadbalancer' : 'backup']);
      assert.deepEqual(world.where('lvs'), ['loadbalancer']);
      assert.deepEqual(world.where('mail'), ['backup']);
    }
  });

  it('comes home when the node that has it dies, stops or restarts', () => {
    for (const end of ['crash', 'stop', 'reload', 'reboot'] as const) {
      const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
      failStart(world, 'loadbalancer', 'web');
      boot(world);
      world.host('loadbalancer').failing.start.clear();
      if (end === 'stop') world.tell('backup', { kind: 'stop', keep: false });
      else if (end === 'reload') world.tell('backup', { kind: 'stop', keep: true });
      else world.crash('backup');
      if (end === 'reboot') world.boot('backup');
      world.run(12_000);
      assert.deepEqual(world.where('web'), ['loadbalancer'], end);
      assert.deepEqual(world.where('lvs'), ['loadbalancer'], end);
      assert.deepEqual(world.doubles, [], end);
    }
  });

  it('stays away when what a killed daemon left is completed at the same time', () => {
    const groups = [...GROUPS, { node: 'loadbalancer', key: 'web' }];
    const world = pair({ autoFailback: 'off' }, groups);
    boot(world);
    world.kill('loadbalancer');
    world.host('loadbalancer').failing.start.add('web');
    world.host('loadbalancer').running.delete('web');
    world.run(8000);
    assert.deepEqual(world.where('web'), ['backup']);
    world.host('loadbalancer').failing.start.clear();
    world.run(30_000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('is asked for after a reload, in legacy mode, before what is left is completed', () => {
    const world = pair({ autoFailback: 'legacy' }, TWO_AT_HOME);
    boot(world);
    world.host('loadbalancer').failing.start.add('web');
    world.host('loadbalancer').running.delete('web');
    world.tell('loadbalancer', {
      kind: 'local',
      message: Message.of({ t: 'ip-request-resp', dest: 'loadbalancer', ipaddr: 'web', ok: 'OK' }),
    });
    world.run(3000);
    assert.deepEqual(world.where('web'), ['backup']);
    world.host('loadbalancer').failing.start.clear();
    // Its scripts have something else to do first.
    world.host('backup').freeAt = world.now + 8000;
    world.tell('loadbalancer', { kind: 'stop', keep: true });
    world.run(15_000);
    assert.deepEqual(world.where('web'), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('is stopped before its home node, which knows nothing of it, begins a new life', () => {
    const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
    failStart(world, 'loadbalancer', 'web');
    boot(world);
    world.host('loadbalancer').failing.start.clear();
    world.scripts = 1000;
    world.crash('loadbalancer');
    world.boot('loadbalancer');
    world.run(20_000);
    for (const key of ['web', 'lvs']) assert.deepEqual(world.where(key), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('is stopped in the same way by a node that has read its configuration meanwhile', () => {
    const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
    failStart(world, 'loadbalancer', 'web');
    boot(world);
    world.host('loadbalancer').failing.start.clear();
    world.crash('loadbalancer');
    world.tell('backup', { kind: 'stop', keep: true });
    world.run(100);
    assert.deepEqual(world.where('web'), ['backup']);
    world.boot('loadbalancer');
    world.run(12_000);
    for (const key of ['web', 'lvs']) assert.deepEqual(world.where(key), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('is stopped as well where its start waited while its home node began a new life', () => {
    const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
    boot(world);
    const { failing, running } = world.host('loadbalancer');
    failing.start.add('web');
    running.delete('web');
    world.host('backup').freeAt = world.now + 4000;
    world.tell('loadbalancer', {
      kind: 'local',
      message: Message.of({ t: 'ip-request-resp', dest: 'loadbalancer', ipaddr: 'web', ok: 'OK' }),
    });
    world.run(1000);
    failing.start.clear();
    world.crash('loadbalancer');
    world.boot('loadbalancer');
    world.run(12_000);
    assert.ok(world.host('backup').jobs.includes('takeGroup web'));
    for (const key of ['web', 'lvs']) assert.deepEqual(world.where(key), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('stays with its home node when the node that held its share begins a new life', () => {
    const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
    boot(world);
    world.host('backup').failing.start.add('web');
    world.ask('loadbalancer', 'local');
    world.run(5000);
    assert.deepEqual(world.pair(), ['none', 'all']);
    assert.deepEqual(world.where('web'), ['loadbalancer']);
    world.host('backup').failing.start.clear();
    world.crash('backup');
    world.boot('backup');
    world.run(12_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.where('web'), ['loadbalancer']);
    assert.deepEqual(world.doubles, []);
  });

  it('does not keep its share from being ours when another of it starts after it', () => {
    const world = pair({ autoFailback: 'off' }, TWO_AT_HOME);
    boot0(world, 'backup');
    failStart(world, 'loadbalancer', 'lvs', 'web');
    world.boot('loadbalancer');
    world.run(20_000);
    assert.deepEqual(world.pair(), ['foreign', 'down']);
    world.host('loadbalancer').failing.start.delete('web');
    world.run(40_000);
    assert.deepEqual(world.where('web'), ['loadbalancer']);
    assert.deepEqual(world.where('lvs'), []);
    assert.deepEqual(world.pair(), ['all', 'down']);
  });

  it('that no node can start is said once and tried with pauses, on one node at a time', () => {
    const world = pair();
    failStart(world, 'loadbalancer', 'lvs');
    failStart(world, 'backup', 'lvs');
    boot(world);
    assert.deepEqual(world.where('lvs'), []);
    assert.deepEqual(world.pair(), ['none', 'local']);
    world.run(400_000);
    const said = [...world.hosts.keys()].flatMap((name) =>
      lines(world, name, 'Resource group lvs could not be started on either node'),
    );
    assert.deepEqual(said.map((line) => line.replace(/.*again in /, '')).sort(), [
      '120 s',
      '240 s',
      '30 s',
      '60 s',
    ]);
    const { failing } = world.host('backup');
    failing.start.clear();
    world.run(600_000);
    assert.deepEqual(world.where('lvs'), ['backup']);
    assert.deepEqual(world.doubles, []);
  });

  it('is tried again when there is no other node, and given to it when it comes', () => {
    const world = pair();
    boot(world);
    world.host('backup').failing.start.add('lvs');
    world.crash('loadbalancer');
    world.run(10_000);
    assert.deepEqual(world.where('lvs'), []);
    assert.equal(world.held('backup'), 'local');
    const text = 'Resource group lvs could not be started and there is no other node';
    assert.deepEqual(lines(world, 'backup', text), [`${text}; trying again in 30 s`]);
    world.boot('loadbalancer');
    world.run(5000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.pair(), ['local', 'local']);
    // What is moved by hand after that stays.
    world.host('backup').failing.start.clear();
    world.ask('loadbalancer', 'local');
    world.run(5000);
    assert.deepEqual(world.pair(), ['none', 'all']);
  });

  it('goes home, with auto_failback on, when it was taken over by a later try', () => {
    const world = pair();
    boot(world);
    world.host('backup').failing.start.add('lvs');
    world.crash('loadbalancer');
    world.run(10_000);
    world.host('backup').failing.start.clear();
    world.run(30_000);
    assert.deepEqual(world.where('lvs'), ['backup']);
    world.boot('loadbalancer');
    world.run(8000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.pair(), ['local', 'local']);
    assert.deepEqual(world.doubles, []);
  });
});

describe('a group that cannot be stopped', () => {
  it('stays when a standby wants to give it, with all that was given with it', () => {
    const world = pair({}, TWO_AT_HOME);
    boot(world);
    world.host('loadbalancer').failing.stop.add('web');
    world.ask('loadbalancer', 'all');
    world.run(20_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    for (const key of ['lvs', 'web']) assert.deepEqual(world.where(key), ['loadbalancer']);
    const text = 'Standby refused: web could not be stopped and stays on this node';
    assert.ok(world.host('loadbalancer').log.includes(text));
    assert.equal(view(world.host('backup').state).resources, 'local');
    world.host('loadbalancer').failing.stop.clear();
    world.ask('loadbalancer', 'all');
    world.run(2000);
    assert.deepEqual(world.pair(), ['none', 'all']);
    assert.deepEqual(world.doubles, []);
  });

  it('keeps its node from ending, until the stop works', () => {
    const world = pair();
    boot(world);
    world.host('loadbalancer').failing.stop.add('lvs');
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(20_000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    world.host('loadbalancer').failing.stop.clear();
    world.tell('loadbalancer', { kind: 'stop', keep: false });
    world.run(5000);
    assert.deepEqual(world.pair(), ['down', 'all']);
    assert.deepEqual(world.doubles, []);
  });

  it('is let go of later when a partition has healed', () => {
    const world = pair();
    boot(world);
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(6000);
    world.host('backup').failing.stop.add('lvs');
    world.cut.clear();
    world.run(10_000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer', 'backup']);
    assert.equal(lines(world, 'backup', 'Giving up our').length, 1, 'not again and again');
    world.host('backup').failing.stop.clear();
    world.run(70_000);
    assert.deepEqual(world.where('lvs'), ['loadbalancer']);
    assert.deepEqual(world.pair(), ['local', 'local']);
  });
});

describe('a healed partition', () => {
  it('is followed by announcements of the one that stays, also when the other has let go', () => {
    const world = pair();
    boot(world);
    world.cut = new Set(['eth0', '/dev/ttyS0']);
    world.run(6000);
    world.cut.clear();
    world.run(2000);
    for (const name of ['loadbalancer', 'backup']) {
      const announced = world.host(name).jobs.filter((job) => job.startsWith('announce'));
      assert.deepEqual(announced, ['announce local', 'announce local']);
    }
  });

  it('is settled too when one node began a new life in it and found its groups running', () => {
    for (const autoFailback of ['on', 'off', 'legacy'] as const) {
      const world = pair({ autoFailback });
      boot(world);
      world.cut = new Set(['eth0', '/dev/ttyS0']);
      world.run(1000);
      world.crash('loadbalancer');
      world.boot('loadbalancer', 'local');
      world.run(3000);
      assert.deepEqual(world.where('lvs'), ['loadbalancer', 'backup']);
      world.cut.clear();
      world.run(3000);
      assert.equal(world.where('lvs').length, 1, autoFailback);
      assert.equal(world.where('mail').length, 1, autoFailback);
    }
  });

  it('is settled once, also where what both hold is heard of before the return', () => {
    const world = pair();
    boot(world);
    world.freeze('backup');
    world.run(6000);
    world.thaw('backup');
    world.run(3000);
    assert.deepEqual(world.pair(), ['local', 'local']);
    for (const name of ['loadbalancer', 'backup']) {
      const said = world.host(name).log.filter((line) => / after the partition: /.test(line));
      assert.equal(said.length, 1, `${name}: ${said.join('; ')}`);
    }
  });
});
