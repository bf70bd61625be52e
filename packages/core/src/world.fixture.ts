/** Two hosts on one virtual clock, for tests of whole nodes: wires, scripts, power, all pretended. */
import assert from 'node:assert/strict';
import type { Settings } from './config/settings.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import type { Held } from './job.js';
import { Message } from './message/message.js';
import { createNode, type NodeState, step, wakeAt } from './node.js';
import { failJob, GROUPS, type Group, jobText, performJob } from './scripts.fixture.js';
import { settingsFixture } from './settings.fixture.js';
import { heldOf } from './state.js';

export interface Host {
  state: NodeState;
  /** The daemon lives. */
  up: boolean;
  /** The machine does, and what runs on it. */
  power: boolean;
  /** What has happened while the machine stands still; undefined while it does not. */
  frozen: { readonly since: number; readonly events: Event[] } | undefined;
  generation: number;
  /** Keys of the groups that run here. */
  readonly running: Set<string>;
  /** Keys of groups whose start, or stop, does not work on this machine. */
  readonly failing: { readonly start: Set<string>; readonly stop: Set<string> };
  /** When the runner has done the jobs it has. */
  freeAt: number;
  readonly log: string[];
  readonly jobs: string[];
}

type Left = Pick<Extract<Event, { kind: 'start' }>, 'failback' | 'borrowed'>;

/** How soon a daemon that was killed is followed by another. */
const RESTART = 50;
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
  /** By how much the wall clocks have been set, in seconds. */
  wallStep = 0;
  /** What haresources lists. */
  groups: readonly Group[] = GROUPS;
  /** Whether the fencing device works, and how long it takes. */
  device = { works: true, takes: 500 };
  /** Every time that a group came to run on both machines at once. */
  readonly doubles: string[] = [];
  private readonly queue: { at: number; order: number; run: () => void }[] = [];
  private order = 0;
  private sent = 0;

  constructor(private readonly settings: Partial<Settings> = {}) {}

  private settingsOf(name: string): Settings {
    return settingsFixture(name, this.settings);
  }

  later(delay: number, run: () => void): void {
    this.order += 1;
    this.queue.push({ at: this.now + delay, order: this.order, run });
  }

  /** Begins a life; with `resume` what runs on the machine goes on running. */
  boot(name: string, resume?: Held, interrupted = false, left: Left = {}): void {
    const before = this.hosts.get(name);
    const host: Host = {
      state: createNode(this.settingsOf(name)),
      up: true,
      power: true,
      frozen: undefined,
      generation: (before?.generation ?? 100) + 1,
      running: resume === undefined ? new Set() : (before?.running ?? new Set()),
      failing: before?.failing ?? { start: new Set(), stop: new Set() },
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
      ...(resume === undefined ? {} : { resume }),
      ...(interrupted ? { interrupted } : {}),
      ...left,
    });
  }

  /** Power off. */
  crash(name: string): void {
    const host = this.host(name);
    host.up = false;
    host.power = false;
  }

  /** The daemon alone ends; another finds what runs when the scripts under way have ended. */
  kill(name: string): void {
    const host = this.host(name);
    host.up = false;
    this.later(Math.max(RESTART, host.freeAt - this.now), () => {
      const again = !host.up && host.power && this.hosts.get(name) === host;
      if (again) this.boot(name, this.found(name, host.running), true);
    });
  }

  private found(name: string, running: ReadonlySet<string>): Held {
    const held = { local: false, foreign: false };
    for (const { node, key } of this.groups) {
      if (running.has(key)) held[node === name ? 'local' : 'foreign'] = true;
    }
    return heldOf(held);
  }

  /** The machine stands still; its clock does not. */
  freeze(name: string): void {
    this.host(name).frozen ??= { since: this.now, events: [] };
  }

  thaw(name: string): void {
    const host = this.host(name);
    const { frozen } = host;
    if (frozen === undefined) return;
    host.frozen = undefined;
    this.give(name, host, { kind: 'overslept', by: this.now - frozen.since });
    for (const event of frozen.events) this.give(name, host, event);
    this.give(name, host, { kind: 'time' });
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    assert.ok(host);
    return host;
  }

  give(name: string, host: Host, event: Event): void {
    if (!host.up || this.hosts.get(name) !== host) return;
    if (host.frozen !== undefined) {
      host.frozen.events.push(event);
      return;
    }
    const wall = 1_700_000_000 + this.wallStep + Math.floor(this.now / 1000);
    const now = { at: this.now, wall, load: '' };
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
          if (!host.power || this.hosts.get(name)?.running !== host.running) return;
          const fails = this.failing.has(jobText(job));
          const machine = { name, groups: this.groups, ...host };
          const outcome = fails ? failJob(machine, job) : performJob(machine, job);
          this.noteDoubles();
          this.give(name, host, { kind: 'jobDone', id, outcome });
        });
        break;
      }
      case 'stopClients':
        this.later(1, () => this.give(name, host, { kind: 'clientsStopped' }));
        break;
      case 'fence':
        this.later(this.device.takes, () => this.fence(name, host, effect.node));
        break;
      case 'log':
        host.log.push(effect.text);
        break;
      case 'exit':
        host.up = false;
        if (effect.restart) {
          const keeps = effect.delay === 0;
          const resume = keeps ? effect.held : undefined;
          const { incomplete, failback, borrowed = [] } = effect;
          const left = { ...(failback === true ? { failback } : {}), borrowed };
          this.later(effect.delay, () => this.boot(name, resume, incomplete, left));
        }
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
        if (isAwake(host)) next = Math.min(next, wakeAt(host.state) ?? until);
      }
      for (const { at } of this.queue) next = Math.min(next, at);
      this.now = Math.max(this.now, next);
      const due = this.queue
        .filter(({ at }) => at <= this.now)
        .sort((a, b) => a.at - b.at || a.order - b.order);
      for (const item of due) this.queue.splice(this.queue.indexOf(item), 1);
      for (const { run } of due) run();
      for (const [name, host] of this.hosts) {
        const wake = isAwake(host) ? wakeAt(host.state) : undefined;
        if (wake !== undefined && wake <= this.now) this.give(name, host, { kind: 'time' });
      }
      if (this.now >= until) return;
    }
  }

  held(name: string): string {
    const host = this.host(name);
    return host.up ? heldOf(host.state.resources.mine) : 'down';
  }

  private fence(name: string, host: Host, node: string): void {
    const ok = this.device.works;
    if (ok) this.crash(node);
    this.give(name, host, { kind: 'fenced', node, ok });
  }

  private noteDoubles(): void {
    for (const { key } of this.groups) {
      if (this.where(key).length > 1) this.doubles.push(`${this.now} ${key}`);
    }
  }

  /** The nodes on which the group runs. */
  where(key: string): string[] {
    const runs = ({ power, running }: Host): boolean => power && running.has(key);
    return [...this.hosts].filter(([, host]) => runs(host)).map(([name]) => name);
  }

  pair(): [string, string] {
    return [this.held('loadbalancer'), this.held('backup')];
  }
}

function isAwake(host: Host): boolean {
  return host.up && host.frozen === undefined;
}

function messageOf(strings: Record<string, string>): Message {
  return Message.of(strings);
}

/** Both nodes up, each with its own groups. */
export function settledPair(settings: Partial<Settings> = {}): World {
  const world = new World(settings);
  world.boot('loadbalancer');
  world.boot('backup');
  // Past the first seconds, in which a node asks for a longer dead time.
  world.run(8000);
  return world;
}
