/** Two hosts, each with a daemon of ours or the model of the genuine one, and the wire between. */
import type { ResourceGroup } from '@ts-heartbeat/core/config/haresources';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import type { Held } from '@ts-heartbeat/core/job';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Message } from '@ts-heartbeat/core/message/message';
import { DIRECTORS, type Director } from '../../lab/lab.js';
import type { Call } from '../../scenarios/calls.js';
import { type Mind, OurMind } from '../cluster/mind.js';
import { World } from '../world.js';
import { Client } from './client.js';
import { Machine } from './machine.js';
import { GenuineMind } from './mind.js';

/** How long a message is under way, in milliseconds. */
const WIRE = 1;
/** How long a daemon takes to begin its life, and its clients to end. */
const BOOT = 100;
const CLIENTS = 20;
const CLOCK = 1_700_000_000;

/** One host and the present life of its daemon. */
interface Host {
  readonly name: Director;
  readonly kind: 'C' | 'TS';
  readonly machine: Machine;
  /** Undefined while no daemon lives. */
  life: { readonly mind: Mind; readonly client: Client | undefined } | undefined;
  generation: number;
  pings: boolean;
}

export interface Sent {
  /** The wire was cut: nobody else heard it. */
  readonly cut: boolean;
  readonly node: Director;
  readonly message: Message;
}

export interface Logged {
  readonly node: Director;
  readonly line: LogLine;
}

export class Pair {
  readonly world = new World();
  readonly calls: Call[] = [];
  readonly sent: Sent[] = [];
  readonly logged: Logged[] = [];
  /** Nodes whose messages reach nobody; both of them: the wire is cut. */
  readonly unheard = new Set<Director>();
  readonly #hosts: ReadonlyMap<Director, Host>;

  constructor(
    private readonly settings: (node: Director) => Settings,
    private readonly groups: readonly ResourceGroup[],
    kinds: readonly ['C' | 'TS', 'C' | 'TS'],
  ) {
    const hosts = DIRECTORS.map((name, place): [Director, Host] => {
      const kind = kinds[place] ?? 'C';
      const seen = (verb: Call['verb'], resource: string): void => {
        this.calls.push({ node: name, verb, resource });
        if (verb === 'reboot') this.world.later(0, () => this.powerOff(name));
      };
      const machine = new Machine(name, groups, this.world, seen, kind === 'TS');
      return [name, { name, kind, machine, life: undefined, generation: CLOCK, pings: true }];
    });
    this.#hosts = new Map(hosts);
  }

  host(name: Director): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  /** Begins a life; with `resume` what runs on the machine goes on running. */
  boot(name: Director, resume?: Held, interrupted = false): void {
    const host = this.host(name);
    const settings = this.settings(name);
    host.generation += 1;
    const ipfail = settings.clients.some(({ command }) => command.includes('ipfail'));
    const say = (message: Message): void => this.give(host, { kind: 'local', message });
    const client = ipfail ? new Client(settings, this.world, say) : undefined;
    const ours = host.kind === 'TS';
    const mind = ours ? new OurMind(settings) : new GenuineMind(settings, this.groups);
    host.life = { mind, client };
    this.give(host, {
      kind: 'start',
      generation: host.generation,
      uuid: new Uint8Array(16).fill(name.length),
      pid: host.generation,
      seed: name.length,
      ...(resume === undefined ? {} : { resume }),
      ...(interrupted ? { interrupted } : {}),
    });
  }

  powerOff(name: Director): void {
    const host = this.host(name);
    host.life = undefined;
    host.machine.powerOff();
  }

  /** The daemon alone is killed; its resources go on running. Ours is started again. */
  kill(name: Director): void {
    const host = this.host(name);
    host.life = undefined;
    if (host.kind === 'C') return;
    this.world.later(BOOT, () => {
      if (host.life === undefined) this.boot(name, host.machine.held(), true);
    });
  }

  /** What its client interface would say; empty where no daemon lives. */
  resources(name: Director): string {
    const { life } = this.host(name);
    return life === undefined ? '' : life.mind.view().resources;
  }

  give(host: Host, event: Event): void {
    const { life } = host;
    if (life === undefined) return;
    const { now } = this.world;
    const present = { at: now, wall: CLOCK + Math.floor(now / 1000), load: '' };
    for (const effect of life.mind.give(event, present)) this.#perform(host, effect);
    if (host.life === life) this.#wake(host);
  }

  #wake(host: Host): void {
    const { life } = host;
    const at = life?.mind.wakeAt();
    if (life === undefined || at === undefined) return;
    this.world.at(at, () => {
      // Another event may have come since, and with it another time.
      if (host.life === life && life.mind.wakeAt() === at) this.give(host, { kind: 'time' });
    });
  }

  #perform(host: Host, effect: Effect): void {
    const { life, machine } = host;
    const { world } = this;
    const later = (delay: number, event: Event): void =>
      void world.later(delay, () => host.life === life && this.give(host, event));
    switch (effect.kind) {
      case 'send':
        this.#send(host, effect.message);
        break;
      case 'ping': {
        const { link, message } = effect;
        if (host.pings) later(WIRE, { kind: 'received', link, message });
        break;
      }
      case 'job': {
        const { id, job } = effect;
        machine.perform(job, (outcome) => {
          if (job.kind === 'takeOver') this.#logTakeover(host, job.node, outcome.groups);
          if (host.life === life) this.give(host, { kind: 'jobDone', id, outcome });
        });
        break;
      }
      case 'log':
        this.logged.push({ node: host.name, line: effect });
        break;
      case 'communicationUp':
        world.later(BOOT, () => {
          if (host.life === life && life !== undefined) life.client?.begin(life.mind.view());
        });
        break;
      case 'notify': {
        const { message } = effect;
        const { client, mind } = life ?? {};
        if (effect.class !== 'normal' || client === undefined || mind === undefined) break;
        client.hear(message, () => mind.view().resources);
        break;
      }
      case 'stopClients':
        life?.client?.end();
        later(CLIENTS, { kind: 'clientsStopped' });
        break;
      case 'exit':
        host.life = undefined;
        if (effect.restart) this.#again(host, effect.delay, effect.held);
        break;
      default:
        break;
    }
  }

  /** What the script mach_down writes. */
  #logTakeover({ name }: Host, node: string, keys: readonly string[]): void {
    const texts = keys.map((key) => `Taking over resource group ${key}`);
    for (const text of [...texts, `mach_down takeover complete for node ${node}.`]) {
      this.logged.push({ node: name, line: { severity: 'info', text, tag: 'mach_down' } });
    }
  }

  #again(host: Host, delay: number, held: Held): void {
    const resume = held === 'none' ? undefined : held;
    this.world.later(delay + BOOT, () => {
      if (host.life === undefined) this.boot(host.name, resume);
    });
  }

  #send(from: Host, message: Message): void {
    this.sent.push({ cut: this.unheard.size > 0, node: from.name, message });
    for (const to of this.#hosts.values()) {
      if (to === from || this.unheard.has(from.name)) continue;
      this.world.later(WIRE, () => {
        if (!this.unheard.has(from.name))
          this.give(to, { kind: 'received', link: 'eth0', message });
      });
    }
  }
}
