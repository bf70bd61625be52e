/** Hand-made observations of a pair, and what the judge says of them. */
import type { Observation, Sight, Stage, Watched } from '../observation.js';
import type { Excuse, Violation } from './excuse.js';
import { Judge } from './judge.js';

export const WATCHED: Watched = {
  nodes: [
    { name: 'alpha', genuine: false },
    { name: 'beta', genuine: false },
  ],
  keepalive: 1000,
  warntime: 5000,
  deadtime: 10_000,
  initdead: 20_000,
  autoFailback: 'off',
  ipfail: false,
  pingNodes: [],
  links: ['eth0'],
  groups: [
    { node: 'alpha', key: 'web', resources: ['web', 'www'], address: '192.0.2.1' },
    { node: 'beta', key: 'mail', resources: ['mail'], address: undefined },
  ],
  scriptMax: 1000,
  scriptDeadline: 60_000,
};

const SIGHT: Sight = { sockets: true, clients: true, arp: true, sizes: true };

type Bare<Whole> = Whole extends unknown ? Omit<Whole, 'at' | 'node'> : never;

/** An observation without its time and node. */
export type What = Bare<Observation>;

export class Story {
  readonly watched: Watched;
  readonly #seen: Observation[] = [];
  readonly #stages: Stage[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(watched: Partial<Watched> = {}) {
    this.watched = { ...WATCHED, ...watched };
  }

  see(at: number, node: string, what: What): this {
    this.#seen.push({ at, node, ...what } as Observation);
    return this;
  }

  stage(at: number, kind: 'storm' | 'calm' | 'over'): this {
    this.#stages.push({ at, kind });
    return this;
  }

  /** The only link is cut, or joined again, in both directions. */
  path(at: number, open: boolean): this {
    for (const [from, to] of [
      ['alpha', 'beta'],
      ['beta', 'alpha'],
    ] as const) {
      this.#stages.push({ at, kind: 'path', link: 'eth0', from, to, open });
    }
    return this;
  }

  begin(at: number, node: string, { generation = 1, resumed = false } = {}): this {
    this.#numbers.set(node, 0);
    return this.see(at, node, { kind: 'begins', generation, genuine: false, resumed });
  }

  says(at: number, node: string, resources: string, status = 'active'): this {
    return this.see(at, node, { kind: 'says', status, resources });
  }

  /** Both have begun, have heard each other and are at work. */
  together(): this {
    this.begin(0, 'alpha').begin(0, 'beta');
    return this.says(2000, 'alpha', 'local').says(2000, 'beta', 'local');
  }

  /** A status each keepalive, sent and there to be read 10 ms later by those `to`. */
  beat(from: string, start: number, end: number, { to = '', generation = 1 } = {}): this {
    const others = this.watched.nodes.filter(({ name }) => name !== from && (to || name) === name);
    for (let at = start; at <= end; at += this.watched.keepalive) {
      const seq = (this.#numbers.get(from) ?? 0) + 1;
      this.#numbers.set(from, seq);
      const message = { type: 'status', generation, seq };
      this.see(at, from, { kind: 'sent', again: false, ...message });
      for (const { name } of others) {
        if (to === 'nobody') continue;
        this.see(at + 10, name, {
          kind: 'available',
          from,
          link: 'eth0',
          authentic: true,
          ...message,
        });
      }
    }
    return this;
  }

  /** Both hear each other. */
  talk(start: number, end: number): this {
    return this.beat('alpha', start, end).beat('beta', start, end);
  }

  /** One script; begins then, and ends so much later. */
  script(
    at: number,
    node: string,
    verb: 'start' | 'stop' | 'status',
    resource: string,
    { ok = true, hung = false, takes = 100 } = {},
  ): this {
    const group =
      this.watched.groups.find(({ resources }) => resources.includes(resource))?.key ?? resource;
    const script = { kind: 'script', group, resource, verb } as const;
    this.see(at, node, { ...script, phase: 'begin' });
    return this.see(at + takes, node, { ...script, phase: 'end', ok, hung });
  }

  /** Every script of a group, one after the other, 100 ms each. */
  group(at: number, node: string, verb: 'start' | 'stop', key: string): this {
    const found = this.watched.groups.find((group) => group.key === key);
    const resources = [...(found?.resources ?? [])];
    if (verb === 'stop') resources.reverse();
    for (const [index, resource] of resources.entries()) {
      this.script(at + index * 100, node, verb, resource);
    }
    return this;
  }

  log(at: number, node: string, text: string): this {
    return this.see(at, node, { kind: 'log', severity: 'info', text });
  }

  declares(at: number, node: string, peer: string, status: string): this {
    return this.see(at, node, { kind: 'declares', peer, status });
  }

  /** Everything in the order of time, and of telling within an instant. */
  judge({
    end = 0,
    excuses = [],
    sight = {},
  }: {
    readonly end?: number;
    readonly excuses?: readonly Excuse[];
    readonly sight?: Partial<Sight>;
  } = {}): Judge {
    const judge = new Judge(this.watched, { ...SIGHT, ...sight }, excuses);
    const steps = [
      ...this.#stages.map((stage) => ({ at: stage.at, act: () => judge.stage(stage) })),
      ...this.#seen.map((seen) => ({ at: seen.at, act: () => judge.see(seen) })),
    ];
    steps.sort((one, other) => one.at - other.at);
    for (const { at, act } of steps) {
      act();
      judge.tick(at);
    }
    judge.finish(Math.max(end, steps.at(-1)?.at ?? 0));
    return judge;
  }

  /** What is broken: numbers and titles. */
  broken(end = 0): readonly string[] {
    return this.judge({ end }).violations.map(told);
  }
}

export function told({ invariant, title }: Violation): string {
  return `${invariant} ${title}`;
}
