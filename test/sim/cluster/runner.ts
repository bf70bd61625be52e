/** The resource runner of one host: the product's own plan, over scripts that are pretended. */
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import { initialPlan, isIdle, step } from 'ts-resource-runner/plan';
import type { Group, Resource } from 'ts-resource-runner/plan/group';
import { saysRunning } from 'ts-resource-runner/plan/ownership';
import type { PlanEffect, PlanEvent, PlanState } from 'ts-resource-runner/plan/state';
import type { GroupOptions } from '../options.js';
import type { Planned } from '../world.js';
import type { Around, Seen } from './around.js';
import type { Scripts } from './scripts.js';

/** An answer between two processes of one host, in milliseconds. */
const ANSWER_MS = 1;
const STATUS_DEADLINE = 60_000;
/** From the death of a runner to its successor's reading of the journal. */
const SUCCESSOR_MS = 100;

export interface RunnerParts {
  readonly around: Around;
  readonly name: string;
  readonly scripts: Scripts;
  readonly see: (seen: Seen) => void;
  readonly done: (id: number, outcome: JobOutcome) => void;
  readonly reboot: () => void;
  /** The machine stands still: nothing begins or ends on it. */
  readonly standing: () => boolean;
}

type Run = PlanEffect & { readonly kind: 'run' };

interface Running {
  readonly effect: Run;
  readonly planned: Planned | undefined;
  readonly late: Planned;
}

export class SimulatedRunner {
  readonly #parts: RunnerParts;
  readonly #groups: readonly Group[];
  #plan: PlanState;
  #running: Running | undefined;
  #dead = false;
  /** The process is gone and its successor does not work yet. */
  #between = false;
  /** A daemon has begun a life and waits for a word. */
  #greeted = false;
  readonly #events: PlanEvent[] = [];
  /** What happened while there was none. */
  readonly #missed: PlanEvent[] = [];
  readonly #standing: (() => void)[] = [];
  #busy = false;

