/** Many seeds, on several processors, until one fails or there are enough. */
import { Worker } from 'node:worker_threads';
import type { SetName } from '../sets.js';
import { count, emptyTally, type Tally } from './tally.js';
import type { Order, Report } from './worker.js';

/** Which simulation a seed is for where nothing else is said: most are swarms. */
const MIXTURE: readonly Order['set'][] = [
  'swarm',
  'swarm',
  'swarm',
  'director',
  'swarm',
  'swarm',
  'scripts',
  'swarm',
  'swarm',
  'cable',
  'swarm',
  'director',
  'swarm',
  'load',
  'clock',
  'serial',
];

/**
 * Of each worker. Every node keeps the last messages it sent: in a space as small as the usual one
 * nearly all of them are copied about before they are forgotten.
 */
const RESOURCES = { maxYoungGenerationSizeMb: 192 } as const;

export interface Result {
  readonly tally: Tally;
  /** Processor time in seconds. */
  readonly cpu: number;
  readonly failed: boolean;
}

export class Campaign {
  readonly #workers: readonly Worker[];
  readonly #set: Order['set'] | undefined;

  /** @param set `undefined`: a mixture of all. */
  constructor(jobs: number, set: SetName | undefined) {
    this.#set = set;
    const program = new URL('./worker.js', import.meta.url);
    this.#workers = Array.from(
      { length: jobs },
      () => new Worker(program, { resourceLimits: RESOURCES }),
    );
  }

  /** Runs seeds from `first` on while `goesOn`, which is asked after each; tells every failure. */
  async run(first: number, goesOn: (seed: number, failed: boolean) => boolean): Promise<Result> {
    const tally = emptyTally();
    let [seed, failed] = [first, false];
    const before = process.cpuUsage();
    const work = async (worker: Worker): Promise<void> => {
      while (goesOn(seed, failed)) {
        const order = this.#order(seed);
        seed += 1;
        const report = await ask(worker, order);
        count(tally, report);
        if (report.violations.length === 0) continue;
        failed = true;
        tell(report);
      }
    };
    await Promise.all(this.#workers.map(work));
    // Of the whole process: a thread alone cannot be asked.
    const { user, system } = process.cpuUsage(before);
    return { tally, cpu: (user + system) / 1e6, failed };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #order(seed: number): Order {
    const set = this.#set ?? MIXTURE[seed % MIXTURE.length] ?? 'swarm';
    return { seed, set };
  }
}

/** One run; a worker that throws makes it one that failed. */
function ask(worker: Worker, order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      console.error(`seed ${hex(order.seed)} of set ${order.set} ended with an exception`);
      reject(error);
    };
    worker.once('error', failed);
    worker.once('message', (report: Report) => {
      worker.off('error', failed);
      resolve(report);
    });
    worker.postMessage(order);
  });
}

function hex(seed: number): string {
  return `0x${seed.toString(16)}`;
}

function tell({ seed, set, violations }: Report): void {
  for (const { at, invariant, title, facts } of violations.slice(0, 3)) {
    console.log(`seed ${hex(seed)}, set ${set}: invariant ${invariant}: ${title}, at ${at} ms`);
    for (const fact of facts) console.log(`  ${fact}`);
  }
  console.log(`again: npm run sim -- --seed ${hex(seed)} --set ${set}`);
}
