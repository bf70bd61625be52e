/**
 * One pretended machine: scripts that remember what runs, and a runner that does the jobs of the
 * daemon as the genuine script ResourceManager does them.
 */
import type { ResourceGroup } from '@ts-heartbeat/core/config/haresources';
import type { Held, Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { World } from '../world.js';

/** How long a call takes, in milliseconds, where nothing else is said. */
const CALL = 20;
/** Attempts to stop, and the pause between them (cluster specification 3.5). */
const STOP_ATTEMPTS = 11;
const STOP_PAUSE = 1000;

/** Jobs that pass over groups: whether the first resource of those that are meant runs. */
const ASKED_FOR: Readonly<Partial<Record<Job['kind'], boolean>>> = {
  findIdle: false,
  acquireOwn: false,
  giveGroup: true,
  announce: true,
};

/** How a script behaves; `delay` in seconds, `effect`: the state changes in spite of `rc`. */
export interface Behaviour {
  readonly rc?: number;
  readonly delay?: number;
  readonly effect?: boolean;
}

/** What is seen of a machine: starts, stops, and a reboot that it asks for. */
export type Seen = (verb: 'start' | 'stop' | 'reboot', word: string) => void;

/** A job under way: it yields what it has to wait for, in milliseconds. */
type Work<T> = Generator<number, T>;

export class Machine {
  /** Words of haresources that run. */
  readonly running = new Set<string>();
  /** Keys of groups that were announced, and when. */
  readonly announced: { readonly key: string; readonly at: number }[] = [];
  /** By `VERB SCRIPT`. */
  readonly behaviours = new Map<string, Behaviour>();
  #working = 0;
  readonly #waiting: { readonly job: Job; readonly done: (outcome: JobOutcome) => void }[] = [];
  /** Changes when the power goes: nothing of before goes on. */
  #power = 0;
  /** When the last call began or ended. */
  lastCall = 0;

  constructor(
    readonly name: string,
    private readonly groups: readonly ResourceGroup[],
    private readonly world: World,
    private readonly seen: Seen,
    /** One job after the other, as the runner of ours does them. */
    private readonly inTurn: boolean,
  ) {}

  get busy(): boolean {
    return this.#working > 0;
  }

  /** Does a job: beside those that run, as the genuine daemon forks them, or after them. */
  perform(job: Job, done: (outcome: JobOutcome) => void): void {
    if (this.inTurn && this.#working > 0) this.#waiting.push({ job, done });
    else this.#begin(job, done);
  }

  /** The groups that run, by where they are at home. */
  held(): Held {
    const runs = ({ key }: ResourceGroup): boolean => this.running.has(key);
    const local = this.groups.some((group) => group.node === this.name && runs(group));
    const foreign = this.groups.some((group) => group.node !== this.name && runs(group));
    if (local) return foreign ? 'all' : 'local';
    return foreign ? 'foreign' : 'none';
  }

  #begin(job: Job, done: (outcome: JobOutcome) => void): void {
    const work = this.#perform(job);
    const power = this.#power;
    this.#working += 1;
    const go = (): void => {
      if (power !== this.#power) return;
      const step = work.next();
      if (step.done !== true) {
        this.world.later(step.value, go);
        return;
      }
      this.#working -= 1;
      done(step.value);
      const next = power === this.#power ? this.#waiting.shift() : undefined;
      if (next !== undefined) this.#begin(next.job, next.done);
    };
    this.world.later(CALL, go);
  }

  powerOff(): void {
    this.#power += 1;
    this.#working = 0;
    this.#waiting.length = 0;
    this.running.clear();
  }

  *#perform(job: Job): Work<JobOutcome> {
    const meant = this.#meant(job);
    const groups: string[] = [];
    const failed: string[] = [];
    const stuck: string[] = [];
    for (const group of meant) {
      const asks = ASKED_FOR[job.kind];
      if (asks !== undefined && (yield* this.#owns(group)) !== asks) continue;
      groups.push(group.key);
      if (job.kind === 'announce') this.announced.push({ key: group.key, at: this.world.now });
      if (job.kind === 'findIdle' || job.kind === 'announce') continue;
      const stops = ['standbyRelease', 'releaseAll', 'giveGroup'].includes(job.kind);
      const how = stops ? yield* this.#give(group) : yield* this.#take(group);
      if (how !== 'ok') failed.push(group.key);
      if (how === 'stuck') stuck.push(group.key);
      if (how === 'stuck') break;
    }
    const local = groups.filter((key) => meant.some((group) => this.#isOwn(group, key)));
    const ok = failed.length === 0;
    return { ok, failed, groups, local, ...(stuck.length > 0 ? { stuck } : {}) };
  }

  #isOwn({ key, node }: ResourceGroup, wanted: string): boolean {
    return key === wanted && node === this.name;
  }

  #meant(job: Job): readonly ResourceGroup[] {
    return this.groups.filter(({ node, key }) => {
      if ('key' in job) return key === job.key;
      if (job.kind === 'takeOver') return node === job.node;
      const share = 'share' in job ? job.share : job.kind === 'releaseAll' ? 'all' : 'local';
      return share === 'all' || (node === this.name) === (share === 'local');
    });
  }

  *#owns({ key }: ResourceGroup): Work<boolean> {
    yield CALL;
    return this.running.has(key);
  }

  /** `takegroup`: a status before each start; a start that fails takes the whole group down. */
  *#take(group: ResourceGroup): Work<'ok' | 'failed' | 'stuck'> {
    for (const { word, script } of group.resources) {
      yield CALL;
      if (this.running.has(word)) continue;
      if (yield* this.#call('start', word, script)) continue;
      return (yield* this.#give(group)) === 'stuck' ? 'stuck' : 'failed';
    }
    return 'ok';
  }

  /** `givegroup`: backwards, without a status before, eleven attempts at each. */
  *#give(group: ResourceGroup): Work<'ok' | 'failed' | 'stuck'> {
    let how: 'ok' | 'failed' = 'ok';
    for (const { word, script } of [...group.resources].reverse()) {
      let left = STOP_ATTEMPTS;
      while (left > 0 && !(yield* this.#call('stop', word, script))) {
        left -= 1;
        if (left > 0) yield STOP_PAUSE;
      }
      if (left > 0) continue;
      how = 'failed';
      if (!this.running.has(word)) continue;
      this.seen('reboot', '-nf');
      return 'stuck';
    }
    return how;
  }

  *#call(verb: 'start' | 'stop', word: string, script: string): Work<boolean> {
    const { rc = 0, delay = 0, effect = rc === 0 } = this.behaviours.get(`${verb} ${script}`) ?? {};
    this.lastCall = this.world.now;
    this.seen(verb, word);
    yield CALL + delay * 1000;
    this.lastCall = this.world.now;
    if (effect && verb === 'start') this.running.add(word);
    else if (effect) this.running.delete(word);
    return rc === 0;
  }
}
