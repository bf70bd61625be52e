/**
 * Our node and an old one, or two old ones, on two wires and one virtual clock. Every message goes
 * through the real codec: datagrams on the network, frames on the serial line.
 */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import {
  decodeDatagram,
  decodeFrame,
  encodeDatagram,
  encodeFrame,
} from '@ts-heartbeat/core/message/datagram';
import { Framing } from '@ts-heartbeat/core/message/framing';
import { Message } from '@ts-heartbeat/core/message/message';
import { createNode, type NodeState, step, view, wakeAt } from '@ts-heartbeat/core/node';
import { GROUPS, jobText, performJob } from '@ts-heartbeat/core/scripts.fixture';
import { settingsFixture } from '@ts-heartbeat/core/settings.fixture';
import { OldNode, type OldTiming } from './oldnode.js';
import type { Mode } from './oldresources.js';
import type { Release } from './release.js';
import { Timetable } from './timetable.js';

const KEYRING: Keyring = {
  signing: 1,
  keys: new Map([[1, { method: 'sha1', key: 'any_password' }]]),
};

export const LINKS = ['eth0', '/dev/ttyS0'] as const;
export type LinkName = (typeof LINKS)[number];

/** How long a message takes on each wire. */
const DELAY = { eth0: 1, '/dev/ttyS0': 30 } as const;

/** One message as it went onto the network, before anything was lost. */
export interface Spoken {
  readonly at: number;
  readonly from: string;
  readonly message: Message;
}

/** Our node in one life. */
export interface Ours {
  readonly kind: 'ours';
  state: NodeState;
  alive: boolean;
  /** The earliest instant for which it will be woken. */
  wakesAt: number;
  readonly log: string[];
  readonly jobs: string[];
  readonly running: Set<string>;
  /** Keys of groups whose start, or stop, does not work on our node. */
  readonly failing: { readonly start: Set<string>; readonly stop: Set<string> };
}

export type Actor = Ours | { readonly kind: 'old'; readonly node: OldNode };

export interface StageOptions {
  readonly mode: Mode;
  readonly timing?: OldTiming;
  /** Which last digit old nodes acknowledge, by name; 7 otherwise. */
  readonly ackDigits?: Readonly<Record<string, number>>;
  /** Whether old nodes look who is there before they act upon a message. */
  readonly eager?: boolean;
  /** How much longer than its wire takes a message is on its way; 0 otherwise. */
  readonly latency?: number;
  readonly groups?: readonly { readonly node: string; readonly key: string }[];
}

export class Stage {
  readonly clock = new Timetable();
  readonly actors = new Map<string, Actor>();
  readonly spoken: Spoken[] = [];
  /** Says which message is lost on which wire. */
  loses: (from: string, link: LinkName, message: Message) => boolean = () => false;
  /** How long scripts take, on either node. */
  scripts = 50;
  readonly #options: StageOptions;
  readonly #generations = new Map<string, number>();

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Boots our node under that name. */
  bootOurs(name: string): Ours {
    const { mode, timing } = this.#options;
    const settings: Partial<Settings> = { autoFailback: mode, ...timing };
    const ours: Ours = {
      kind: 'ours',
      state: createNode(settingsFixture(name, settings)),
      alive: true,
      wakesAt: Number.POSITIVE_INFINITY,
      log: [],
      jobs: [],
      running: new Set(),
      failing: { start: new Set(), stop: new Set() },
    };
    this.actors.set(name, ours);
    const generation = this.#nextGeneration(name, 1_795_000_000);
    const uuid = new Uint8Array(16).fill(7);
    this.tell(name, { kind: 'start', generation, uuid, pid: 1, seed: name.length });
    return ours;
  }

  /** Boots a node of that release; its generation is one more than in its last life. */
  bootOld(name: string, release: Release, generation?: number): OldNode {
    const { mode, timing = { keepalive: 200, deadtime: 2000, initdead: 5000 } } = this.#options;
    const nodes = ['loadbalancer', 'backup'];
    const node = new OldNode({
      release,
      name,
      nodes,
      other: nodes.find((other) => other !== name) ?? '',
      generation: generation ?? this.#nextGeneration(name, release.firstGeneration(1_790_000_000)),
      ackDigit: this.#options.ackDigits?.[name] ?? 7,
      eager: this.#options.eager === true,
      mode,
      timing,
      groups: this.#options.groups ?? GROUPS,
      scripts: this.scripts,
      clock: this.clock,
      send: (message) => this.#transmit(name, message),
      ended: (restart) => {
        if (restart === undefined) return;
        this.clock.after(restart, () => this.bootOld(name, release));
      },
    });
    this.actors.set(name, { kind: 'old', node });
    node.begin();
    return node;
  }

  old(name: string): OldNode {
    const actor = this.actors.get(name);
    if (actor?.kind !== 'old') throw new Error(`${name} is not an old node`);
    return actor.node;
  }

  ours(name: string): Ours {
    const actor = this.actors.get(name);
    if (actor?.kind !== 'ours') throw new Error(`${name} is not ours`);
    return actor;
  }

