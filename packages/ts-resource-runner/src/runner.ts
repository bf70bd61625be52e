/** Performs the plan: reads, locks, runs scripts, and keeps the journal ahead of what is done. */
import { randomUUID } from 'node:crypto';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Clock } from '@ts-heartbeat/platform/clock';
import { processIdentity } from '@ts-heartbeat/platform/gone';
import { dateStamp } from '@ts-heartbeat/platform/logline';
import { logDirectly } from './directlog.js';
import { scriptEnvironment } from './environment.js';
import { groupsNow } from './haresources.js';
import { Journal, type ScriptNote, TOKEN_VARIABLE } from './journal.js';
import { Leftover } from './leftover.js';
import { isExecutable } from './locate.js';
import { DirectoryLock, lockDirectory } from './lock.js';
import type { Places } from './places.js';
import type { Resource } from './plan/group.js';
import type { PlanEffect, PlanEvent, PlanSettings, PlanState, StopPolicy } from './plan/state.js';
import { initialPlan, isIdle, step } from './plan.js';
import type { Hello, Reply, Request } from './protocol.js';
import { runScript, type ScriptResult } from './script.js';

/** How long another process may hold a group before a job goes on without that group. */
const LOCK_WAIT_MS_MAX = 10 * 60_000;
/** Tells a ResourceManager called by a script that this group is locked for it already. */
const LOCK_VARIABLE = 'HA_GROUP_LOCK';
/** The date of a script's start, so that ours need no program to write a line. */
const STAMP_VARIABLE = 'HA_RUNNER_STAMP';
/** The script that announces an address which this machine has; it is beside ResourceManager. */
const ANNOUNCE = 'announce_address';

export interface RunnerOptions {
  readonly places: Places;
  readonly settings: PlanSettings;
  readonly clock: Clock;
  /** What is done about a resource that cannot be stopped: reboot or fence this machine. */
  readonly recover: (policy: StopPolicy, word: string) => void;
  /** What the scripts inherit. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
}

type Run = PlanEffect & { readonly kind: 'run' };

interface Call {
  readonly path: string;
  readonly args: readonly string[];
  readonly verb: string;
  /** The key of the group whose lock it runs under; empty for a hook. */
  readonly group: string;
  readonly deadline: number;
  readonly begun?: (pid: number) => void;
}

export class Runner {
  /** Set by whoever listens; false when nobody does, and then log lines go to the files. */
  reply: (reply: Reply) => boolean = () => false;
  /** Called when everything is released after `orphaned`. */
  released: () => void = () => {};
  /** Called after each event that leaves no job in hand or waiting. */
  idle: () => void = () => {};

