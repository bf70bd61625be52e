/** One call of the plan's `step` under way: the state so far, and the effects so far. */
import type { Severity } from '@ts-heartbeat/core/log';
import type { Group, Resource } from './group.js';
import type { GroupStep, PlanEffect, PlanEvent, PlanState, Step, Verb } from './state.js';

export class Turn {
  state: PlanState;
  readonly effects: PlanEffect[] = [];

  constructor(state: PlanState) {
    this.state = state;
  }

  change(part: Partial<PlanState>): void {
    this.state = { ...this.state, ...part };
  }

  emit(effect: PlanEffect): Turn {
    this.effects.push(effect);
    return this;
  }

  log(severity: Severity, text: string): void {
    this.effects.push({ kind: 'log', severity, text });
  }

  /** Enters the group in the record of what is held, at its old place if it stands there. */
  hold(group: Group, complete: boolean): void {
    const { held } = this.state;
    const at = held.findIndex((entry) => entry.group.key === group.key);
    const takenOver =
      held[at]?.takenOver === true || this.state.work?.request?.job.kind === 'takeOver';
    const entry = { group, complete, ...(takenOver ? ({ takenOver } as const) : {}) };
    this.change({ held: at < 0 ? [...held, entry] : held.with(at, entry) });
  }

  drop(group: Group): void {
    this.change({ held: this.state.held.filter((entry) => entry.group.key !== group.key) });
  }

  /** Asks the outside for what the step waits for. */
  ask(step: Step): Turn {
    const { deadline, statusDeadline } = this.state.settings;
    if (step.at === 'read') return this.emit({ kind: 'read' });
    if (step.at === 'lock') return this.emit({ kind: 'lock', key: step.task.group.key });
    if (step.at === 'relock') return this.emit({ kind: 'lock', key: groupOf(step.next).key });
    if (step.at === 'announce') {
      const resource = resourceAt(step);
      return this.emit({
        kind: 'announce',
        resource,
        deadline: Math.min(statusDeadline, deadline),
      });
    }
    if (step.at === 'pause') return this.emit({ kind: 'wait', for: RETRY_PAUSE_MS });
    if (step.at === 'hook') return this.emit({ kind: 'hook', name: 'local_giveip', deadline });
    const called = callOf(step);
    if (called === null) return this;
    const { resource, verb } = called;
    if (verb !== 'status') this.announce(resource, verb);
    const limit = verb === 'status' ? Math.min(statusDeadline, deadline) : deadline;
    return this.emit({ kind: 'run', group: groupOf(step), resource, verb, deadline: limit });
  }

  /** The lines of ResourceManager 3.0.6 before a script; two blanks where there is no argument. */
  private announce(resource: Resource, verb: Verb): void {
    const command = `${resource.path ?? resource.script} ${resource.args.join(' ')} ${verb}`;
    this.log('info', `Running ${command}`);
    this.log('debug', `Starting ${command}`);
  }

  /** The result of a start or stop, in the words of ResourceManager 3.0.6. */
  report(resource: Resource, verb: Verb, result: PlanEvent & { readonly kind: 'ended' }): void {
    if (resource.path === null) return;
    const command = `${resource.path} ${resource.args.join(' ')} ${verb}`;
    this.log('debug', `${command} done. RC=${result.rc}`);
    if (result.late) this.log('error', `${command} did not end in time and was killed`);
    if (result.rc !== 0) this.log('error', `Return code ${result.rc} from ${resource.path}`);
  }
}

/** Between two attempts to stop (ResourceManager: sleep 1). */
const RETRY_PAUSE_MS = 1000;

export function groupOf(step: GroupStep): Group {
  return step.at === 'probe' ? step.task.group : step.group;
}

/** The script and verb a step runs; null for a step that runs none. */
export function callOf(step: GroupStep): { resource: Resource; verb: Verb } | null {
  if (step.at === 'hook' || step.at === 'pause') return null;
  const resource = groupOf(step).resources[step.index ?? 0];
  if (resource === undefined) return null;
  return { resource, verb: step.at === 'start' || step.at === 'stop' ? step.at : 'status' };
}

/** The member a step is about; a step beyond the group's end is a broken invariant. */
export function resourceAt(at: { readonly group: Group; readonly index: number }): Resource {
  const resource = at.group.resources[at.index];
  if (resource === undefined) throw new Error(`group ${at.group.key} has no member ${at.index}`);
  return resource;
}
