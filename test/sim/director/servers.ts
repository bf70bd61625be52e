/** The real servers: what each does when it is asked, and since when. */
import type { CheckResult, CheckSpec } from 'ts-ldirectord/checks/check';
import type { Random } from '../random.js';
import { type Probe, serverAt } from './plan.js';

/**
 * `wrong`: answers, but not what is wanted; `half`: takes connections and says nothing more;
 * `never`: nothing comes back; `slow`: well, but as late as is still permitted.
 */
export type Health = 'well' | 'slow' | 'wrong' | 'half' | 'never' | 'refuse';

/** The longest that a quick answer takes, in milliseconds. */
export const QUICK_MS = 20;

type Manner = 'yes' | 'late yes' | 'no' | 'silence';

const MANNERS: Readonly<Record<Health, Readonly<Record<Exclude<Probe, 'none'>, Manner>>>> = {
  well: { negotiate: 'yes', connect: 'yes', ping: 'yes', external: 'yes' },
  slow: { negotiate: 'late yes', connect: 'late yes', ping: 'late yes', external: 'late yes' },
  wrong: { negotiate: 'no', connect: 'yes', ping: 'yes', external: 'no' },
  half: { negotiate: 'silence', connect: 'yes', ping: 'yes', external: 'silence' },
  never: { negotiate: 'silence', connect: 'silence', ping: 'silence', external: 'silence' },
  refuse: { negotiate: 'no', connect: 'no', ping: 'yes', external: 'no' },
};

export function isGood(health: Health, probe: Probe): boolean {
  return probe === 'none' || MANNERS[health][probe].endsWith('yes');
}

function isQuick(health: Health, probe: Probe): boolean {
  return probe === 'none' || ['yes', 'no'].includes(MANNERS[health][probe]);
}

/** How long a server has been good, or bad, for one kind of probe. */
export interface Standing {
  readonly good: boolean;
  /** True time. */
  readonly since: number;
  /** The last answer to a probe that began before that comes then. */
  readonly clearAt: number;
  /** Every answer since then is quick. */
  readonly quick: boolean;
}

const PROBES = ['negotiate', 'connect', 'ping', 'external'] as const;

interface Server {
  readonly random: Random;
  health: Health;
  readonly standings: Map<Probe, Standing>;
  /** When the checks under way are answered, by their number. */
  readonly under: Map<number, number>;
}

export class Servers {
  readonly #random: Random;
  readonly #servers = new Map<number, Server>();
  #checks = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  health(server: number): Health {
    return this.#server(server).health;
  }

  become(server: number, health: Health, now: number): void {
    const entry = this.#server(server);
    const clearAt = Math.max(now, ...entry.under.values());
    entry.health = health;
    for (const probe of PROBES) {
      const good = isGood(health, probe);
      const quick = isQuick(health, probe);
      const before = entry.standings.get(probe);
      const next =
        before?.good === good
          ? { ...before, quick: before.quick && quick }
          : { good, since: now, clearAt, quick };
      entry.standings.set(probe, next);
    }
  }

  standing(server: number, probe: Probe): Standing {
    const fresh = { good: true, since: 0, clearAt: 0, quick: true };
    return this.#server(server).standings.get(probe) ?? fresh;
  }

  /** What comes of a check that begins now; `ms` later. */
  ask(spec: CheckSpec, now: number): { readonly result: CheckResult; readonly over: () => void } {
    const server = this.#server(serverOf(spec));
    const manner = MANNERS[server.health][spec.kind];
    const longest = spec.kind === 'ping' ? spec.count * spec.timeout : spec.timeout;
    const ms = server.random.whole(1, QUICK_MS);
    const late = server.random.whole(Math.floor(longest / 2), Math.floor(longest * 0.95));
    const takes = { yes: ms, no: ms, 'late yes': late, silence: longest }[manner];
    this.#checks += 1;
    const number = this.#checks;
    server.under.set(number, now + takes);
    const result = { up: manner.endsWith('yes'), message: manner, ms: takes };
    return { result, over: () => server.under.delete(number) };
  }

  #server(number: number): Server {
    let server = this.#servers.get(number);
    if (server === undefined) {
      const random = this.#random.split(`server ${number}`);
      server = { random, health: 'well', standings: new Map(), under: new Map() };
      this.#servers.set(number, server);
    }
    return server;
  }
}

/** The number of the server that a check goes to. */
export function serverOf(spec: CheckSpec): number {
  return serverAt(spec.kind === 'external' ? (spec.args[2] ?? '') : spec.address);
}
