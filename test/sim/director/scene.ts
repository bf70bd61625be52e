/** The stage of a run: the host with its daemon, the world around it, and those who watch. */
import type { Effect } from 'ts-ldirectord/director/effect';
import type { Change } from 'ts-ldirectord/ipvs/change';
import type { Failure } from 'ts-ldirectord/ipvs/ipvs';
import { serviceKey, type Table } from 'ts-ldirectord/ipvs/table';
import { HostClock } from '../clock.js';
import type { Random } from '../random.js';
import { World } from '../world.js';
import { textOf as textOfFile } from './cftext.js';
import { CheckJudge, shortName } from './checkjudge.js';
import { CommandJudge, textOf } from './commandjudge.js';
import { configurationOf } from './configured.js';
import { Daemon, type Host, type Sight } from './daemon.js';
import { Kernel } from './kernel.js';
import { MailJudge } from './mailjudge.js';
import type { Options } from './options.js';
import { type FilePlan, isCleanstop, virtualKey } from './plan.js';
import { type Health, Servers } from './servers.js';
import { Situation } from './situation.js';
import { TableJudge } from './tablejudge.js';
import { Trace } from './trace.js';
import { Violations } from './violations.js';

/** However many calls hang, the daemon ends within this (service.ts). */
const STOP_MS_MAX = 60_000;

const LIVES = {
  idle: '.',
  adopting: 'A',
  running: 'R',
  stopping: 'S',
  leaving: 'S',
  stopped: '.',
} as const;

export class Scene {
  readonly world = new World();
  readonly violations = new Violations();
  readonly trace: Trace;
  readonly kernel: Kernel;
  readonly servers: Servers;
  readonly situation: Situation;
  readonly tables: TableJudge;
  readonly checks: CheckJudge;
  readonly commands: CommandJudge;
  readonly mails: MailJudge;
  readonly faults = new Map<string, number>();
  /** Changes of the table that the daemon has made. */
  transitions = 0;
  readonly #host: Host;
  readonly #maintained = new Set<number>();
  #daemon: Daemon | undefined;
  #life = 0;
  /** The last batch of changes. */
  #asked: readonly Change[] = [];
  /** The table that the daemon is to compare with its file has not been read yet. */
  #comparing = false;

