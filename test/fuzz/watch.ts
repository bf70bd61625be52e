/** Starts a worker and watches it: what hangs, or takes all memory, is a failure like any other. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CurrentInput } from './currentinput.js';
import { INPUT_BYTES_MAX, INPUT_MS_MAX } from './explorer.js';
import type { Failed, Told, Work } from './work.js';

const LOOK_MS = 100;
/**
 * An input that waits for something that never comes leaves its thread idle for so long. By the
 * clock a thread that others on the machine leave no processor to would look the same.
 */
const STUCK_MS = 60_000;
/** By the clock, for one that waits in a call of the system and is not idle. */
const BLOCKED_MS = 10 * STUCK_MS;
/** The exit code of a thread that waits for what nobody is left to do. */
const UNSETTLED = 13;
/** What all inputs together, and each by itself, may take of the heap. */
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 };

/** Does the work in a thread of that tree. Never rejects. */
export function watched(
  tree: string,
  work: Omit<Work, 'memory'>,
  stop?: AbortSignal,
): Promise<Told> {
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
      stop?.removeEventListener('abort', halt);
      void worker.terminate().then(() => resolve(told));
    };
    const fail = (what: string): void => end(failed(what, current));
    const halt = (): void => end({ kind: 'stopped', inputs: current.count });
    stop?.addEventListener('abort', halt);
    const look = new Look(current, worker);
    const timer = setInterval(() => {
      const trouble = look.trouble();
      if (trouble !== undefined) fail(trouble);
    }, LOOK_MS);
    worker.once('message', end);
    worker.once('error', (error) => fail(error.stack ?? error.message));
    worker.once('exit', (code) =>
      fail(code === UNSETTLED ? 'waits for ever' : `the thread ended with ${code}`),
    );
    if (stop?.aborted) halt();
  });
}

function failed(what: string, current: CurrentInput): Failed {
  return { kind: 'failed', what, inputs: current.count, input: current.input };
}

/** Notices when an input goes on for too long. */
class Look {
  readonly #current: CurrentInput;
  readonly #worker: Worker;
  #count = -1;
  #since = performance.now();
  #idleBefore = 0;
  #used: NodeJS.CpuUsage = process.cpuUsage();

  constructor(current: CurrentInput, worker: Worker) {
    this.#current = current;
    this.#worker = worker;
  }

  trouble(): string | undefined {
    const { count } = this.#current;
    const { idle } = this.#worker.performance.eventLoopUtilization();
    if (count !== this.#count) {
      this.#count = count;
      this.#since = performance.now();
      this.#idleBefore = idle;
      this.#used = process.cpuUsage();
      return undefined;
    }
    const { user, system } = process.cpuUsage(this.#used);
    const usedMs = (user + system) / 1000;
    // Before the first input everything is loaded. The clock may be slow where much else runs.
    if (count > 0 && usedMs > INPUT_MS_MAX) {
      return `hangs: took ${Math.round(usedMs)} ms of the processor and goes on`;
    }
    const waits =
      idle - this.#idleBefore > STUCK_MS || performance.now() - this.#since > BLOCKED_MS;
    return waits ? 'hangs: waits for ever' : undefined;
  }
}