  constructor(parts: RunnerParts) {
    const { around } = parts;
    this.#parts = parts;
    this.#groups = around.options.groups.map(groupOf);
    const { scripts, stopPolicy } = around.options;
    this.#plan = initialPlan({
      deadline: scripts.deadline,
      statusDeadline: STATUS_DEADLINE,
      // The genuine script knows no other (cluster specification 3.5).
      stopPolicy: this.#isGenuine ? 'reboot' : stopPolicy,
    });
  }

  get #isGenuine(): boolean {
    const { around, name } = this.#parts;
    return around.options.nodes.some((node) => node.name === name && node.genuine);
  }

  get isIdle(): boolean {
    return isIdle(this.#plan) && !this.#between;
  }

  /** Its daemon is gone for good, and it gives up what it holds. */
  get orphaned(): boolean {
    return this.#plan.orphaned;
  }

  /** Keys of the groups it holds, by where they are at home. */
  held(): { readonly local: boolean; readonly foreign: boolean; readonly takenOver: boolean } {
    const { held } = this.#plan;
    const { name } = this.#parts;
    return {
      local: held.some(({ group }) => group.node === name),
      foreign: held.some(({ group }) => group.node !== name),
      takenOver: held.some(({ group, takenOver }) => group.node !== name && takenOver === true),
    };
  }

  hello(): void {
    this.#greeted = true;
    if (!this.#between) this.#greet();
  }

  #greet(): void {
    this.#greeted = false;
    this.#dispatch({ kind: 'hello', localNode: this.#parts.name, fresh: true });
  }

  job(id: number, job: Job, environment: Readonly<Record<string, string>>): void {
    this.#dispatch({ kind: 'job', request: { id, job, environment } });
  }

  abandon(): void {
    this.#dispatch({ kind: 'orphaned' });
  }

  /** Killed: what it knows stands in its journal, its script goes on, another one follows. */
  kill(asks: () => void): void {
    if (this.#between) return;
    this.#between = true;
    const resume = (): void => {
      if (this.#dead) return;
      this.#between = false;
      // A daemon that began while there was no runner is the successor's.
      if (this.#greeted) this.#greet();
      if (this.#plan.work !== null) this.#dispatch({ kind: 'resumed' });
      for (const event of this.#missed.splice(0)) this.#dispatch(event);
      asks();
    };
    const running = this.#running;
    const wait = (): void => {
      if (running !== undefined && this.#running === running) {
        this.#parts.around.world.later(SUCCESSOR_MS, wait);
      } else {
        resume();
      }
    };
    this.#parts.around.world.later(SUCCESSOR_MS, wait);
  }

  /** The machine goes on after it stood still. */
  goOn(): void {
    for (const act of this.#standing.splice(0)) act();
  }

  /** Power off. */
  lose(): void {
    this.#dead = true;
    const { world } = this.#parts.around;
    world.undo(this.#running?.planned);
    world.undo(this.#running?.late);
    this.#running = undefined;
  }

  #dispatch(event: PlanEvent): void {
    if (this.#dead) return;
    if (this.#between) {
      // Jobs are asked for again, and answers to the dead one are lost; who greets tries again.
      if (event.kind === 'hello' || event.kind === 'orphaned') this.#missed.push(event);
      return;
    }
    this.#events.push(event);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { state, effects } = step(this.#plan, next);
      this.#plan = state;
      for (const effect of effects) this.#perform(effect);
    }
    this.#busy = false;
  }

  #later(ms: number, event: PlanEvent): void {
    this.#after(ms, () => this.#dispatch(event));
  }

  /** Does something after that time, or when the machine goes on. */
  #after(ms: number, act: () => void): Planned {
    return this.#parts.around.world.later(ms, () => {
      if (this.#parts.standing()) this.#standing.push(act);
      else act();
    });
  }

  #perform(effect: PlanEffect): void {
    const { see, done, reboot, around } = this.#parts;
    switch (effect.kind) {
      case 'read':
        this.#dispatch({ kind: 'groups', groups: this.#read() });
        break;
      case 'lock':
        this.#dispatch({ kind: 'locked', ok: true });
        break;
      case 'run':
        this.#run(effect);
        break;
      case 'hook':
        this.#later(ANSWER_MS, { kind: 'ended', rc: 0, output: '', late: false });
        break;
      case 'announce':
        this.#announce(effect.resource);
        this.#later(ANSWER_MS, { kind: 'ended', rc: 0, output: '', late: false });
        break;
      case 'wait':
        this.#later(effect.for, { kind: 'waited' });
        break;
      case 'cut':
        this.#cut();
        break;
      case 'stuck':
        if (effect.policy !== 'stay') {
          see({ kind: 'reboots' });
          around.world.later(0, reboot);
        }
        break;
      case 'done': {
        const { id, outcome } = effect;
        this.#after(ANSWER_MS, () => {
          if (!this.#dead) done(id, outcome);
        });
        break;
      }
      case 'log':
        see({ kind: 'log', severity: effect.severity, text: effect.text });
        break;
      default:
        break;
    }
  }

  /** The genuine req_resource asks the first resource of a group alone. */
  #read(): readonly Group[] {
    const looks = this.#plan.work?.request?.job.kind === 'findIdle';
    if (!this.#isGenuine || !looks) return this.#groups;
    return this.#groups.map((group) => ({ ...group, resources: group.resources.slice(0, 1) }));
  }

  #run(effect: Run): void {
    const { scripts } = this.#parts;
    const { resource, verb, deadline } = effect;
    this.#note(effect, 'begin');
    const course = scripts.begin(resource.word, verb);
    const ended = (): void => {
      if (course.leaves === 'running') scripts.running.add(resource.word);
      if (course.leaves === 'stopped') scripts.running.delete(resource.word);
      if (verb === 'start' && course.rc === 0) this.#announce(resource);
      this.#ended(effect, course.rc, false);
    };
    const hangs = !Number.isFinite(course.takes);
    const running: Running = {
      effect,
      planned: hangs ? undefined : this.#after(course.takes, () => this.#isRunning(running, ended)),
      late: this.#after(deadline, () => this.#isRunning(running, () => this.#cut())),
    };
    this.#running = running;
  }

  #isRunning(running: Running, act: () => void): void {
    if (this.#running === running) act();
  }

  /** Ends the script that runs. */
  #cut(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#parts.around.world.undo(running.planned);
    this.#ended(running.effect, 137, true);
  }

  #ended(effect: Run, rc: number, late: boolean): void {
    const { world } = this.#parts.around;
    world.undo(this.#running?.late);
    this.#running = undefined;
    const { resource, verb } = effect;
    const output = verb === 'status' ? this.#parts.scripts.status(resource.word) : '';
    const ok = verb === 'status' ? saysRunning(output) : rc === 0;
    this.#note(effect, 'end', ok, late);
    this.#dispatch({ kind: 'ended', rc, output, late });
  }

  #note(
    { group, resource, verb }: Run,
    phase: 'begin' | 'end',
    ok?: boolean,
    hung?: boolean,
  ): void {
    this.#parts.see({
      kind: 'script',
      group: group.key,
      resource: resource.word,
      verb,
      phase,
      ...(ok === undefined ? {} : { ok }),
      ...(hung === true ? { hung } : {}),
      ...(phase === 'end' && this.#between ? { unseen: true } : {}),
    });
  }

  #announce({ script, args }: Resource): void {
    const address = args[0]?.split('/')[0];
    if (script !== 'IPaddr' || address === undefined) return;
    this.#parts.around.router.announce(address, this.#parts.name);
  }
}

function groupOf({ node, key, resources }: GroupOptions): Group {
  return {
    node,
    key,
    resources: resources.map((word) => {
      const [script = word, ...args] = word.split('::');
      return { word, script, args, path: `/etc/ha.d/resource.d/${script}` };
    }),
  };
}
