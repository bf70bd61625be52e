/**
 * Runs the director on a virtual clock against a table in memory and servers that answer as told:
 * for tests.
 */
import type { CheckSpec } from '../checks/check.js';
import type { Configuration, Globals, Real, Virtual } from '../config/config.js';
import { withPort } from '../ipvs/address.js';
import type { Change } from '../ipvs/change.js';
import type { Failure } from '../ipvs/ipvs.js';
import { perform } from '../ipvs/memory.js';
import { EMPTY_TABLE, type Table } from '../ipvs/table.js';
import { IDLE, step, wakeAt } from './director.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import type { DirectorState } from './state.js';

export type Health = 'up' | 'refuse' | 'silent';

/** How long a call of ipvsadm takes, if nothing else is said, and an answered check. */
const CALL_MS = 5;
const ANSWER_MS = 2;

/** What comes back to the director later. */
interface Answer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

export class Rehearsal {
  state: DirectorState = IDLE;
  now = 0;
  table: Table;
  /** By address; who is not named is up. */
  readonly servers = new Map<string, Health>();
  readonly effects: Effect[] = [];
  readonly lines: string[] = [];
  readonly changes: Change[] = [];
  /** When each check began, by address. */
  readonly begun = new Map<string, number[]>();
  /** Changes that the kernel is to refuse. */
  refuses: (change: Change) => boolean = () => false;
  /** What a read of the table answers instead of it. */
  readError: string | undefined;
  /** How long a call of ipvsadm takes. */
  callMs = CALL_MS;
  /** Called after every event. */
  watch: (rehearsal: Rehearsal) => void = () => {};
  readonly #queue: Answer[] = [];
  readonly #cancelled = new Set<number>();
  #order = 0;

  constructor(table: Table = EMPTY_TABLE) {
    this.table = table;
  }

  tell(event: Event): void {
    const turn = step(this.state, event, this.now);
    this.state = turn.state;
    for (const effect of turn.effects) {
      this.effects.push(effect);
      this.#perform(effect);
    }
    this.watch(this);
  }

  /** Lets time pass, waking the director exactly when it asks. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#first();
      const wake = wakeAt(this.state) ?? Number.POSITIVE_INFINITY;
      const at = Math.max(this.now, Math.min(wake, next?.at ?? Number.POSITIVE_INFINITY));
      if (at > end) break;
      this.now = at;
      if (next !== undefined && next.at <= at) {
        this.#queue.splice(this.#queue.indexOf(next), 1);
        next.act();
      } else {
        this.tell({ kind: 'time' });
      }
    }
    this.now = end;
  }

  /** The lines logged since the last call. */
  newLines(): string[] {
    return this.lines.splice(0);
  }

  /** Weights by destination, for each service. */
  weights(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.table].map(([key, { destinations }]) => [
        key,
        Object.fromEntries(
          [...destinations].map(([name, { contents }]) => [name, contents.weight]),
        ),
      ]),
    );
  }

  #first(): Answer | undefined {
    let first: Answer | undefined;
    for (const answer of this.#queue) {
      const sooner = first === undefined || answer.at < first.at;
      if (sooner || (answer.at === first?.at && answer.order < first.order)) first = answer;
    }
    return first;
  }

  #later(ms: number, act: () => void): void {
    this.#order += 1;
    this.#queue.push({ at: this.now + ms, order: this.#order, act });
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'readTable':
        this.#later(this.callMs, () => {
          const { table, readError: error } = this;
          this.tell(
            error === undefined ? { kind: 'table', table } : { kind: 'tableFailed', error },
          );
        });
        break;
      case 'change':
        this.#later(this.callMs, () => this.#change(effect.changes));
        break;
      case 'check':
        this.#check(effect.run, effect.spec);
        break;
      case 'cancel':
        this.#cancelled.add(effect.run);
        break;
      case 'log':
        this.lines.push(effect.text);
        break;
      default:
        break;
    }
  }

  #change(changes: readonly Change[]): void {
    const failures: Failure[] = [];
    for (const change of changes) {
      this.changes.push(change);
      const result = this.refuses(change) ? 'refused' : perform(this.table, change);
      if (typeof result !== 'string') this.table = result;
      else failures.push({ change, command: `ipvsadm ${change.kind}`, error: result });
    }
    this.tell({ kind: 'changed', failures });
  }

  #check(run: number, spec: CheckSpec): void {
    const address = spec.kind === 'external' ? (spec.args[2] ?? '') : spec.address;
    this.begun.set(address, [...(this.begun.get(address) ?? []), this.now]);
    const health = this.servers.get(address) ?? 'up';
    const ms = health === 'silent' ? spec.timeout : ANSWER_MS;
    const result = { up: health === 'up', message: health, ms };
    this.#later(ms, () => {
      if (!this.#cancelled.has(run)) this.tell({ kind: 'checked', run, result });
    });
  }
}

