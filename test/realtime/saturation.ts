/** Programs of ordinary priority that leave no CPU time, no quiet memory and no quiet disk. */
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Site, Task } from '../lab/site.js';
import { temporaryDirectory } from '../lab/temporary.js';

/** Busy loops for each CPU: an ordinary process waits for its turn even if one of them pauses. */
const LOOPS_PER_CPU = 2;

const BUSY = 'while :; do :; done';

/** Objects and buffers, made and dropped: some hundred megabytes a second go through memory. */
const CHURN = `
const kept = [];
for (let n = 0; ; n += 1) {
  kept[n % 64] = Array.from({ length: 20000 }, (_, i) => ({ i, text: 'x' + i }));
  kept[64 + (n % 64)] = Buffer.alloc(1 << 20, n & 255);
}`;

/** Writes that reach the disk, and the forks of a shell. */
const DISK = 'while :; do dd if=/dev/zero of="$1" bs=1M count=32 conv=fsync 2>/dev/null; done';

export class Saturation {
  readonly #tasks: readonly Task[];
  readonly #directory: string;

  private constructor(tasks: readonly Task[], directory: string) {
    this.#tasks = tasks;
    this.#directory = directory;
  }

  /** Begins; the programs also end with that host. */
  static async begin(site: Site, host: string): Promise<Saturation> {
    const directory = temporaryDirectory('churn');
    const ignore = (): void => {};
    const start = (...argv: string[]): Promise<Task> => site.start(host, argv, ignore, 'network');
    const loops = Array.from({ length: LOOPS_PER_CPU * availableParallelism() }, () =>
      start('sh', '-c', BUSY),
    );
    const disk = start('sh', '-c', DISK, 'disk', join(directory, 'file'));
    const tasks = await Promise.all([...loops, start(process.execPath, '-e', CHURN), disk]);
    return new Saturation(tasks, directory);
  }

  async end(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** How much of the machine's CPU time was used between two readings of it. */
export class CpuUse {
  readonly #began = cpuTimes();

  /** From 0 to 1, since this was made. */
  get used(): number {
    const now = cpuTimes();
    const total = now.total - this.#began.total;
    return total === 0 ? 0 : 1 - (now.idle - this.#began.idle) / total;
  }
}

function cpuTimes(): { readonly total: number; readonly idle: number } {
  const [row = ''] = readFileSync('/proc/stat', 'latin1').split('\n');
  const times = row.split(/\s+/).slice(1, 9).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  // Waiting for the disk is idle too: the CPU was to be had.
  return { total, idle: (times[3] ?? 0) + (times[4] ?? 0) };
}
