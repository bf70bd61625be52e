/** The running daemon: brings events to the director, and keeps an eye on the files it depends on. */
import { accessSync, constants } from 'node:fs';
import { runChild } from '@ts-heartbeat/platform/child';
import { systemClock } from '@ts-heartbeat/platform/clock';
import { makeWakeup, systemAlarm, type Wakeup } from '@ts-heartbeat/platform/wakeup';
import type { TlsRules } from './checks/tls.js';
import { readable } from './command/bytes.js';
import { noteChecked } from './command/checked.js';
import { plainEnvironment } from './command/environment.js';
import type { Handover } from './command/handover.js';
import { type InstanceVerb, runInstances } from './command/instances.js';
import { type ReadResult, readConfiguration } from './command/read.js';
import type { Configuration } from './config/config.js';
import type { Facts } from './config/machine.js';
import type { LogTarget } from './config/parse.js';
import { printProblem, upToFirstError } from './config/problem.js';
import { IDLE, step, wakeAt } from './director/director.js';
import type { Event } from './director/event.js';
import type { DirectorState } from './director/state.js';
import type { Ipvs } from './ipvs/ipvs.js';
import { type DirectorLog, openDirectorLog } from './logfile.js';
import { type HeldServer, MaintenanceWatch } from './maintenance.js';
import { Alerting } from './notify/alerting.js';
import { Outside } from './outside.js';
import { FileWatch } from './watch.js';

/** With fork=yes ldirectord 4.12 looks at its file once a second, else once a round. */
const FORK_LOOK_MS = 1_000;
/** The callback is a user's program; nothing waits for it, but it shall not pile up. */
const CALLBACK_LIMIT_MS = 60_000;
/** Calls of ipvsadm are bounded, so the table is left in order long before this. */
const STOP_LIMIT_MS = 60_000;
const QUIESCENT_NOT_SET =
  'quiescent is not set: servers that fail are taken out of the table (quiescent=no)';

export interface ServiceOptions {
  readonly handover: Handover;
  readonly log: DirectorLog;
  readonly ipvs: Ipvs;
  readonly tls: TlsRules;
  readonly hostName: string;
  readonly debug: boolean;
}

