/** One simulated machine: power, clocks, the daemon's lives, its runner and its files. */
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import type { Held, JobOutcome } from '@ts-heartbeat/core/job';
import { orphanedAfter } from 'ts-heartbeat/resources';
import { HostClock } from '../clock.js';
import type { NodeOptions } from '../options.js';
import type { Random } from '../random.js';
import type { Planned } from '../world.js';
import type { Around, Seen } from './around.js';
import { Life } from './life.js';
import type { Station } from './network.js';
import type { Packet } from './packet.js';
import { SimulatedRunner } from './runner.js';
import { Scripts } from './scripts.js';
import type { LineEnd } from './serial.js';

/** How soon the supervisor has a daemon again that was killed. */
const SUPERVISED_MS = 250;
const START_MS = 150;
/** How often a daemon that finds another one's runner at work looks again. */
const LOOK_MS = 500;

type Exit = Effect & { readonly kind: 'exit' };
type Beginning = Pick<Exit, 'held' | 'incomplete' | 'failback' | 'borrowed'>;

export class Host implements Station, LineEnd {
  readonly name: string;
  readonly scripts: Scripts;
  readonly clock: HostClock;
  /** Whether an operator wants the daemon to run. */
  wanted = false;
  readonly #options: NodeOptions;
  readonly #around: Around;
  readonly #random: Random;
  #on = false;
  #paused = false;
  /** What came for the daemon while the machine stood still. */
  readonly #signals: Event[] = [];
  #lateness = 0;
  #life: Life | undefined;
  #runner: SimulatedRunner | undefined;
  #orphan: Planned | undefined;
  #boot = 0;
  #generation: number | undefined;
  readonly #unfinished = new Map<number, Effect & { readonly kind: 'job' }>();

  constructor(options: NodeOptions, around: Around, random: Random) {
    this.name = options.name;
    this.#options = options;
    this.#around = around;
    this.#random = random;
    this.clock = new HostClock(options.drift);
    const { scripts } = around.options;
    // The model runs all scripts in one queue. A genuine daemon has one for what messages ask for, and
    // beside it children for its standby and its own groups, which do not wait for one that hangs.
    const told = options.genuine ? { ...scripts, hanging: 0 } : scripts;
    this.scripts = new Scripts(told, random.split('scripts'));
  }

  get isOn(): boolean {
    return this.#on;
  }

  get isLiving(): boolean {
    return this.#life !== undefined;
  }

