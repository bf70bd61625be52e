/**
 * Keeps a daemon running on a busy machine: realtime scheduling, locked program code, no OOM kill.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

/** What was asked for and given. `problems` are for the log, in plain words. */
export interface PriorityReport {
  /** The SCHED_RR priority we run with; undefined: ordinary scheduling. */
  readonly realtime: number | undefined;
  /** Bytes of program code locked in memory. */
  readonly lockedBytes: number;
  readonly problems: readonly string[];
}

const SCHED_RR = 2;
/** Children go back to ordinary scheduling: a script must not run before the beats. */
const SCHED_RESET_ON_FORK = 0x40000000;
const MLOCK_ONFAULT = 1;

/** A mapping of /proc/self/maps. */
export interface Mapping {
  readonly start: bigint;
  readonly length: number;
}

/**
 * The mappings that hold program code read from files. Only these may be locked: V8 gives pages of
 * its own mappings back with madvise and dies when the kernel refuses that for locked ones.
 */
export function codeMappings(maps: string): readonly Mapping[] {
  const found: Mapping[] = [];
  for (const line of maps.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r-x[ps] \S+ \S+ [1-9]\d* +\//.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const start = BigInt(`0x${match[1]}`);
    found.push({ start, length: Number(BigInt(`0x${match[2]}`) - start) });
  }
  return found;
}

function lockCode(native: Libc, problems: string[]): number {
  let locked = 0;
  let failure = '';
  for (const { start, length } of codeMappings(readFileSync('/proc/self/maps', 'latin1'))) {
    const result = native.mlock2(start, length, MLOCK_ONFAULT);
    if (result === 0) locked += length;
    else failure = errnoName(result);
  }
  if (failure !== '') problems.push(`Cannot lock all program code in memory: ${failure}`);
  return locked;
}

/** Less likely than any ordinary process to be ended when memory runs out; not exempt. */
const OOM_SCORE_ADJUSTMENT = '-900';

/**
 * Runs this process under SCHED_RR with that priority (measured: every genuine process has 1),
 * locks its code and asks the kernel to spare it when memory runs out. Whatever is refused is
 * reported, and the daemon goes on without.
 */
export function raisePriority(priority: number, native: Libc | null = libc()): PriorityReport {
  const problems: string[] = [];
  let realtime: number | undefined;
  let lockedBytes = 0;
  if (native === null) {
    problems.push(`No realtime scheduling: ${nativeFailure() ?? 'no system calls'}`);
  } else {
    const result = native.schedSetScheduler(SCHED_RR | SCHED_RESET_ON_FORK, priority);
    if (result === 0) realtime = priority;
    else problems.push(`Cannot set realtime priority ${priority}: ${errnoName(result)}`);
    lockedBytes = lockCode(native, problems);
  }
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE_ADJUSTMENT);
  } catch (error) {
    problems.push(`Cannot set oom_score_adj: ${error instanceof Error ? error.message : error}`);
  }
  return { realtime, lockedBytes, problems };
}