const GLOBALS: Globals = {
  checkInterval: 1000,
  autoreload: false,
  logfile: '/var/log/ldirectord.log',
  execute: [],
  supervised: false,
  fork: false,
  readdQuiescent: false,
  quiescentStated: true,
};

/** Longer than an interval and any call: everything that follows an event has followed. */
export const ROUND = 1100;

/** A director that has just been given its configuration, the arguments of `configurationOf`. */
export function begin(configuration: Parameters<typeof configurationOf>, table?: Table): Rehearsal {
  const rehearsal = new Rehearsal(table);
  rehearsal.tell({ kind: 'configured', configuration: configurationOf(...configuration) });
  return rehearsal;
}

export function configurationOf(
  virtuals: readonly Virtual[],
  globals: Partial<Globals> = {},
): Configuration {
  return { file: '/etc/ha.d/ldirectord.cf', globals: { ...GLOBALS, ...globals }, virtuals };
}

export interface RealOptions extends Partial<Omit<Real, 'address'>> {
  readonly address: string;
}

export interface VirtualOptions
  extends Omit<Partial<Virtual>, 'reals' | 'check' | 'id' | 'fallback'> {
  readonly address?: string;
  readonly mark?: number;
  readonly reals: readonly (string | RealOptions)[];
  readonly check?: Partial<Virtual['check']>;
  /** Address; port 80, gate. */
  readonly fallback?: string;
}

/** A tcp virtual on port 80 with http checks once a second, or what is asked for. */
export function virtualOf(options: VirtualOptions): Virtual {
  const { address = '10.255.0.1', mark, reals, check, fallback, ...rest } = options;
  const name = mark === undefined ? withPort(address, 80) : String(mark);
  const protocol = mark === undefined ? 'tcp' : 'fwm';
  return {
    id: `${protocol}:${name}`,
    name,
    target:
      mark === undefined
        ? { kind: 'address', protocol: 'tcp', family: 'ipv4', address, port: 80 }
        : { kind: 'mark', protocol: 'fwm', family: 'ipv4', mark },
    scheduler: 'rr',
    ops: false,
    reals: reals.map((real) => realOf(typeof real === 'string' ? { address: real } : real)),
    check: {
      type: 'negotiate',
      connects: 0,
      service: 'http',
      checkTimeout: 3000,
      negotiateTimeout: 3000,
      interval: 1000,
      count: 1,
      failureCount: 1,
      command: '/bin/true',
      httpMethod: 'GET',
      login: '',
      password: '',
      database: '',
      secret: '',
      ...check,
    },
    alerts: { to: '', frequency: 0, statuses: new Set() },
    quiescent: true,
    cleanstop: true,
    line: 1,
    ...(fallback === undefined
      ? {}
      : {
          fallback: {
            address: fallback,
            port: 80,
            name: withPort(fallback, 80),
            forwarding: 'gate',
          },
        }),
    ...rest,
  };
}

function realOf(options: RealOptions): Real {
  const { address, port = 80, weight = 1, forwarding = 'gate', request = '/' } = options;
  return {
    port,
    name: withPort(address, port),
    forwarding,
    weight,
    lowerThreshold: 0,
    upperThreshold: 0,
    request,
    checkPort: port,
    url: `http://${withPort(address, port)}${request}`,
    checkIdentity: `http:tcp:${address}:${port}::${weight}:${forwarding}:${request}:`,
    monitorName: `http tcp ${address} ${port} ${weight} ${forwarding} ${request} `,
    line: 1,
    ...options,
  };
}
