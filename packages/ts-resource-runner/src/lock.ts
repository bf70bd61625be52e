/**
 * A lock that the shell ResourceManager can take as well: a directory that holds the holder's pid,
 * and that of the script it runs. Whose processes are all gone, that lock is void.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isGone, type ProcessIdentity, processIdentity } from '@ts-heartbeat/platform/gone';

/** How often a lock that somebody else holds is tried again. */
const RETRY_MS = 100;
/** Between making the directory and writing the pid a holder needs no longer than this. */
const EMPTY_LOCK_MS = 2000;
/** File names end at 255 bytes. */
const NAME_LENGTH_MAX = 200;

/** The directory that locks a resource group; the same rule stands in ResourceManager. */
export function lockDirectory(rsctmp: string, key: string): string {
  const name = key.replace(/[^A-Za-z0-9_.:-]/g, '_').slice(0, NAME_LENGTH_MAX);
  return `${rsctmp}/lock.${name}`;
}

function written(identity: ProcessIdentity): string {
  return `${identity.pid} ${identity.startTime}\n`;
}

function readIdentity(path: string): ProcessIdentity | null {
  try {
    const [pid = '', startTime = ''] = readFileSync(path, 'latin1').trim().split(' ');
    return /^\d+$/.test(pid) ? { pid: Number(pid), startTime } : null;
  } catch {
    return null;
  }
}

/** ResourceManager notes a script before it knows its start time: 0 stands for any. */
function runs(identity: ProcessIdentity): boolean {
  return identity.startTime === '0'
    ? processIdentity(identity.pid) !== undefined
    : !isGone(identity);
}

function ourselves(): ProcessIdentity {
  return processIdentity(process.pid) ?? { pid: process.pid, startTime: '0' };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

export class DirectoryLock {
  readonly #directory: string;
  #emptySince: number | undefined;
  #trouble: string | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Why there is no lock although it was taken: a disk that is full or read-only keeps nobody else
   * off, and must not keep a group from being served. Undefined for a lock that is there.
   */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** One attempt. True when the lock is ours now. */
  tryTake(now: number): boolean {
    this.#trouble = undefined;
    try {
      this.#make();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return this.#withoutLock(error);
      if (!this.#isVoid(now)) return this.isOurs();
      try {
        this.#remove();
      } catch (failure) {
        // Otherwise the other one was quicker.
        if (codeOf(failure) !== 'ENOENT') return this.#withoutLock(failure);
      }
    }
    return this.isOurs();
  }

  #withoutLock(error: unknown): true {
    this.#trouble = error instanceof Error ? error.message : String(error);
    return true;
  }

  #make(): void {
    try {
      mkdirSync(this.#directory);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(this.#directory, { recursive: true });
    }
    try {
      writeFileSync(`${this.#directory}/pid`, written(ourselves()));
    } catch (error) {
      // A lock that names no holder would be taken for one that is just being made.
      rmSync(this.#directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Tries until it is ours or the time is over. `busy` is called once, with who holds it. */
  async take(
    limit: number,
    clock: () => number,
    busy: (holder: ProcessIdentity | null) => void,
  ): Promise<boolean> {
    const end = clock() + limit;
    let isTold = false;
    for (;;) {
      if (this.tryTake(clock()) || this.tryTake(clock())) return true;
      if (clock() >= end) return false;
      if (!isTold) busy(this.holder());
      isTold = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Notes the script that runs under this lock: while it runs the lock holds, even without us. */
  noteScript(pid: number): void {
    const script = processIdentity(pid);
    if (script === undefined) return;
    try {
      writeFileSync(`${this.#directory}/script`, written(script));
    } catch {
      // The journal has it too.
    }
  }

  release(): void {
    if (this.holder()?.pid !== process.pid) return;
    try {
      rmSync(this.#directory, { recursive: true, force: true });
    } catch {
      // A file system that has become read-only: the lock is void when this process has ended.
    }
  }

  isOurs(): boolean {
    const holder = this.holder();
    const us = ourselves();
    return holder?.pid === us.pid && holder.startTime === us.startTime;
  }

  /** Who has the lock, alive or not; null where nobody does. */
  holder(): ProcessIdentity | null {
    return readIdentity(`${this.#directory}/pid`);
  }

  #isVoid(now: number): boolean {
    const holder = this.holder();
    if (holder === null) {
      this.#emptySince ??= now;
      return now - this.#emptySince >= EMPTY_LOCK_MS;
    }
    this.#emptySince = undefined;
    if (runs(holder)) return false;
    const script = readIdentity(`${this.#directory}/script`);
    return script === null || !runs(script);
  }

  /** By way of a rename, so that of two who find it void only one removes it. */
  #remove(): void {
    const aside = `${this.#directory}.void.${process.pid}`;
    renameSync(this.#directory, aside);
    rmSync(aside, { recursive: true, force: true });
  }
}
