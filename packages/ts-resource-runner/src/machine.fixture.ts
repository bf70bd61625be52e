/** A machine of imagined scripts, and a plan that works on it. */
import assert from 'node:assert/strict';
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { Group } from './plan/group.js';
import type { PlanEffect, PlanEvent, PlanState } from './plan/state.js';
import { initialPlan, step } from './plan.js';

const SETTINGS = { deadline: 60_000, statusDeadline: 5000, stopPolicy: 'stay' } as const;

export function group(line: string): Group {
  const [node = '', ...words] = line.split(' ');
  const resources = words.map((word) => {
    const [script = '', ...args] = word.split('::');
    return { word, script, args, path: script === 'gone' ? null : `/r/${script}` };
  });
  return { node, key: words[0] ?? '', resources };
}

export const LVS = 'alpha lvs IPaddr::10.0.0.1/24/eth0 web';
export const TWO = [LVS, 'beta ip2 web2'];

/** What the scripts of one machine do, and everything that was asked of it. */
export class Machine {
  state: PlanState = initialPlan(SETTINGS);
  readonly running = new Set<string>();
  /** `script verb`: exit codes in turn, the last one for ever; absent: 0. */
  readonly codes = new Map<string, number[]>();
  readonly calls: string[] = [];
  readonly lines: string[] = [];
  readonly outcomes = new Map<number, JobOutcome>();
  readonly others: PlanEffect[] = [];
  readonly announced: string[] = [];
  groups: Group[];
  #locked: string | null = null;

  constructor(lines: readonly string[], node = 'alpha') {
    this.groups = lines.map(group);
    this.send({ kind: 'hello', localNode: node, fresh: true });
  }

  /** Sends an event and everything that follows from it, up to `stopAt` answered scripts. */
  send(event: PlanEvent, stopAt = Number.POSITIVE_INFINITY): void {
    const events: PlanEvent[] = [event];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const result = step(this.state, next);
      this.state = result.state;
      for (const effect of result.effects) {
        const answer = this.#perform(effect, stopAt);
        if (answer !== null) events.push(answer);
      }
    }
  }

  job(job: Job, id = 1, environment: Record<string, string> = {}): JobOutcome | undefined {
    this.send({ kind: 'job', request: { id, job, environment } });
    return this.outcomes.get(id);
  }

  get changes(): string[] {
    return this.calls.filter((call) => !call.endsWith(' status'));
  }

  #perform(effect: PlanEffect, stopAt: number): PlanEvent | null {
    switch (effect.kind) {
      case 'read':
        return { kind: 'groups', groups: this.groups };
      case 'lock':
        assert.equal(this.#locked, null, 'two groups locked at once');
        this.#locked = effect.key;
        return { kind: 'locked', ok: true };
      case 'unlock':
        assert.equal(this.#locked, effect.key);
        this.#locked = null;
        return null;
      case 'run':
        return this.#run(effect, stopAt);
      case 'harc':
        return null;
      case 'announce':
        this.announced.push(effect.resource.args[0] ?? '');
        return { kind: 'ended', rc: 0, output: '', late: false };
      case 'wait':
        return { kind: 'waited' };
      case 'done':
        this.outcomes.set(effect.id, effect.outcome);
        return null;
      case 'log':
        if (effect.severity !== 'debug') {
          const tag = effect.tag === undefined ? '' : `${effect.tag}: `;
          this.lines.push(`${tag}${effect.severity}: ${effect.text}`);
        }
        return null;
      default:
        this.others.push(effect);
        return effect.kind === 'hook' ? { kind: 'ended', rc: 0, output: '', late: false } : null;
    }
  }

  #run(effect: PlanEffect & { kind: 'run' }, stopAt: number): PlanEvent | null {
    const { resource, verb } = effect;
    assert.equal(this.#locked, effect.group.key, 'a script runs without the lock');
    const name = `${resource.script} ${verb}`;
    this.#assertOrder(effect);
    this.calls.push(name);
    if (this.calls.length > stopAt) return null;
    if (verb === 'status') {
      const output = this.running.has(resource.script) ? 'running' : 'stopped';
      return { kind: 'ended', rc: 0, output, late: false };
    }
    const codes = this.codes.get(name) ?? [0];
    const rc = (codes.length > 1 ? codes.shift() : codes[0]) ?? 0;
    if (rc === 0 && verb === 'start') this.running.add(resource.script);
    if (rc === 0 && verb === 'stop') this.running.delete(resource.script);
    return { kind: 'ended', rc, output: '', late: false };
  }

  /** Starts need every earlier member running; stops come from right to left. */
  #assertOrder({ group, resource, verb }: PlanEffect & { kind: 'run' }): void {
    const index = group.resources.findIndex((member) => member.word === resource.word);
    if (verb === 'start') {
      const earlier = group.resources.slice(0, index);
      const missing = earlier.find((member) => !this.running.has(member.script));
      assert.equal(missing, undefined, `${resource.word} started too early`);
    }
    if (verb === 'stop' && index < group.resources.length - 1) {
      const allowed = group.resources.slice(index, index + 2).map((member) => member.script);
      const last = this.calls.findLast((call) => call.endsWith(' stop') || call.endsWith(' start'));
      assert.ok(allowed.includes(last?.replace(/ .*/, '') ?? ''), `${resource.word} after ${last}`);
    }
  }

  /** A new runner on the same machine, the old one killed while its last script ran. */
  restart(): void {
    this.#locked = null;
    this.state = JSON.parse(JSON.stringify(this.state)) as PlanState;
    this.send({ kind: 'resumed' });
  }
}
