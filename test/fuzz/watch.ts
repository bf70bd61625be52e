/** Starts a worker and watches it: what hangs, or takes all memory, is a failure like any other. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CurrentInput } from './currentinput.js';
import { INPUT_BYTES_MAX, INPUT_MS_MAX } from './explorer.js';
import type { Failed, Told, Work } from './work.js';

const LOOK_MS = 100;
/** An input that waits for something that never comes takes no time of the processor. */
const STUCK_MS = 60_000;
/** The exit code of a thread that waits for what nobody is left to do. */
const UNSETTLED = 13;
/** What all inputs together, and each by itself, may take of the heap. */
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 };

/** Does the work in a thread of the instrumented tree. Never rejects. */
export function watched(tree: string, work: Omit<Work, 'memory'>): Promise<Told> {
  const current = new CurrentInput(INPUT_BYTES_MAX);
  const worker = new Worker(join(tree, 'worker.js'), {
    workerData: { ...work, memory: current.memory } satisfies Work,
    resourceLimits: MEMORY,
  });
  return new Promise((resolve) => {
    let ended = false;
    const end = (told: Told): void => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      void worker.terminate().then(() => resolve(told));
    };
    const fail = (what: string): void => end(failed(what, current));
    const look = new Look(current);
    const timer = setInterval(() => {
      const trouble = look.trouble();
      if (trouble !== undefined) fail(trouble);
    }, LOOK_MS);
    worker.once('message', end);
    worker.once('error', (error) => fail(error.stack ?? error.message));
    worker.once('exit', (code) =>
      fail(code === UNSETTLED ? 'waits for ever' : `the thread ended with ${code}`),
    );
  });
}

function failed(what: string, current: CurrentInput): Failed {
  return { kind: 'failed', what, inputs: current.count, input: current.input };
}

/** Notices when an input goes on for too long. */
class Look {
  readonly #current: CurrentInput;
  #count = -1;
  #since = 0;
  #used: NodeJS.CpuUsage = process.cpuUsage();

  constructor(current: CurrentInput) {
    this.#current = current;
  }

  trouble(): string | undefined {
    const { count } = this.#current;
    if (count !== this.#count) {
      this.#count = count;
      this.#since = performance.now();
      this.#used = process.cpuUsage();
      return undefined;
    }
    const { user, system } = process.cpuUsage(this.#used);
    const usedMs = (user + system) / 1000;
    // Before the first input everything is loaded. The clock may be slow where much else runs.
    if (count > 0 && usedMs > INPUT_MS_MAX) {
      return `hangs: took ${Math.round(usedMs)} ms of the processor and goes on`;
    }
    return performance.now() - this.#since > STUCK_MS ? 'hangs: waits for ever' : undefined;
  }
}
