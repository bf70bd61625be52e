/** Whole nodes against each other on one virtual clock: the stories of a cluster of two. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Settings } from './config/settings.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import type { Job } from './job.js';
import { Message } from './message/message.js';
import { createNode, type NodeState, step, view, wakeAt } from './node.js';
import { heldOf } from './state.js';

const SETTINGS: Omit<Settings, 'localNode'> = {
  nodes: [
    { name: 'loadbalancer', type: 'normal' },
    { name: 'backup', type: 'normal' },
  ],
  media: [
    { kind: 'serial', path: '/dev/ttyS0', baud: 19200 },
    { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 694, ttl: 1, loop: 0 },
  ],
  keepalive: 200,
  deadtime: 2000,
  warntime: 1000,
  initdead: 5000,
  deadping: 2000,
  hopfudge: 1,
  autoFailback: 'on',
  maxRexmitDelay: 250,
  generationMethod: 'file',
  realtime: false,
  realtimePriority: 1,
  coredumps: false,
  clients: [],
  apiauth: [],
  log: { useLogd: false, syslogFormat: true, logBadPackets: true, debug: 0 },
  environment: new Map(),
  parameters: new Map(),
};

interface Host {
  state: NodeState;
  up: boolean;
  generation: number;
  readonly log: string[];
  readonly jobs: string[];
}

/** A world of two hosts whose wires take a millisecond and whose scripts take as long as told. */
class World {
  now = 1_000_000;
  readonly hosts = new Map<string, Host>();
  cut = new Set<string>();
  /** Chance by number: every so-manyth message is lost. */
  loseEvery = 0;
  scripts = 50;
  private readonly queue: { at: number; order: number; run: () => void }[] = [];
  private order = 0;
  private sent = 0;

  constructor(private readonly settings: Partial<Settings> = {}) {}

  private settingsOf(name: string): Settings {
    return { ...SETTINGS, ...this.settings, localNode: name };
  }

  later(delay: number, run: () => void): void {
    this.order += 1;
    this.queue.push({ at: this.now + delay, order: this.order, run });
  }

  boot(name: string): void {
    const before = this.hosts.get(name);
    const host: Host = {
      state: createNode(this.settingsOf(name)),
      up: true,
      generation: (before?.generation ?? 100) + 1,
      log: before?.log ?? [],
      jobs: before?.jobs ?? [],
    };
    this.hosts.set(name, host);
    this.give(name, host, {
      kind: 'start',
      generation: host.generation,
      uuid: new Uint8Array(16).fill(name.length),
      pid: 1,
      seed: name.length,
    });
  }

  crash(name: string): void {
    this.host(name).up = false;
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    assert.ok(host);
    return host;
  }

  give(name: string, host: Host, event: Event): void {
    if (!host.up || this.hosts.get(name) !== host) return;
    const now = { at: this.now, wall: 1_700_000_000 + Math.floor(this.now / 1000), load: '' };
    const result = step(host.state, event, now);
    host.state = result.state;
    for (const effect of result.effects) this.perform(name, host, effect);
  }

  tell(name: string, event: Event): void {
    this.give(name, this.host(name), event);
  }

  ask(name: string, share: string): void {
    const host = this.host(name);
    const message = { t: 'ask_resources', rsc_hold: share, info: 'me' };
    this.give(name, host, { kind: 'local', message: messageOf(message) });
  }

  private perform(name: string, host: Host, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        for (const link of ['/dev/ttyS0', 'eth0']) {
          this.sent += 1;
          if (this.cut.has(link) || (this.loseEvery && this.sent % this.loseEvery === 0)) continue;
          for (const [other, peer] of this.hosts) {
            if (other === name) continue;
            const event: Event = { kind: 'received', link, message: effect.message };
            this.later(link === 'eth0' ? 1 : 30, () => this.give(other, peer, event));
          }
        }
        break;
      case 'job': {
        const { id, job } = effect;
        host.jobs.push(jobText(job));
        const outcome = { ok: true, failed: [], groups: ['lvs'] };
        this.later(this.scripts, () => this.give(name, host, { kind: 'jobDone', id, outcome }));
        break;
      }
      case 'stopClients':
        this.later(1, () => this.give(name, host, { kind: 'clientsStopped' }));
        break;
      case 'log':
        host.log.push(effect.text);
        break;
      case 'exit':
        host.up = false;
        if (effect.restart) this.later(effect.delay, () => this.boot(name));
        break;
      default:
        break;
    }
  }

  /** Lets time pass, event by event. */
  run(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (;;) {
      let next = until;
      for (const host of this.hosts.values()) {
        if (host.up) next = Math.min(next, wakeAt(host.state) ?? until);
      }
      for (const { at } of this.queue) next = Math.min(next, at);
      this.now = Math.max(this.now, next);
      const due = this.queue
        .filter(({ at }) => at <= this.now)
        .sort((a, b) => a.at - b.at || a.order - b.order);
      for (const item of due) this.queue.splice(this.queue.indexOf(item), 1);
      for (const { run } of due) run();
      for (const [name, host] of this.hosts) {
        const wake = host.up ? wakeAt(host.state) : undefined;
        if (wake !== undefined && wake <= this.now) this.give(name, host, { kind: 'time' });
      }
      if (this.now >= until) return;
    }
  }

  held(name: string): string {
    const host = this.host(name);
    return host.up ? heldOf(host.state.resources.mine) : 'down';
  }

  pair(): [string, string] {
    return [this.held('loadbalancer'), this.held('backup')];
  }
}

function messageOf(strings: Record<string, string>): Message {
  return Message.of(strings);
}

function jobText(job: Job): string {
  if (job.kind === 'takeOver') return `${job.kind} ${job.node}`;
  if ('share' in job) return `${job.kind} ${job.share}`;
  return 'key' in job ? `${job.kind} ${job.key}` : job.kind;
}

function settledPair(settings: Partial<Settings> = {}): World {
  const world = new World(settings);
  world.boot('loadbalancer');
  world.boot('backup');
  // Past the first seconds, in which a node asks for a longer dead time.
  world.run(8000);
  return world;
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

  it('leaves the state it was given as it was', () => {
    const world = settledPair();
    const before = world.host('backup').state;
    const copy = structuredClone({ ...before, settings: undefined, history: undefined });
    world.ask('backup', 'all');
    world.run(3000);
    assert.deepEqual({ ...before, settings: undefined, history: undefined }, copy);
  });
});
