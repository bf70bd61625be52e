/**
 * One simulated host with ldirectord on it: the real director and the real alerts, and around
 * them what the service does (service.ts, notify/alerting.ts), on a clock that drifts and a loop
 * that may be served late.
 */
import type { CheckResult, CheckSpec } from 'ts-ldirectord/checks/check';
import type { Configuration } from 'ts-ldirectord/config/config';
import { IDLE, step, wakeAt } from 'ts-ldirectord/director/director';
import type { Effect } from 'ts-ldirectord/director/effect';
import type { Event } from 'ts-ldirectord/director/event';
import type { DirectorState } from 'ts-ldirectord/director/state';
import type { Change } from 'ts-ldirectord/ipvs/change';
import type { Failure } from 'ts-ldirectord/ipvs/ipvs';
import type { Table } from 'ts-ldirectord/ipvs/table';
import {
  type Alert,
  type AlertEvent,
  alertsStep,
  alertsWakeAt,
  NO_ALERTS,
} from 'ts-ldirectord/notify/alerts';
import { serversDown } from 'ts-ldirectord/notify/serversdown';
import type { HostClock } from '../clock.js';
import type { Random } from '../random.js';
import type { Planned, World } from '../world.js';
import type { Call, Kernel } from './kernel.js';
import { serverAt } from './plan.js';
import type { Servers } from './servers.js';

/** With fork=yes the service looks for held servers this often. */
const FORK_LOOK_MS = 1000;

/** What an outsider sees of the daemon. */
export interface Sight {
  begins(spec: CheckSpec): void;
  /** `undefined`: it was given up. */
  answered(spec: CheckSpec, result: CheckResult | undefined): void;
  reads(table: Table | string): void;
  changes(changes: readonly Change[]): void;
  changed(failures: readonly Failure[]): void;
  tells(effect: Extract<Effect, { kind: 'fallbackCommand' }>): void;
  mails(alert: Alert): void;
  logs(text: string): void;
  /** The daemon has ended in order. */
  stopped(): void;
}

export interface Host {
  readonly world: World;
  readonly clock: HostClock;
  readonly kernel: Kernel;
  readonly servers: Servers;
  readonly random: Random;
  readonly sight: Sight;
  /** Servers that an operator has taken out. */
  readonly maintained: ReadonlySet<number>;
  /** The most that a wake or an answer is late, in milliseconds. */
  lateness: number;
  /** Nothing is served until then. */
  heldUntil: number;
}

interface Held {
  readonly address: string;
  readonly port: number;
}

/** One life of the daemon, from its start to its end or death. */
export class Daemon {
  #state: DirectorState = IDLE;
  #alerts = NO_ALERTS;
  #configuration: Configuration | undefined;
  #held: readonly Held[] = [];
  #alive = true;
  #stopping = false;
  #wake: Planned | undefined;
  #alertWake: Planned | undefined;
  #look: Planned | undefined;
  #call: Call | undefined;
  readonly #host: Host;
  readonly #checks = new Map<number, CheckSpec>();

  constructor(host: Host, configuration: Configuration) {
    this.#host = host;
    this.configure(configuration);
  }

  get life(): DirectorState['life'] {
    return this.#state.life;
  }

