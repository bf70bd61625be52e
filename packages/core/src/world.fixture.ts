/** Two hosts on one virtual clock, for tests of whole nodes: wires, scripts, power, all pretended. */
import assert from 'node:assert/strict';
import type { Settings } from './config/settings.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import type { Job, JobOutcome } from './job.js';
import { Message } from './message/message.js';
import { createNode, type NodeState, step, wakeAt } from './node.js';
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

/** What haresources lists: each node has one group. */
const GROUPS = [
  { node: 'loadbalancer', key: 'lvs' },
  { node: 'backup', key: 'mail' },
];

export interface Host {
  state: NodeState;
  up: boolean;
  generation: number;
  /** Keys of the groups that run here. */
  readonly running: Set<string>;
  /** When the runner has done the jobs it has. */
  freeAt: number;
  readonly log: string[];
  readonly jobs: string[];
}

/** How many rounds one instant may take before the machine is taken for stuck. */
const STILL_MAX = 10_000;

/** A world of two hosts whose wires take a millisecond and whose scripts take as long as told. */
export class World {
  now = 1_000_000;
  readonly hosts = new Map<string, Host>();
  cut = new Set<string>();
  /** Chance by number: every so-manyth message is lost. */
  loseEvery = 0;
  scripts = 50;
  /** Jobs, as in `Host.jobs`, whose scripts fail and change nothing. */
  readonly failing = new Set<string>();
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
      running: new Set(),
      freeAt: this.now,
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
        host.freeAt = Math.max(host.freeAt, this.now) + this.scripts;
        this.later(host.freeAt - this.now, () => {
          if (!host.up || this.hosts.get(name) !== host) return;
          const fails = this.failing.has(jobText(job));
          const outcome = fails ? failure(name, job) : perform(name, host.running, job);
          this.give(name, host, { kind: 'jobDone', id, outcome });
        });
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
    let still = 0;
    let last = this.now;
    for (;;) {
      still = this.now === last ? still + 1 : 0;
      last = this.now;
      assert.ok(still < STILL_MAX, 'time stands still: a wake-up that changes nothing');
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

  /** The nodes on which the group runs. */
  where(key: string): string[] {
    return [...this.hosts].filter(([, { up, running }]) => up && running.has(key)).map(([n]) => n);
  }

  pair(): [string, string] {
    return [this.held('loadbalancer'), this.held('backup')];
  }
}

/** What the resource runner does, with scripts that never fail. */
function perform(name: string, running: Set<string>, job: Job): JobOutcome {
  const keys = keysOf(name, job).filter((key) => {
    if (job.kind === 'acquireOwn' || job.kind === 'findIdle') return !running.has(key);
    return job.kind === 'giveGroup' ? running.has(key) : true;
  });
  const stops = ['standbyRelease', 'releaseAll', 'giveGroup'].includes(job.kind);
  for (const key of keys) {
    if (stops) running.delete(key);
    else if (job.kind !== 'findIdle') running.add(key);
  }
  return { ok: true, failed: [], groups: keys };
}

function failure(name: string, job: Job): JobOutcome {
  const keys = keysOf(name, job);
  return { ok: false, failed: keys, groups: keys };
}

/** The groups that a job is about. */
function keysOf(name: string, job: Job): string[] {
  const meant = GROUPS.filter(({ node, key }) => {
    if ('key' in job) return key === job.key;
    if (job.kind === 'takeOver') return node === job.node;
    const share = 'share' in job ? job.share : job.kind === 'releaseAll' ? 'all' : 'local';
    return share === 'all' || (node === name) === (share === 'local');
  });
  return meant.map(({ key }) => key);
}

function messageOf(strings: Record<string, string>): Message {
  return Message.of(strings);
}

function jobText(job: Job): string {
  if (job.kind === 'takeOver') return `${job.kind} ${job.node}`;
  if ('share' in job) return `${job.kind} ${job.share}`;
  return 'key' in job ? `${job.kind} ${job.key}` : job.kind;
}
