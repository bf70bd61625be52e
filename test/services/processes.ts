/** The processes of this machine, as /proc shows them. */
import { readdirSync, readFileSync } from 'node:fs';

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

function entryOf(pid: number): Entry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, name = ''] = /\((.*)\)/s.exec(text) ?? [];
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid, parent: Number(parent), name };
  } catch {
    return undefined;
  }
}

/** All that run; not those that have ended and only wait to be seen by their parents. */
function entries(): readonly Entry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)) ?? []);
}

/** A process and all that it started, parents before children. */
export function treeOf(root: number): readonly number[] {
  const all = entries();
  const tree = all.filter(({ pid }) => pid === root).map(({ pid }) => pid);
  for (const pid of tree) {
    tree.push(...all.filter(({ parent }) => parent === pid).map((child) => child.pid));
  }
  return tree;
}

/** What this process has started, and what has lost its parent: `name (pid)` of each. */
export function leftBehind(): readonly string[] {
  const all = entries();
  const own = new Set(treeOf(process.pid).slice(1));
  const above = new Set<number>();
  for (let pid = process.pid; pid > 0; pid = entryOf(pid)?.parent ?? 0) above.add(pid);
  return all
    .filter(({ pid, parent }) => own.has(pid) || (parent === 1 && !above.has(pid)))
    .map(({ pid, name }) => `${name} (${pid})`);
}

/** Sends a signal to those that are still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

export function isRunning(pid: number): boolean {
  return entryOf(pid) !== undefined;
}