export class Service {
  readonly #options: ServiceOptions;
  readonly #clock = systemClock();
  readonly #outside: Outside;
  readonly #alerting: Alerting;
  readonly #wakeup: Wakeup;
  readonly #watch: FileWatch;
  readonly #maintenance = new MaintenanceWatch(() => this.#clock.at());
  #log: DirectorLog;
  #logTarget: LogTarget | undefined;
  #state: DirectorState = IDLE;
  #configuration: Configuration | undefined;
  #facts: Facts | undefined;
  #held: readonly HeldServer[] = [];
  #look: NodeJS.Timeout | undefined;
  /** Other instances are told one thing after the other. */
  #instances: Promise<void> = Promise.resolve();
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;
  #stopping: string | undefined;
  #tableLeft: () => void = () => undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#watch = new FileWatch(options.handover.path);
    this.#wakeup = makeWakeup(systemAlarm(this.#clock.at), () => this.#tell({ kind: 'time' }));
    this.#alerting = new Alerting({
      log: (text) => this.#log.write(text),
      at: () => this.#clock.at(),
      director: () => this.#state,
    });
    this.#outside = new Outside({
      ipvs: options.ipvs,
      tls: options.tls,
      log: (text) => this.#log.write(text),
      notice: (notice) => this.#alerting.notice(notice),
      tell: (event) => this.#tell(event),
      stopped: () => this.#tableLeft(),
    });
  }

  /** Follows the configuration until `stop`; resolves to the log, still open. */
  async run(configuration: Configuration, result: ReadResult): Promise<DirectorLog> {
    const left = new Promise<void>((resolve) => {
      this.#tableLeft = resolve;
    });
    if (!configuration.globals.quiescentStated) this.#log.write(QUIESCENT_NOT_SET);
    this.#logTarget = result.log;
    await this.#onlyOne(() => this.#begin(configuration, result));
    await left;
    clearTimeout(this.#look);
    await Promise.all([
      Promise.race([this.#instances, this.#stopLimit()]),
      this.#alerting.close(),
      this.#outside.close(),
    ]);
    const end = `Linux Director Daemon terminated on signal: ${this.#stopping}`;
    this.#log.write(end);
    if (this.#options.debug) this.#log.write(`Exiting with exit_status 0: ${end}`);
    return this.#log;
  }

  /** Leaves the table in order and ends. A second signal changes nothing. */
  stop(signal: string): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = signal;
    clearTimeout(this.#look);
    this.#tellInstances('stop', this.#configuration?.globals.execute ?? []);
    this.#tell({ kind: 'stop' });
    void this.#stopLimit().then(() => this.#tableLeft());
  }

  /** SIGHUP. Resolves when the file has been read, good or bad. */
  reloadOnSignal(): Promise<void> {
    this.#log.write('Reloading Linux Director Daemon config on signal');
    return this.#reload();
  }

  #tell(event: Event): void {
    const turn = step(this.#state, event, this.#clock.at());
    this.#state = turn.state;
    for (const effect of turn.effects) this.#outside.perform(effect);
    this.#wakeup.set(wakeAt(this.#state));
  }

  #stopLimit(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref());
  }

  /** Follows a good configuration from now on. */
  #adopt(configuration: Configuration, result: ReadResult): void {
    this.#configuration = configuration;
    this.#facts = result.facts;
    this.#watch.know(result.digest);
    this.#alerting.configure(configuration);
    this.#tell({ kind: 'configured', configuration });
    for (const server of this.#held) this.#tell({ kind: 'hold', ...server, held: true });
    this.#lookLater();
  }

  async #begin(configuration: Configuration, result: ReadResult): Promise<void> {
    this.#held = await this.#maintenance.held(configuration);
    if (this.#stopping !== undefined) return;
    this.#adopt(configuration, result);
    this.#tellInstances('start', configuration.globals.execute);
  }

  /** Reads the file again. A bad one changes nothing. Asked for twice, it is done again after. */
  async #reload(): Promise<void> {
    if (this.#reloading === undefined) return this.#onlyOne(() => this.#reloadOnce());
    this.#reloadAgain = true;
    await this.#reloading;
  }

  /** A configuration is followed whole before the next one is. */
  async #onlyOne(follow: () => Promise<void>): Promise<void> {
    this.#reloading = follow();
    await this.#reloading;
    this.#reloading = undefined;
    if (!this.#reloadAgain || this.#stopping !== undefined) return;
    this.#reloadAgain = false;
    await this.#reload();
  }

  async #reloadOnce(): Promise<void> {
    const { handover, hostName, debug } = this.#options;
    const earlier = this.#facts && { earlier: this.#facts };
    const result = await readConfiguration(handover, { hostName, debug, ...earlier });
    if (this.#stopping !== undefined) return;
    if (!handover.foreground) noteChecked(handover.name, handover, result);
    for (const problem of upToFirstError(result.problems)) {
      this.#log.write(printProblem(problem, process.pid));
    }
    const { configuration } = result;
    this.#watch.know(result.digest);
    if (!configuration) return;
    const before = this.#configuration?.globals.execute ?? [];
    await this.#reopenLog(result.log);
    const held = await this.#maintenance.held(configuration);
    if (this.#stopping !== undefined) return;
    this.#release(held);
    this.#adopt(configuration, result);
    this.#tellInstancesOfReload(before, configuration.globals.execute);
  }

  async #reopenLog(target: LogTarget): Promise<void> {
    const { handover, debug } = this.#options;
    if (debug || handover.foreground || target.logfile === this.#logTarget?.logfile) return;
    this.#logTarget = target;
    const old = this.#log;
    const place = { ...target, supervised: false };
    this.#log = await openDirectorLog(place, { name: handover.name, debug, lasting: true });
    await old.close();
  }

  #tellInstancesOfReload(before: readonly string[], after: readonly string[]): void {
    const gone = before.filter((name) => !after.includes(name));
    const kept = after.filter((name) => before.includes(name));
    const added = after.filter((name) => !before.includes(name));
    this.#tellInstances('stop', gone);
    this.#tellInstances('reload', kept, 'start');
    this.#tellInstances('start', added);
  }

  /** `otherwise` is tried for those where the verb fails: a reload of an instance that is stopped. */
  #tellInstances(verb: InstanceVerb, names: readonly string[], otherwise?: InstanceVerb): void {
    const { program } = this.#options.handover;
    this.#instances = this.#instances.then(async () => {
      const failed = await runInstances(program, names, verb, 'ignore');
      for (const name of failed) {
        this.#log.write(`system(${program.join(' ')} ${readable(name)} ${verb}) failed`);
      }
      if (otherwise) await runInstances(program, failed, otherwise, 'ignore');
    });
  }

  /** Looks at the files once a round, which is as long as the present configuration says. */
  #lookLater(): void {
    clearTimeout(this.#look);
    if (this.#stopping !== undefined || !this.#configuration) return;
    const { fork, checkInterval } = this.#configuration.globals;
    const ms = fork ? FORK_LOOK_MS : checkInterval;
    this.#look = setTimeout(() => void this.#lookNow().finally(() => this.#lookLater()), ms);
  }

  async #lookNow(): Promise<void> {
    await this.#lookAtFile();
    if (!this.#configuration || this.#stopping !== undefined) return;
    const held = await this.#maintenance.held(this.#configuration);
    if (this.#stopping !== undefined) return;
    this.#release(held);
    for (const server of held) this.#tell({ kind: 'hold', ...server, held: true });
  }

  /** Lets go of the servers that are not held any more. */
  #release(held: readonly HeldServer[]): void {
    const free = this.#held.filter(
      ({ address, port }) => !held.some((now) => now.address === address && now.port === port),
    );
    this.#held = held;
    for (const server of free) this.#tell({ kind: 'hold', ...server, held: false });
  }

  async #lookAtFile(): Promise<void> {
    const { file } = this.#options.handover;
    const change = this.#watch.look();
    if (change === 'unreadable') {
      this.#log.write(`Warning [${process.pid}]: can not open file ${file} for checking`);
    }
    if (change !== 'changed' || !this.#configuration) return;
    const { autoreload, callback } = this.#configuration.globals;
    this.#log.write(`Configuration file '${file}' has changed on disk`);
    this.#log.write(autoreload ? ' - reread new configuration' : ' - ignore new configuration');
    if (autoreload) await this.#reload();
    if (callback !== undefined) this.#call(this.#configuration.globals.callback ?? callback, file);
  }

  #call(callback: string, file: string): void {
    const program = readable(callback);
    try {
      accessSync(program, constants.X_OK);
    } catch {
      return;
    }
    const environment = plainEnvironment(process.env);
    const argv = [program, file] as const;
    void runChild({ argv, environment, directory: '/', deadlineMs: CALLBACK_LIMIT_MS }).then(
      ({ code }) => {
        if (code !== 0) this.#log.write(`system(${program} ${file}) failed: exit code ${code}`);
      },
    );
  }
}