  readonly #options: RunnerOptions;
  readonly #journal: Journal;
  readonly #locks = new Map<string, DirectoryLock>();
  readonly #events: PlanEvent[] = [];
  #plan: PlanState;
  #hello: Hello | null = null;
  #script: ScriptNote | null = null;
  #running: { readonly cut: () => void } | null = null;
  #isJournalBroken = false;
  #isBusy = false;
  /** The first `hello` to a restarted runner may come from the ts-heartbeat of before. */
  #isResumed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#journal = new Journal(options.places.rsctmp);
    this.#plan = initialPlan(options.settings);
  }

  /** What ts-heartbeat said last, to this runner or the one before it. */
  get hello(): Hello | null {
    return this.#hello;
  }

  get isIdle(): boolean {
    return isIdle(this.#plan) && this.#events.length === 0;
  }

  /**
   * Takes over what an earlier runner left. Waits for a script of its that still runs, until that
   * script's deadline; then goes on with the job it belonged to.
   */
  async resume(): Promise<void> {
    const entry = this.#journal.read();
    if (entry === null) return;
    this.#isResumed = true;
    this.#hello = entry.hello;
    this.#plan = { ...entry.plan, settings: this.#options.settings, orphaned: false };
    if (entry.script !== null) await this.#awaitLeftover(entry.script);
    if (this.#plan.work !== null) this.dispatch({ kind: 'resumed' });
  }

  greet(hello: Hello): void {
    const isSameLife =
      hello.life === undefined || this.#hello?.life === undefined
        ? this.#isResumed
        : hello.life === this.#hello.life;
    this.#isResumed = false;
    this.#hello = hello;
    this.dispatch({ kind: 'hello', localNode: hello.localNode, fresh: !isSameLife });
  }

  ask(request: Request & { readonly op: 'job' }): void {
    const environment = { ...this.#hello?.environment, ...request.environment };
    const { id, job } = request;
    this.dispatch({ kind: 'job', request: { id, job, environment } });
  }

  held(): Reply {
    const { localNode, held } = this.#plan;
    const keys = (isLocal: boolean): string[] =>
      held
        .map((entry) => entry.group)
        .filter((group) => (group.node === localNode) === isLocal)
        .map((group) => group.key);
    const takenOver = held.some((entry) => entry.takenOver && entry.group.node !== localNode);
    const more = takenOver ? ({ takenOver } as const) : {};
    return { op: 'held', local: keys(true), foreign: keys(false), ...more };
  }

  /** The orderly end of this runner: the next one is told only what it has to know. */
  close(): void {
    if (this.isIdle && this.#plan.held.length === 0) this.#journal.remove();
  }

  /** ts-heartbeat has gone for good: release everything. */
  abandon(): void {
    this.log({ severity: 'crit', text: 'ts-heartbeat is gone: giving up all resources held here' });
    this.dispatch({ kind: 'orphaned' });
  }

  /** Logs a line under the name of a script. */
  log({ severity, text, tag = 'ResourceManager' }: LogLine & { readonly tag?: string }): void {
    if (this.reply({ op: 'log', severity, text, tag })) return;
    logDirectly({ severity, text, tag }, this.#environment(), new Date());
  }

  /** Events are taken one at a time, also those that performing an effect brings at once. */
  dispatch(event: PlanEvent): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { state, effects } = step(this.#plan, next);
      const isChanged = state !== this.#plan;
      this.#plan = state;
      // Before a script starts it is written down together with it.
      if (isChanged && !effects.some(({ kind }) => kind === 'run')) this.#record();
      for (const effect of effects) this.#perform(effect);
    }
    this.#isBusy = false;
    if (isIdle(this.#plan)) this.idle();
  }

  #record(): void {
    try {
      this.#journal.write({ plan: this.#plan, hello: this.#hello, script: this.#script });
      this.#isJournalBroken = false;
    } catch (error) {
      if (this.#isJournalBroken) return;
      this.#isJournalBroken = true;
      this.log({ severity: 'error', text: `Cannot write the runner's journal: ${String(error)}` });
    }
  }

  #environment(): Record<string, string> {
    const { environment, places } = this.#options;
    const given = { ...this.#hello?.environment, ...this.#plan.work?.request?.environment };
    return scriptEnvironment(environment, places, this.#plan.localNode, given);
  }

  #perform(effect: PlanEffect): void {
    switch (effect.kind) {
      case 'read':
        this.#read();
        break;
      case 'lock':
        void this.#lock(effect.key);
        break;
      case 'unlock':
        this.#locks.get(effect.key)?.release();
        this.#locks.delete(effect.key);
        break;
      case 'run':
        void this.#run(effect);
        break;
      case 'hook':
        void this.#hook(effect.name, effect.deadline);
        break;
      case 'harc':
        this.#sayHarc(effect.type);
        break;
      case 'announce':
        void this.#announce(effect.resource, effect.deadline);
        break;
      case 'wait':
        setTimeout(() => this.dispatch({ kind: 'waited' }), effect.for);
        break;
      case 'cut':
        this.#running?.cut();
        break;
      case 'stuck':
        this.#options.recover(effect.policy, effect.word);
        break;
      case 'done':
        this.reply({ op: 'done', id: effect.id, outcome: effect.outcome });
        break;
      case 'released':
        this.released();
        break;
      case 'log':
        this.log(effect);
    }
  }

  /** The path with two slashes, as in heartbeat 3.0.6. */
  #sayHarc(type: string): void {
    const text = `Running ${this.#options.places.haDirectory}//rc.d/${type} ${type}`;
    this.log({ severity: 'info', text, tag: 'harc' });
  }

  #read(): void {
    try {
      this.dispatch({ kind: 'groups', groups: groupsNow(this.#options.places) });
    } catch (error) {
      this.log({ severity: 'error', text: `Cannot read haresources: ${String(error)}` });
      this.dispatch({ kind: 'groups', groups: [] });
    }
  }

  async #lock(key: string): Promise<void> {
    const lock = new DirectoryLock(lockDirectory(this.#options.places.rsctmp, key));
    const ok = await lock.take(
      LOCK_WAIT_MS_MAX,
      () => this.#options.clock.at(),
      (holder) => {
        const text = `Resource group ${key} is in use by process ${holder?.pid ?? '?'}: waiting`;
        this.log({ severity: 'info', text });
      },
    );
    if (ok) this.#locks.set(key, lock);
    if (lock.trouble !== undefined) {
      const text = `Resource group ${key} cannot be locked: ${lock.trouble}`;
      this.log({ severity: 'error', text });
    }
    this.dispatch({ kind: 'locked', ok });
  }

  async #run(effect: Run): Promise<void> {
    const { resource, verb, group, deadline } = effect;
    const told = { group: group.key, script: resource.script, args: resource.args, verb };
    let script = 0;
    const result = await this.#execute({
      path: resource.path ?? '',
      args: [...resource.args, verb],
      verb,
      group: group.key,
      deadline,
      begun: (pid) => {
        script = pid;
        this.reply({ op: 'script', phase: 'begin', ...told, pid, rc: null, ms: 0 });
      },
    });
    const { rc, output, late, ms } = result;
    const code = rc < 128 ? rc : null;
    this.reply({ op: 'script', phase: 'end', ...told, pid: script, rc: code, ms: Math.round(ms) });
    this.dispatch({ kind: 'ended', rc, output, late });
  }

  async #hook(name: string, deadline: number): Promise<void> {
    const path = `${this.#options.places.haDirectory}/rc.d/${name}`;
    if (isExecutable(path))
      await this.#execute({ path, args: [], verb: name, group: '', deadline });
    this.dispatch({ kind: 'ended', rc: 0, output: '', late: false });
  }

  /** Has an address announced again by the script for it; a failure changes nothing. */
  async #announce(resource: Resource, deadline: number): Promise<void> {
    const path = `${this.#environment().HA_NOARCHBIN}/${ANNOUNCE}`;
    const args = resource.args.slice(0, 1);
    if (isExecutable(path)) {
      await this.#execute({ path, args, verb: 'announce', group: '', deadline });
    }
    this.dispatch({ kind: 'ended', rc: 0, output: '', late: false });
  }

  /** Runs one file, noted in the journal before it starts and with its pid as soon as it has one. */
  async #execute(call: Call): Promise<ScriptResult> {
    const { clock, places } = this.#options;
    const { path, args, verb, group, deadline } = call;
    const token = randomUUID();
    const environment: Record<string, string> = {
      ...this.#environment(),
      [TOKEN_VARIABLE]: token,
      [LOCK_VARIABLE]: group,
      // As date(1) with the daemon's format would say it; a blank follows it in a line.
      [STAMP_VARIABLE]: `${dateStamp(new Date())} `,
    };
    const note = { token, until: clock.at() + deadline, group, path, verb };
    this.#note({ ...note, process: null });
    const order = {
      path,
      args,
      environment,
      deadline,
      debugFile: environment.HA_DEBUGLOG ?? '/dev/null',
      ...(verb === 'status' ? { captureFile: `${places.rsctmp}/runner.status` } : {}),
    };
    const running = runScript(order);
    this.#running = running;
    const pid = running.pid ?? 0;
    if (pid !== 0) {
      this.#locks.get(group)?.noteScript(pid);
      this.#note({ ...note, process: processIdentity(pid) ?? null });
    }
    call.begun?.(pid);
    const result = await running.ended;
    this.#running = null;
    this.#script = null;
    return result;
  }

  #note(script: ScriptNote): void {
    this.#script = script;
    this.#record();
  }

  async #awaitLeftover(note: ScriptNote): Promise<void> {
    const leftover = new Leftover(note, () => this.#options.clock.at());
    const { pid } = leftover;
    if (pid === null) return;
    const text = `Waiting for ${note.path} ${note.verb} [${pid}], left by an earlier runner`;
    this.log({ severity: 'info', text });
    this.#running = leftover;
    await leftover.ended();
    this.#running = null;
    this.#script = null;
  }
}
