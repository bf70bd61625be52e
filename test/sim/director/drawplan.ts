/** Draws what a configuration file says, and what a later edition of it says instead. */
import type { Random } from '../random.js';
import {
  FALLBACK_SERVER,
  type FilePlan,
  type Forwarding,
  type MailPlan,
  type RealPlan,
  type VirtualPlan,
} from './plan.js';

/** Servers of the pool that several virtuals share. */
const SHARED_SERVERS = 8;

const FORWARDINGS: readonly [Forwarding, ...Forwarding[]] = ['gate', 'masq', 'ipip'];

export function drawFile(random: Random): FilePlan {
  const count = random.whole(1, 4);
  const fork = random.chance(0.15);
  return {
    interval: random.pick([2, 5, 5, 7, 7, 10, 10, 10, 10, 15]),
    checkTimeout: random.pick([1, 2, 3, 5, 5, 12]),
    negotiateTimeout: random.chance(0.4) ? random.pick([1, 3, 5, 10, 20]) : undefined,
    failureCount: random.pick([1, 1, 1, 2, 3, 5]),
    quiescent: maybe(random, 0.6),
    readdQuiescent: random.chance(0.2),
    cleanstop: maybe(random, 0.5),
    fork,
    mail: drawMail(random),
    virtuals: Array.from({ length: count }, (_, i) => drawVirtual(random, i + 1, fork)),
  };
}

/** Yes or no, if it is stated at all. */
function maybe(random: Random, stated: number): boolean | undefined {
  const value = random.chance(0.5);
  return random.chance(stated) ? value : undefined;
}

function drawMail(random: Random): MailPlan {
  return {
    to: random.chance(0.7) ? 'admin@example.org' : '',
    frequency: random.pick([0, 30, 60, 300, 600]),
    statuses: random.pick([
      ['all'],
      ['all'],
      ['running'],
      ['running', 'stopping'],
      ['starting', 'running'],
      ['none'],
      ['reloading', 'running'],
    ]),
  };
}

function drawVirtual(random: Random, number: number, fork: boolean): VirtualPlan {
  const protocol = random.pick(['tcp', 'tcp', 'tcp', 'udp', 'fwm'] as const);
  const shared = random.chance(0.4);
  const port = random.pick([80, 443, 5060]);
  const forwarding = random.pick(FORWARDINGS);
  const wanted = random.chance(0.1) ? random.whole(0, 20) : random.spread(1, 6);
  const reals = new Map<string, RealPlan>();
  for (let i = 0; i < wanted; i += 1) {
    const server = shared ? random.whole(1, SHARED_SERVERS) : number * 30 + i;
    const real = drawReal(random, { server, port, forwarding });
    reals.set(`${real.server} ${real.port}`, real);
  }
  const checkType = random.pick([
    'negotiate',
    'negotiate',
    'negotiate',
    'connect',
    'connect',
    'external',
    'ping',
    'combined',
    'on',
    'off',
  ] as const);
  return {
    protocol,
    family: random.chance(0.2) ? 'ipv6' : 'ipv4',
    number,
    port,
    reals: [...reals.values()],
    fallback: random.chance(0.6)
      ? { server: FALLBACK_SERVER, port, forwarding: random.pick(FORWARDINGS) }
      : undefined,
    fallbackCommand: random.chance(0.3) ? '/usr/local/bin/fallback' : undefined,
    checkType,
    connects: random.whole(1, 3),
    service: protocol === 'udp' ? 'sip' : random.pick(['http', 'smtp', 'sip']),
    checkTimeout: random.chance(0.2) ? random.pick([1, 2, 5]) : undefined,
    checkCount: random.chance(0.2) ? random.pick([1, 2, 3]) : undefined,
    failureCount: random.chance(0.2) ? random.pick([1, 2, 4]) : undefined,
    interval: fork && random.chance(0.5) ? random.pick([3, 5, 10]) : undefined,
    quiescent: maybe(random, 0.5),
    cleanstop: maybe(random, 0.5),
    scheduler: random.pick(['wrr', 'rr', 'wlc', 'sh']),
    persistence: random.chance(0.2) ? random.pick([60, 600]) : undefined,
    monitorFile: random.chance(0.1),
  };
}

function drawReal(
  random: Random,
  { server, port, forwarding }: Pick<RealPlan, 'server' | 'port' | 'forwarding'>,
): RealPlan {
  return {
    server,
    port: random.chance(0.1) ? 8080 : port,
    forwarding: random.chance(0.1) ? random.pick(FORWARDINGS) : forwarding,
    weight: random.pick([1, 1, 1, 2, 5, 100]),
    upper: random.chance(0.05) ? 1000 : 0,
  };
}

/** The file after an operator has changed something in it. */
export function drawEdition(random: Random, before: FilePlan): FilePlan {
  const { virtuals } = before;
  switch (random.pick(['globals', 'virtual', 'virtual', 'real', 'real', 'real', 'remove', 'add'])) {
    case 'globals':
      return { ...drawFile(random), virtuals };
    case 'remove':
      return { ...before, virtuals: virtuals.length > 1 ? without(random, virtuals) : virtuals };
    case 'add': {
      const used = new Set(virtuals.map(({ number }) => number));
      const number = [1, 2, 3, 4, 5, 6].find((free) => !used.has(free));
      if (number === undefined) return before;
      return { ...before, virtuals: [...virtuals, drawVirtual(random, number, before.fork)] };
    }
    case 'virtual': {
      const index = random.whole(0, virtuals.length - 1);
      const next = virtuals.map((virtual, i) => {
        if (i !== index) return virtual;
        const { number, protocol, family, port } = virtual;
        const fresh = drawVirtual(random, number, before.fork);
        const service = protocol === 'udp' ? 'sip' : fresh.service;
        return { ...fresh, protocol, family, port, service };
      });
      return { ...before, virtuals: next };
    }
    default:
      return { ...before, virtuals: withOtherReal(random, virtuals) };
  }
}

function withOtherReal(random: Random, virtuals: readonly VirtualPlan[]): readonly VirtualPlan[] {
  const index = random.whole(0, virtuals.length - 1);
  return virtuals.map((virtual, i) => {
    const { reals } = virtual;
    if (i !== index || reals.length === 0) return virtual;
    const at = random.whole(0, reals.length - 1);
    if (reals.length > 1 && random.chance(0.3)) {
      return { ...virtual, reals: reals.filter((_, place) => place !== at) };
    }
    const next = reals.map((real, place) =>
      place === at ? { ...real, weight: random.whole(1, 9) } : real,
    );
    return { ...virtual, reals: next };
  });
}

function without<T>(random: Random, list: readonly T[]): readonly T[] {
  const index = random.whole(0, list.length - 1);
  return list.filter((_, i) => i !== index);
}