  constructor(random: Random, options: Options, whole: boolean) {
    const { world, violations } = this;
    this.trace = new Trace(whole);
    this.kernel = new Kernel(world, random.split('kernel'));
    this.servers = new Servers(random.split('servers'));
    this.situation = new Situation(world, this.servers, this.kernel);
    this.situation.lateness = options.latenessMs;
    this.tables = new TableJudge(this.situation, violations);
    this.checks = new CheckJudge(this.situation, violations);
    this.commands = new CommandJudge(this.situation, this, violations);
    this.mails = new MailJudge(this.situation, this.checks, violations);
    this.#host = {
      world,
      clock: new HostClock(options.drift),
      kernel: this.kernel,
      servers: this.servers,
      random: random.split('loop'),
      sight: this.#sight(),
      maintained: this.#maintained,
      lateness: options.latenessMs,
      heldUntil: 0,
    };
    world.afterEach = () => {
      this.tables.look();
      this.checks.look();
      this.mails.look();
    };
    this.kernel.afterEach = (change) => this.#made(change);
  }

  get isRunning(): boolean {
    return this.#daemon !== undefined;
  }

  note(what: string): void {
    const held = this.#host.heldUntil > this.world.now;
    const state = held ? 'z' : LIVES[this.#daemon?.life ?? 'idle'];
    this.trace.add(this.world.now, this.#life, state, what);
  }

  /** A fault, or a deed of an operator. */
  fault(kind: string, what = ''): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.note(`# ${kind} ${what}`.trimEnd());
  }

  start(file: FilePlan): void {
    const configuration = this.#parsed(file);
    if (configuration === undefined) return;
    this.#life += 1;
    const { situation } = this;
    situation.adoptedAt = Number.POSITIVE_INFINITY;
    for (const judge of [this.checks, this.commands, this.mails]) judge.newLife();
    situation.leaving.clear();
    situation.deeds.clear();
    situation.file = undefined;
    this.#follow(file);
    situation.serving = true;
    this.note('# start');
    this.#daemon = new Daemon(this.#host, configuration);
  }

  reload(file: FilePlan): void {
    const configuration = this.#parsed(file);
    if (configuration === undefined || this.#daemon === undefined) return;
    if (!this.situation.serving) return;
    this.#follow(file);
    this.#daemon.configure(configuration);
  }

  /** A file with an error is not brought to the director; that it is one the parser has to find. */
  reloadBad(file: FilePlan, line: string): void {
    if (configurationOf(textOfFile(file, line)) === undefined) return;
    this.violations.add(this.world.now, 19, 'a file with an error was taken', line);
  }

  /** Lets somebody do what a daemon hears of as soon as its loop is served. */
  whenServed(act: () => void): void {
    const { heldUntil } = this.#host;
    if (heldUntil > this.world.now) this.world.at(heldUntil, () => this.whenServed(act));
    else act();
  }

  stop(): void {
    const daemon = this.#daemon;
    if (daemon === undefined || !this.situation.serving) return;
    const { situation, world } = this;
    situation.serving = false;
    const life = this.#life;
    const late = () => {
      if (this.#life !== life || this.#daemon === undefined) return;
      this.violations.add(world.now, 15, 'the daemon does not end');
      this.#over();
    };
    world.at(situation.later(Math.max(world.now, this.#host.heldUntil), STOP_MS_MAX), late);
    daemon.stop();
  }

  /** It is served no more, from one moment to the next. */
  kill(): void {
    this.#daemon?.die();
    this.#over();
  }

  hold(server: number, held: boolean): void {
    if (held) this.#maintained.add(server);
    else this.#maintained.delete(server);
    this.situation.holds.set(server, { held, at: this.world.now });
    this.situation.changedAt = this.world.now;
    this.situation.turns += 1;
  }

  get held(): readonly number[] {
    return [...this.#maintained];
  }

  become(server: number, health: Health): void {
    this.servers.become(server, health, this.world.now);
    this.situation.turns += 1;
  }

  /** The daemon's loop stands still. */
  stall(ms: number): void {
    const until = this.world.now + ms;
    this.situation.heldUp(this.world.now, until);
    this.#host.heldUntil = Math.max(this.#host.heldUntil, until);
  }

  #over(): void {
    this.#daemon = undefined;
    this.situation.serving = false;
    this.situation.file = undefined;
    this.situation.turns += 1;
  }

  #parsed(file: FilePlan) {
    const configuration = configurationOf(textOfFile(file));
    if (configuration === undefined) {
      this.violations.add(this.world.now, 19, 'a good file was refused', textOfFile(file));
    }
    return configuration;
  }

  /** From now on that file counts. */
  #follow(file: FilePlan): void {
    const { situation, world } = this;
    const wanted = new Set(file.virtuals.map(virtualKey));
    for (const key of situation.leaving.keys()) if (wanted.has(key)) situation.leaving.delete(key);
    for (const virtual of situation.file?.virtuals ?? []) {
      const key = virtualKey(virtual);
      if (!wanted.has(key)) situation.leaving.set(key, world.now);
    }
    const isFirst = situation.file === undefined;
    situation.file = file;
    situation.configuredAt = world.now;
    situation.turns += 1;
    this.#comparing = true;
    this.checks.configured(file, isFirst);
    this.commands.configured(file);
  }

  #made(change: Change): void {
    this.transitions += 1;
    this.commands.made(change);
    const takesOut = change.kind === 'deleteDestination' || change.kind === 'editDestination';
    if (takesOut) this.tables.gap(serviceKey(change.target));
  }

  #reads(table: Table | string): void {
    const { situation, kernel, world } = this;
    this.note(typeof table === 'string' ? `r ${table}` : `r ${table.size} virtuals`);
    this.commands.reads(typeof table === 'string' ? undefined : table);
    if (typeof table === 'string') return;
    if (situation.adoptedAt > world.now) situation.adoptedAt = world.now;
    if (this.#comparing) situation.compared(kernel.lookedAt);
    this.#comparing = false;
  }

  #changes(changes: readonly Change[]): void {
    for (const change of changes) this.note(`$ ${textOf(change)}`);
    this.commands.changes(changes);
    this.mails.asks();
    this.#asked = changes;
    const { serving, file } = this.situation;
    if (serving || file === undefined) return;
    for (const change of changes) {
      const key = serviceKey(change.target);
      const virtual = file.virtuals.find((candidate) => virtualKey(candidate) === key);
      if (virtual === undefined || isCleanstop(file, virtual)) continue;
      this.violations.add(this.world.now, 15, 'a stop changes what it is to leave', textOf(change));
    }
  }

  #changed(failures: readonly Failure[]): void {
    this.note(`= ${failures.map(({ error }) => error).join('; ')}`);
    const failed = new Set(failures.map(({ change }) => change));
    for (const change of this.#asked) if (!failed.has(change)) this.mails.changed(change);
  }

  #stopped(): void {
    this.note('# stopped');
    const { file, kernel, deeds, settleMs } = this.situation;
    const isDisturbed = this.world.now < kernel.disturbedUntil + settleMs;
    for (const virtual of file?.virtuals ?? []) {
      const key = virtualKey(virtual);
      if (file === undefined || !isCleanstop(file, virtual) || isDisturbed || deeds.has(key))
        continue;
      if (kernel.table.has(key)) {
        this.violations.add(this.world.now, 15, 'a virtual is left behind by a clean stop', key);
      }
    }
    this.#over();
  }

  #sight(): Sight {
    return {
      begins: (spec) => {
        this.note(`> ${shortName(spec)}`);
        this.checks.begins(spec);
      },
      answered: (spec, result) => {
        const said = result === undefined ? 'given up' : `${result.message} ${result.ms}`;
        this.note(`< ${shortName(spec)} ${said}`);
        this.checks.answered(spec, result);
      },
      reads: (table) => this.#reads(table),
      changes: (changes) => this.#changes(changes),
      changed: (failures) => this.#changed(failures),
      tells: (effect: Extract<Effect, { kind: 'fallbackCommand' }>) => {
        this.note(`% ${effect.verb} ${effect.address} ${effect.protocol}`);
        this.commands.tells(effect);
      },
      mails: (alert) => {
        this.note(`@ ${alert.status} ${alert.text}`);
        this.mails.mails(alert);
      },
      logs: (text) => this.note(`! ${text}`),
      stopped: () => this.#stopped(),
    };
  }
}
