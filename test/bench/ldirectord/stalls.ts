/** Stalls of the machine: a watcher on each processor, above the priority of all that is measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Stall } from '../../realtime/watch.js';

const WATCHER = fileURLToPath(new URL('../../realtime/watcher.js', import.meta.url));
const PRIORITY = '50';
/** Stalls kept; the machine is not fit for the bench long before. */
const STALLS_MAX = 100_000;

export class Stalls {
  readonly #stalls: Stall[] = [];
  readonly #watchers: ChildProcess[] = [];

  /** Resolves when every processor is watched. */
  static async begin(): Promise<Stalls> {
    const stalls = new Stalls();
    for (let cpu = 0; cpu < availableParallelism(); cpu += 1) {
      const words = ['-c', String(cpu), 'chrt', '-r', PRIORITY, process.execPath, WATCHER];
      const watcher = spawn('taskset', words, { stdio: ['ignore', 'pipe', 'inherit'] });
      stalls.#watchers.push(watcher);
      const lines = createInterface({ input: watcher.stdout });
      lines.on('line', (line) => stalls.#take(cpu, line));
      await once(lines, 'line');
    }
    return stalls;
  }

  /** How long the machine ran nobody between two instants, milliseconds: the worst processor's sum. */
  between(from: number, to: number): number {
    const sums = new Map<number, number>();
    for (const { cpu, at, ms } of this.#stalls) {
      const lost = Math.min(to, at + ms) - Math.max(from, at);
      if (lost > 0) sums.set(cpu, (sums.get(cpu) ?? 0) + lost);
    }
    return Math.max(0, ...sums.values());
  }

  /** What was seen, for people. */
  summary(): string {
    const longest = [...this.#stalls].sort((a, b) => b.ms - a.ms).slice(0, 5);
    const shown = longest.map(({ cpu, ms }) => `${ms.toFixed(0)} ms on CPU ${cpu}`).join(', ');
    const most = shown === '' ? '' : `; longest: ${shown}`;
    return `stalls of the machine itself: ${this.#stalls.length}${most}`;
  }

  end(): void {
    for (const watcher of this.#watchers) watcher.kill();
  }

  #take(cpu: number, line: string): void {
    const [word, at, ms] = line.split(' ');
    if (word !== 'stall' || this.#stalls.length >= STALLS_MAX) return;
    this.#stalls.push({ cpu, at: Number(at), ms: Number(ms) });
  }
}
