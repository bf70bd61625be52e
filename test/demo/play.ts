/** Plays the demo: builds the lab, shows it live, does the steps, and sums up. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootServer, SERVERS } from '../lab/boot.js';
import { Cluster } from '../lab/cluster.js';
import { recordedTable, SHORT, type Timers, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { LoadClient } from '../lab/load/client.js';
import { openPair } from '../lab/pair.js';
import type { Stack } from '../lab/stack.js';
import { openVm } from '../lab/vm/vm.js';
import { type Result, report } from './report.js';
import { newScene, refresh, type Scene, take } from './scene.js';
import { Screen } from './screen.js';
import {
  closeSpan,
  expectOrder,
  HOME,
  moved,
  OTHER,
  Otherwise,
  pause,
  type Stage,
  watch,
  weighted,
} from './stage.js';
import { ALL_SERVE, STEPS, type Step, showTable } from './steps.js';
import { COLOUR, nodeLine, PLAIN, view } from './view.js';

/** The tutorial's own. */
const TUTORIAL_DEADTIME_S = 30;
/** Between two looks at the table; each is one file to read in the machine. */
const LOOK_MS = 1000;
/** Without a terminal, how often the state is printed when nothing happens. */
const PLAIN_EVERY_MS = 5000;

/** Another cluster than the one whose programs are laid over the hosts. */
export interface Variant {
  /** Builds the lab. */
  open(): Promise<Lab>;
  /** What a director starts at its boot, heartbeat at the end of it. */
  boot(stage: Stage, node: string): Promise<void>;
  readonly steps: readonly Step[];
  /** Instead of the demo's short ones. */
  readonly timers: Timers;
  /** How long a move may take by the clock of this machine. */
  readonly limitMs: number;
}

export interface Options {
  readonly verbatim: boolean;
  readonly namespaces: boolean;
  readonly programs: Stack;
  readonly logs: string | undefined;
  readonly variant?: Variant;
}

/** Everything that is open; closed in the end, whatever happens. */
export interface Open {
  lab?: Lab;
  look?: NodeJS.Timeout;
}

export class Demo {
  readonly #options: Options;
  readonly #screen = new Screen(process.stdout);
  readonly #scene: Scene = newScene();
  readonly #results: Result[] = [];
  readonly #open: Open;
  readonly #steps: readonly Step[];
  readonly #startedAt = performance.now();
  #title = 'booting';
  #printedAt = 0;
  /** When the step began, by the clock of the lab. */
  #stepAt = 0;

  constructor(options: Options, open: Open) {
    this.#options = options;
    this.#open = open;
    this.#steps = options.variant?.steps ?? STEPS;
  }

  /** Plays everything. True when each step ended as it should. */
  async play(): Promise<boolean> {
    const lab = await this.#build();
    const timers = this.#options.verbatim ? null : this.#timers;
    const recorders = lab.balances ? {} : recordedTable();
    const cluster = await Cluster.open(lab, { ...tutorialFiles(timers), ...recorders });
    cluster.feed.listen((seen) => {
      const words = take(this.#scene, seen);
      if (words !== null) this.#say(`  ${this.#since(seen.at)} ${words}`);
      this.#show();
    });
    try {
      await this.#step('the tutorial’s cable test on the serial line', 'hello arrives', () =>
        this.#cableTest(lab),
      );
      const stage = await this.#start(lab, cluster);
      for (const step of this.#steps) {
        await this.#step(step.title, step.expected, () => step.act(stage), stage, this.#goal(step));
        await showTable(stage, cluster.holders[0] ?? HOME);
      }
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
    } finally {
      await this.#keepLogs(lab);
    }
    return this.#finish();
  }