  /** Power off. */
  crash(name: string): void {
    const actor = this.actors.get(name);
    if (actor?.kind === 'ours') actor.alive = false;
    else actor?.node.kill();
  }

  /** Ends the node in order. */
  stop(name: string): void {
    const actor = this.actors.get(name);
    if (actor?.kind === 'old') actor.node.resources.stop(false);
    else this.tell(name, { kind: 'stop', keep: false });
  }

  /** hb_standby or hb_takeover on that node. */
  command(name: string, command: 'standby' | 'takeover', share: 'all' | 'local' | 'foreign'): void {
    const actor = this.actors.get(name);
    if (actor?.kind === 'old') {
      if (command === 'standby') actor.node.resources.ask(share);
      else actor.node.resources.takeover(share);
      return;
    }
    const words =
      command === 'standby'
        ? { t: 'ask_resources', rsc_hold: share, info: 'me' }
        : { t: 'hb_takeover', rsc_hold: share };
    this.say(name, words);
  }

  /** Lets our node send a message, as for one of its clients. */
  say(name: string, words: Readonly<Record<string, string>>): void {
    this.tell(name, { kind: 'local', message: Message.of(words) });
  }

  /** Gives our node an event. */
  tell(name: string, event: Event): void {
    const ours = this.ours(name);
    this.#give(name, ours, event);
  }

  /** The nodes on which the group runs. */
  where(key: string): string[] {
    const found: string[] = [];
    for (const [name, actor] of this.actors) {
      const alive = actor.kind === 'ours' ? actor.alive : actor.node.alive;
      const running = actor.kind === 'ours' ? actor.running : actor.node.resources.running;
      if (alive && running.has(key)) found.push(name);
    }
    return found;
  }

  /** Who runs which group, both nodes of the imagined haresources. */
  get places(): { readonly lvs: string; readonly mail: string } {
    return { lvs: this.where('lvs').join('+'), mail: this.where('mail').join('+') };
  }

  /** What `cl_status rscstatus` says on our node. */
  rscstatus(name: string): string {
    return view(this.ours(name).state).resources;
  }

  #nextGeneration(name: string, first: number): number {
    const next = (this.#generations.get(name) ?? first - 1) + 1;
    this.#generations.set(name, next);
    return next;
  }

  #give(name: string, ours: Ours, event: Event): void {
    if (!ours.alive || this.actors.get(name) !== ours) return;
    const { now: at } = this.clock;
    const now = { at, wall: 1_700_000_000 + Math.floor(at / 1000), load: '0.00 0.00 0.00 1/1 1' };
    const { state, effects } = step(ours.state, event, now);
    ours.state = state;
    for (const effect of effects) this.#perform(name, ours, effect);
    const wake = ours.alive ? wakeAt(ours.state) : undefined;
    if (wake === undefined || wake >= ours.wakesAt) return;
    ours.wakesAt = wake;
    this.clock.after(Math.max(0, wake - at), () => {
      if (ours.wakesAt === wake) ours.wakesAt = Number.POSITIVE_INFINITY;
      this.#give(name, ours, { kind: 'time' });
    });
  }

  #perform(name: string, ours: Ours, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        this.#transmit(name, effect.message);
        break;
      case 'job': {
        const { id, job } = effect;
        ours.jobs.push(jobText(job));
        this.clock.after(this.scripts, () => {
          if (!ours.alive) return;
          const groups = this.#options.groups ?? GROUPS;
          const outcome = performJob({ name, groups, ...ours }, job);
          this.#give(name, ours, { kind: 'jobDone', id, outcome });
        });
        break;
      }
      case 'stopClients':
        this.clock.after(1, () => this.#give(name, ours, { kind: 'clientsStopped' }));
        break;
      case 'log':
        ours.log.push(effect.text);
        break;
      case 'exit':
        ours.alive = false;
        if (effect.restart) this.clock.after(effect.delay, () => void this.bootOurs(name));
        break;
      default:
        break;
    }
  }

  #transmit(from: string, message: Message): void {
    this.spoken.push({ at: this.clock.now, from, message });
    for (const link of LINKS) {
      if (this.loses(from, link, message)) continue;
      const heard = link === 'eth0' ? throughDatagram(message) : throughFrame(message);
      for (const [name, actor] of this.actors) {
        if (name === from) continue;
        this.clock.after(DELAY[link] + (this.#options.latency ?? 0), () => {
          if (actor.kind === 'old') actor.node.hear(heard);
          else this.#give(name, actor, { kind: 'received', link, message: heard });
        });
      }
    }
  }
}

function throughDatagram(message: Message): Message {
  const received = decodeDatagram(encodeDatagram(message, KEYRING), KEYRING);
  if (!received.ok) throw new Error('a datagram of a sound message was refused');
  if (received.encoding !== 'string') throw new Error('only strings are understood by all');
  return received.message.without('auth');
}

function throughFrame(message: Message): Message {
  const [frame = ''] = new Framing().push(encodeFrame(message, KEYRING));
  const received = decodeFrame(frame, KEYRING);
  if (!received.ok) throw new Error('a frame of a sound message was refused');
  return received.message.without('auth');
}