  /** A start or a reload, with a file that was read without an error. */
  configure(configuration: Configuration): void {
    const held = heldOf(configuration, this.#host.maintained);
    if (this.#configuration !== undefined) this.#release(held);
    this.#configuration = configuration;
    this.#held = held;
    this.#tellAlerts({ kind: 'configured', configuration });
    this.#tell({ kind: 'configured', configuration });
    for (const server of held) this.#tell({ kind: 'hold', ...server, held: true });
    this.#lookLater();
  }

  stop(): void {
    this.#stopping = true;
    this.#host.world.undo(this.#look);
    this.#tell({ kind: 'stop' });
  }

  /** SIGKILL, or the end of it. */
  die(): void {
    this.#alive = false;
    this.#call?.abandon();
    const { world } = this.#host;
    world.undo(this.#wake);
    world.undo(this.#alertWake);
  }

  /** Lets something happen to the daemon, as soon as its loop comes to it. */
  #deliver(act: () => void): void {
    const { world, lateness, random } = this.#host;
    const served = () => {
      if (!this.#alive) return;
      const { heldUntil } = this.#host;
      if (heldUntil > world.now) world.at(heldUntil, served);
      else act();
    };
    if (lateness > 0) world.later(random.whole(0, lateness), served);
    else served();
  }

  #tell(event: Event): void {
    const { world, clock } = this.#host;
    const turn = step(this.#state, event, clock.monotonic(world.now));
    this.#state = turn.state;
    for (const effect of turn.effects) this.#perform(effect);
    if (this.#alive) this.#wakeAt(wakeAt(this.#state));
  }

  #wakeAt(at: number | undefined): void {
    const { world, clock } = this.#host;
    const instant = at === undefined ? undefined : Math.max(world.now, clock.trueTime(at));
    if (this.#wake?.at === instant) return;
    world.undo(this.#wake);
    this.#wake = undefined;
    if (instant === undefined) return;
    this.#wake = world.at(instant, () => {
      this.#wake = undefined;
      this.#deliver(() => this.#tell({ kind: 'time' }));
    });
  }

  #perform(effect: Effect): void {
    const { sight } = this.#host;
    switch (effect.kind) {
      case 'readTable':
        this.#read(effect.thresholds);
        break;
      case 'change':
        this.#change(effect.changes);
        break;
      case 'check':
        this.#check(effect.run, effect.spec);
        break;
      case 'cancel':
        this.#cancel(effect.run);
        break;
      case 'log':
        sight.logs(effect.text);
        break;
      case 'notice':
        this.#tellAlerts({ kind: 'notice', notice: effect.notice });
        break;
      case 'fallbackCommand':
        sight.tells(effect);
        break;
      case 'monitor':
        break;
      case 'stopped':
        this.die();
        sight.stopped();
    }
  }

  #read(thresholds: boolean): void {
    const { kernel, sight } = this.#host;
    this.#call = kernel.read(thresholds, (table) => {
      this.#call = undefined;
      this.#deliver(() => {
        sight.reads(table);
        if (typeof table === 'string') this.#tell({ kind: 'tableFailed', error: table });
        else this.#tell({ kind: 'table', table });
      });
    });
  }

  #change(changes: readonly Change[]): void {
    const { kernel, sight } = this.#host;
    sight.changes(changes);
    this.#call = kernel.change(changes, (failures) => {
      this.#call = undefined;
      this.#deliver(() => {
        sight.changed(failures);
        this.#tell({ kind: 'changed', failures });
      });
    });
  }

  #check(run: number, spec: CheckSpec): void {
    const { world, servers, sight } = this.#host;
    sight.begins(spec);
    this.#checks.set(run, spec);
    const { result, over } = servers.ask(spec, world.now);
    world.later(result.ms, () => {
      over();
      this.#deliver(() => {
        if (!this.#checks.delete(run)) return;
        sight.answered(spec, result);
        this.#tell({ kind: 'checked', run, result });
      });
    });
  }

  #cancel(run: number): void {
    const spec = this.#checks.get(run);
    if (spec === undefined) return;
    this.#checks.delete(run);
    this.#host.sight.answered(spec, undefined);
  }

  #tellAlerts(event: AlertEvent): void {
    const { world, clock, sight } = this.#host;
    const { state, effects } = alertsStep(this.#alerts, event, clock.monotonic(world.now));
    this.#alerts = state;
    for (const effect of effects) {
      if (effect.kind === 'log') sight.logs(effect.text);
      else sight.mails(effect.alert);
    }
    const at = alertsWakeAt(state);
    world.undo(this.#alertWake);
    if (at === undefined) return;
    this.#alertWake = world.at(clock.trueTime(at), () => this.#deliver(() => this.#alertTime()));
  }

  #alertTime(): void {
    const { status } = this.#state;
    this.#tellAlerts({ kind: 'time', down: serversDown(this.#state), status });
  }

  /** Once a round: the servers that are held. */
  #lookLater(): void {
    const { globals } = this.#configuration ?? {};
    const ms = globals?.fork === true ? FORK_LOOK_MS : (globals?.checkInterval ?? 0);
    const { world } = this.#host;
    world.undo(this.#look);
    this.#look = world.later(ms, () => {
      this.#deliver(() => {
        if (this.#stopping || this.#configuration === undefined) return;
        const held = heldOf(this.#configuration, this.#host.maintained);
        this.#release(held);
        for (const server of held) this.#tell({ kind: 'hold', ...server, held: true });
        this.#lookLater();
      });
    });
  }

  #release(held: readonly Held[]): void {
    const free = this.#held.filter(
      ({ address, port }) => !held.some((now) => now.address === address && now.port === port),
    );
    this.#held = held;
    for (const server of free) this.#tell({ kind: 'hold', ...server, held: false });
  }
}

/** Each address and port of a server in maintenance once. */
function heldOf({ virtuals }: Configuration, maintained: ReadonlySet<number>): readonly Held[] {
  if (maintained.size === 0) return [];
  const held = new Map<string, Held>();
  for (const { reals } of virtuals) {
    for (const { name, address, port } of reals) {
      if (maintained.has(serverAt(address))) held.set(name, { address, port });
    }
  }
  return [...held.values()];
}