  async #build(): Promise<Lab> {
    const { namespaces, programs, variant } = this.#options;
    const place = namespaces ? 'namespaces of this machine' : 'a virtual machine with kernel IPVS';
    this.#say(`The tutorial's cluster in ${place}, programs: ${programs.name}.`);
    const others = SERVERS.filter((name) => !DIRECTORS.some((director) => director === name));
    const open = (): Promise<Lab> =>
      namespaces ? openPair(programs, { others }) : openVm(programs);
    const lab = await (variant?.open() ?? open());
    this.#open.lab = lab;
    this.#say(`Six hosts are up: ${SERVERS.join(', ')}, client.`);
    if (lab.balances) {
      this.#say(
        'Each server takes its role (/etc/init.d/tunl start: 192.168.136.10 on tunl0, unknown',
      );
      this.#say('to the network) and starts its web server; both directors are real servers too.');
    } else {
      this.#say(
        'There is no kernel IPVS here: a program that records the table stands for ipvsadm, and',
      );
      this.#say('the holder of the virtual address answers every request itself.');
    }
    await Promise.all(SERVERS.map((host) => bootServer(lab, host)));
    this.#open.look = setInterval(() => {
      void refresh(this.#scene, lab, this.#client).then(() => this.#show());
    }, LOOK_MS);
    return lab;
  }

  #client: LoadClient | undefined;

  async #cableTest(lab: Lab): Promise<string> {
    for (const node of DIRECTORS) await lab.site.run(node, ['stty', '-F', '/dev/ttyS0', '-echo']);
    this.#say(`  ${HOME}# cat < /dev/ttyS0`);
    let heard = (_text: string): void => {};
    const hello = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const cat = await lab.site.start(HOME, ['cat', '/dev/ttyS0'], (line) => heard(line.text));
    // cat must be there before the line is: a port that nobody has open hears nothing.
    await watch(lab, 1000);
    this.#say(`  ${OTHER}# echo hello > /dev/ttyS0`);
    await lab.site.run(OTHER, ['sh', '-c', 'echo hello > /dev/ttyS0']);
    const text = await Promise.race([hello, pause(60_000).then(() => '')]);
    await cat.stop();
    this.#say(`  ${HOME}: ${text}`);
    if (text !== 'hello') throw new Otherwise(`"${text}" arrived`);
    return 'hello arrives';
  }

  async #start(lab: Lab, cluster: Cluster): Promise<Stage> {
    const say = (line: string): void => this.#say(line);
    const client = await LoadClient.start(lab.site, 'client');
    this.#client = client;
    const initdead = this.#options.verbatim ? 120 : 10;
    const limitMs = this.#options.variant?.limitMs ?? (180 + 2 * initdead) * 1000;
    const stage: Stage = {
      ...{ lab, cluster, client, scene: this.#scene, spans: [], limitMs, say },
      boot: (node) => (this.#options.variant?.boot ?? bootByHand)(stage, node),
    };
    const expected = `${HOME} holds the group, started in order; five servers balanced`;
    await this.#step('/etc/init.d/heartbeat start on both directors', expected, async () => {
      const since = cluster.feed.mark;
      await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
      await moved(stage, HOME, since);
      expectOrder(stage, HOME, 'start', since);
      await weighted(stage, ALL_SERVE);
      return `${HOME} holds the group, five servers with weight 1`;
    });
    await showTable(stage, HOME);
    return stage;
  }

  get #timers(): Timers {
    return this.#options.variant?.timers ?? SHORT;
  }

  /** The longest gap that we aim at, with the deadtime in use. */
  #goal(step: Step): number | undefined {
    if (step.goalMs === undefined || step.detects !== true) return step.goalMs;
    return (
      step.goalMs +
      1000 * (this.#options.verbatim ? TUTORIAL_DEADTIME_S : Number(this.#timers.deadtime))
    );
  }

  /** One step, with its place in the final table. The demo ends at the first that fails. */
  async #step(
    title: string,
    expected: string,
    act: () => Promise<string>,
    stage?: Stage,
    goalMs?: number,
  ): Promise<void> {
    const number = this.#results.length + 1;
    this.#title = `${number}. ${title}`;
    this.#say('');
    this.#say(`${this.#clock()}  ${this.#title}`);
    this.#say(`  expected: ${expected}`);
    if (stage !== undefined) {
      await stage.client.span();
      stage.spans.length = 0;
    }
    this.#stepAt = (await this.#open.lab?.site.now()) ?? 0;
    const began = performance.now();
    let actual: string;
    let ok = true;
    try {
      actual = await act();
    } catch (error) {
      ok = false;
      actual = error instanceof Error ? error.message : String(error);
    }
    const seconds = (performance.now() - began) / 1000;
    const result = {
      title,
      expected,
      actual,
      ok,
      seconds,
      ...(goalMs === undefined ? {} : { goalMs }),
    };
    if (stage !== undefined) {
      await closeSpan(stage);
      const gapMs = Math.max(...stage.spans.map((span) => span.longestGapMs));
      this.#results.push({ ...result, gapMs });
      this.#say(`  longest time without an answer: ${(gapMs / 1000).toFixed(2)} s`);
    } else {
      this.#results.push(result);
    }
    this.#say(`  ${ok ? 'as it should' : 'OTHERWISE'}: ${actual}`);
    if (!ok) throw new StepFailed(title);
  }

  #finish(): boolean {
    this.#screen.finish();
    this.#say('');
    for (const line of report(this.#results)) this.#say(line);
    const ok =
      this.#results.every((result) => result.ok) && this.#results.length === this.#steps.length + 2;
    this.#say('');
    this.#say(ok ? 'Every step ended as it should.' : 'A step did not end as it should.');
    return ok;
  }

  async #keepLogs(lab: Lab): Promise<void> {
    const directory = this.#options.logs;
    if (directory === undefined) return;
    await mkdir(directory, { recursive: true });
    for (const node of DIRECTORS) {
      for (const file of ['ha-log', 'ldirectord.log']) {
        const argv = ['cat', `/var/log/${file}`];
        const text = await lab.site.run(node, argv).catch(() => ({ stdout: '' }));
        await writeFile(join(directory, `${node}.${file}`), text.stdout);
      }
    }
  }

  #clock(): string {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  /** `+3.2s`: how long after the beginning of the step. */
  #since(at: number): string {
    return `+${Math.max(0, (at - this.#stepAt) / 1000).toFixed(1)}s`.padEnd(7);
  }

  #say(line: string): void {
    this.#screen.say(line);
  }

  /** The live block on a terminal; a few plain lines now and then without one. */
  #show(): void {
    const paint = this.#screen.colour ? COLOUR : PLAIN;
    const kernel = !this.#options.namespaces;
    const block = view(this.#scene, `${this.#clock()}  ${this.#title}`, paint, kernel);
    if (this.#screen.live) {
      this.#screen.show(block);
    } else if (performance.now() - this.#printedAt > PLAIN_EVERY_MS && this.#client !== undefined) {
      this.#printedAt = performance.now();
      const answers = Object.entries(this.#scene.second?.answers ?? {});
      const rates = answers.map(([name, count]) => `${name} ${count}/s`).join(', ');
      for (const node of this.#scene.nodes) this.#say(`  | ${nodeLine(node, PLAIN)}`);
      this.#say(`  | requests: ${rates}; failed ${this.#scene.second?.failures ?? 0}/s`);
    }
  }
}

/** As the tutorial has it: role, web server, then heartbeat. */
async function bootByHand(stage: Stage, node: string): Promise<void> {
  await bootServer(stage.lab, node);
  stage.say(`  ${node}: /etc/init.d/heartbeat start`);
  await stage.cluster.start(node);
}

class StepFailed extends Error {}