  /** Switches the machine on; the daemon is started at the end of its boot. */
  powerOn(): void {
    if (this.#on) return;
    this.#on = true;
    this.#boot += 1;
    this.wanted = true;
    this.#see({ kind: 'power', on: true });
    this.#laterHere(this.#options.boot, () => this.#begin(undefined));
  }

  powerOff(): void {
    if (!this.#on) return;
    this.#on = false;
    this.#paused = false;
    this.#signals.length = 0;
    this.#lateness = 0;
    this.#life?.end();
    this.#life = undefined;
    this.#runner?.lose();
    this.#runner = undefined;
    this.scripts.lose();
    this.#unfinished.clear();
    this.#see({ kind: 'power', on: false });
  }

  /** An operator starts the daemon. */
  start(): void {
    this.wanted = true;
    if (this.#on && this.#life === undefined) this.#begin(undefined);
  }

  /** An operator stops it in order. */
  stop(): void {
    this.wanted = false;
    this.#signal({ kind: 'stop', keep: false });
  }

  reload(): void {
    this.#signal({ kind: 'stop', keep: true });
  }

  /** A signal reaches its process when the machine goes on. */
  #signal(event: Event): void {
    if (this.#paused) this.#signals.push(event);
    else this.#life?.happen(event);
  }

  /** An operator's hb_standby or hb_takeover; the tool waits where its machine stands still. */
  ask(message: Event): void {
    this.#signal(message);
  }

  /** The daemon is killed; its supervisor begins another life. */
  killDaemon(): void {
    if (this.#life === undefined || this.#options.genuine || this.#paused) return;
    this.#life.end();
    this.#life = undefined;
    this.#unfinished.clear();
    this.#see({ kind: 'ends', how: 'killed' });
    const patience = orphanedAfter(this.#around.options.deadtime);
    this.#orphan = this.#laterHere(patience, () => this.#runner?.abandon());
    this.#laterHere(SUPERVISED_MS, () => this.#begin(undefined));
  }

  killRunner(): void {
    if (this.#options.genuine || this.#paused) return;
    const runner = this.#runner;
    runner?.kill(() => {
      for (const { id, job, environment } of this.#unfinished.values()) {
        runner.job(id, job, environment);
      }
    });
  }

  pause(): void {
    if (!this.#on || this.#paused) return;
    this.#paused = true;
    this.#see({ kind: 'paused' });
  }

  resume(): void {
    if (!this.#on || !this.#paused) return;
    this.#paused = false;
    this.#see({ kind: 'resumed' });
    this.#life?.wakeUp();
    this.#runner?.goOn();
    for (const event of this.#signals.splice(0)) this.#life?.happen(event);
  }

  slow(lateness: number): void {
    if (!this.#on || this.#lateness === lateness) return;
    this.#lateness = lateness;
    this.#see({ kind: 'slow', lateness });
    if (lateness === 0 && !this.#paused) this.#life?.wakeUp();
  }

  stepWall(seconds: number): void {
    const { world } = this.#around;
    if (this.clock.step(world.now, seconds)) this.#see({ kind: 'wallStep', seconds });
  }

  loseFiles(): void {
    this.#generation = undefined;
  }

  /** Looks at how full its bounded things are. */
  measure(): void {
    this.#life?.measure();
  }

  arrive(link: string, packet: Packet): void {
    this.#life?.arrive(link, packet);
  }

  arriveBytes(link: string, packet: Packet, bytes: Uint8Array | undefined): void {
    this.#life?.arriveBytes(link, packet, bytes);
  }

  #see(seen: Seen): void {
    this.#around.see(this.name, seen);
  }

  /** Something that the power ends. */
  #laterHere(ms: number, act: () => void): Planned {
    const boot = this.#boot;
    return this.#around.world.later(ms, () => {
      if (this.#on && this.#boot === boot) act();
    });
  }

  #begin(after: Beginning | undefined): void {
    if (!this.#on || this.#life !== undefined || !this.wanted) return;
    if (this.#paused) {
      this.#laterHere(LOOK_MS, () => this.#begin(after));
      return;
    }
    const runner = this.#runner;
    if (runner?.orphaned === true) {
      // It gives up what it holds, and listens to nobody until then.
      if (runner.isIdle) this.#runner = undefined;
      this.#laterHere(LOOK_MS, () => this.#begin(after));
      return;
    }
    this.#around.world.undo(this.#orphan);
    const { genuine } = this.#options;
    const settings = this.#around.settingsOf(this.name);
    const generation = this.#nextGeneration();
    const mind = this.#around.mindOf(this.#options, settings);
    const see = (seen: Seen): void => this.#see(seen);
    this.#runner ??= new SimulatedRunner({
      around: this.#around,
      name: this.name,
      scripts: this.scripts,
      see,
      done: (id, outcome) => this.#jobDone(id, outcome),
      reboot: () => this.#reboot(),
      standing: () => this.#paused,
    });
    this.#runner.hello();
    const life = new Life({
      around: this.#around,
      name: this.name,
      settings,
      mind,
      genuine,
      generation,
      clock: this.clock,
      see,
      lateness: () => (this.#paused ? undefined : this.#lateness),
      drawLateness: (most) => this.#random.whole(0, most),
      job: (effect) => this.#job(effect),
      exit: (effect) => this.#exit(life, effect),
    });
    this.#life = life;
    const found = this.#runner.held();
    const held = after?.held ?? heldOf(found);
    const failback = after === undefined ? found.takenOver : after.failback === true;
    const incomplete = after === undefined ? held !== 'none' : after.incomplete === true;
    const resumed = held !== 'none';
    this.#see({ kind: 'begins', generation, genuine, resumed });
    life.happen({
      kind: 'start',
      generation,
      uuid: new Uint8Array(16).fill(this.name.charCodeAt(0)),
      pid: 1000,
      seed: this.#random.word(),
      ...(after === undefined && !resumed ? {} : { resume: held }),
      ...(incomplete ? { interrupted: true } : {}),
      ...(failback ? { failback: true } : {}),
      ...(after?.borrowed === undefined ? {} : { borrowed: after.borrowed }),
    });
  }

  /**
   * As the daemon finds it: after the file, or after the clock where there is none. Whoever sets up
   * a machine anew sets its clock first: a life with a generation of years ago is refused by the
   * other node as a replay, whatever it says, and no node can do anything about that.
   */
  #nextGeneration(): number {
    const wall = this.clock.rightWall(this.#around.world.now);
    const generation = this.#generation === undefined ? wall + 1 : this.#generation + 1;
    this.#generation = generation;
    return generation;
  }

  #job(effect: Effect & { readonly kind: 'job' }): void {
    this.#unfinished.set(effect.id, effect);
    this.#runner?.job(effect.id, effect.job, effect.environment);
  }

  #jobDone(id: number, outcome: JobOutcome): void {
    if (!this.#unfinished.delete(id)) return;
    this.#life?.happen({ kind: 'jobDone', id, outcome });
  }

  #exit(life: Life, effect: Exit): void {
    if (this.#life !== life) return;
    this.#life = undefined;
    this.#unfinished.clear();
    const restarting = effect.restart;
    this.#see({ kind: 'ends', how: restarting ? 'restarting' : 'stopped' });
    // A genuine daemon executes itself anew, whatever it was asked for before.
    if (restarting && this.#options.genuine) this.wanted = true;
    if (!restarting) {
      // One that still works is found by the next life.
      if (this.#runner?.isIdle === true) this.#runner = undefined;
      if (this.wanted) this.#laterHere(START_MS, () => this.#begin(undefined));
      return;
    }
    this.#laterHere(effect.delay + START_MS, () => this.#beginAgain(effect));
  }

  /** A genuine daemon that has executed itself anew hears only then of a stop in between. */
  #beginAgain(after: Beginning): void {
    const stops = this.#options.genuine && !this.wanted;
    if (stops) this.wanted = true;
    this.#begin(after);
    if (stops) this.stop();
  }

  #reboot(): void {
    if (!this.#on) return;
    this.powerOff();
    this.#around.world.later(this.#options.boot, () => this.powerOn());
  }
}

function heldOf({ local, foreign }: { readonly local: boolean; readonly foreign: boolean }): Held {
  if (local) return foreign ? 'all' : 'local';
  return foreign ? 'foreign' : 'none';
}
