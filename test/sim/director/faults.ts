/** The storm: what goes wrong when, and what operators do meanwhile. */
import type { Random } from '../random.js';
import { meddle } from './byhand.js';
import { drawEdition } from './drawplan.js';
import type { Options } from './options.js';
import type { FilePlan } from './plan.js';
import type { Scene } from './scene.js';

/** A flapping server stays for so long what it is, on average. */
const FLAP_MS = 5000;
const MOOD_MS_MAX = 60_000;
/** A daemon that has ended is started again within this, or at once. */
const AWAY_MS = 60_000;

const BAD_LINES: readonly [string, ...string[]] = [
  'checkinterval=never',
  'virtual=nowhere',
  'no such directive',
  'quiescent=perhaps',
];

export class Storm {
  readonly #scene: Scene;
  readonly #options: Options;
  readonly #random: Random;
  #over = false;
  /** As it stands on disk. */
  file: FilePlan;

  constructor(scene: Scene, options: Options, random: Random) {
    this.#scene = scene;
    this.#options = options;
    this.#random = random;
    this.file = options.file;
  }

  begin(): void {
    const { healthMs, moodMs, handMs, holdMs, reloadMs, restartMs, killMs, stallMs } =
      this.#options;
    if (healthMs > 0) for (const server of serversOf(this.file)) this.#health(server);
    this.#each('mood', moodMs, (random) => this.#mood(random));
    this.#each('hand', handMs, (random) => this.#hand(random));
    this.#each('hold', holdMs, (random) => this.#hold(random));
    this.#each('reload', reloadMs, (random) => this.#reload(random));
    this.#each('restart', restartMs, (random) => this.#restart(random));
    this.#each('kill', killMs, (random) => this.#kill(random));
    this.#each('stall', stallMs, (random) => this.#stall(random));
  }

  /** From now on all is well. */
  end(): void {
    const scene = this.#scene;
    this.#over = true;
    scene.fault('calm');
    for (const server of serversOf(this.file)) scene.become(server, 'well');
    for (const server of scene.held) scene.hold(server, false);
    scene.kernel.mood = 'well';
    const starts = () => {
      if (scene.situation.serving) return;
      if (scene.isRunning) scene.world.later(1000, starts);
      else scene.start(this.file);
    };
    starts();
  }

  /** Does something again and again; every kind of fault has draws of its own. */
  #each(name: string, mean: number, act: (random: Random) => void): void {
    if (mean === 0) return;
    const random = this.#random.split(name);
    const { world } = this.#scene;
    const again = () => {
      world.later(1 + random.delay(2 * mean), () => {
        if (this.#over) return;
        act(random);
        again();
      });
    };
    again();
  }

  #health(server: number): void {
    const random = this.#random.split(`health ${server}`);
    const { healths, flaps } = this.#options;
    const flapping = flaps && random.chance(0.2);
    const mean = flapping ? FLAP_MS : this.#options.healthMs;
    const become = () => {
      const health = random.chance(0.5) ? 'well' : random.pick(healths);
      if (health === this.#scene.servers.health(server)) return;
      this.#scene.become(server, health);
      this.#scene.fault(health, `server ${server}`);
    };
    // Not all are well at the start.
    if (random.chance(0.3)) become();
    this.#each(`turns of ${server}`, mean, become);
  }

  #mood(random: Random): void {
    const { kernel, world } = this.#scene;
    if (kernel.mood !== 'well') return;
    const mood = random.pick(this.#options.moods);
    kernel.mood = mood;
    this.#scene.fault(`ipvsadm ${mood}`);
    world.later(random.whole(1000, MOOD_MS_MAX), () => {
      if (this.#over) return;
      kernel.mood = 'well';
      this.#scene.note('# ipvsadm well');
    });
  }

  #hand(random: Random): void {
    const done = meddle(random, this.#scene.situation, this.file);
    this.#scene.fault('by hand', done);
  }

  #hold(random: Random): void {
    const scene = this.#scene;
    const servers = serversOf(this.file);
    const held = scene.held[0];
    const server = servers[random.whole(0, servers.length - 1)];
    if (held !== undefined && random.chance(0.5)) {
      scene.hold(held, false);
      scene.fault('let go', `server ${held}`);
    } else if (server !== undefined && !scene.held.includes(server)) {
      scene.hold(server, true);
      scene.fault('hold', `server ${server}`);
    }
  }

  #reload(random: Random): void {
    const scene = this.#scene;
    if (!scene.situation.serving) return;
    const kind = random.pick(['same', 'same', 'edition', 'edition', 'bad']);
    scene.fault(`reload ${kind}`);
    if (kind === 'bad') {
      scene.reloadBad(this.file, random.pick(BAD_LINES));
      return;
    }
    if (kind === 'edition') this.#edit(random);
    // It reads what is on disk when it hears of it.
    scene.whenServed(() => scene.reload(this.file));
  }

  #edit(random: Random): void {
    const before = new Set(serversOf(this.file));
    this.file = drawEdition(random, this.file);
    if (this.#options.healthMs === 0) return;
    for (const server of serversOf(this.file)) if (!before.has(server)) this.#health(server);
  }

  #restart(random: Random): void {
    const scene = this.#scene;
    scene.whenServed(() => {
      if (this.#over || !scene.situation.serving) return;
      scene.fault('stop');
      scene.stop();
      this.#startLater(random);
    });
  }

  #kill(random: Random): void {
    if (!this.#scene.isRunning) return;
    this.#scene.fault('kill');
    this.#scene.kill();
    this.#startLater(random);
  }

  #startLater(random: Random): void {
    const scene = this.#scene;
    if (random.chance(0.3)) this.#edit(random);
    const again = () => {
      if (this.#over) return;
      if (!scene.isRunning) scene.start(this.file);
      else if (!scene.situation.serving) scene.world.later(1000, again);
    };
    scene.world.later(random.chance(0.5) ? 0 : random.whole(1, AWAY_MS), again);
  }

  #stall(random: Random): void {
    const ms = random.whole(100, this.#options.stallLengthMs);
    this.#scene.fault('stall', `${ms} ms`);
    this.#scene.stall(ms);
  }
}

/** Every real server of a file once. */
function serversOf(file: FilePlan): readonly number[] {
  const servers = file.virtuals.flatMap(({ reals }) => reals.map(({ server }) => server));
  return [...new Set(servers)];
}
