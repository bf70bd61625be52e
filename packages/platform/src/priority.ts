/**
 * Keeps a daemon running on a busy machine: realtime scheduling, locked program code, no OOM kill.
 */
import { access, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

/** What was asked for and given. `problems` are for the log, in plain words. */
export interface PriorityReport {
  /** The SCHED_RR priority we run with; undefined: ordinary scheduling. */
  readonly realtime: number | undefined;
  /** How many threads have it: the one that runs our code, and the helpers of V8 and libuv. */
  readonly threads: number;
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

/** Where the kernel says how much of a CPU realtime threads may use, in microseconds a period. */
const RUNTIME_FILE = '/proc/sys/kernel/sched_rt_runtime_us';

/** What makes realtime scheduling worth nothing although the kernel grants it. */
function throttled(file: string): string | undefined {
  try {
    if (Number(readFileSync(file, 'latin1')) !== 0) return undefined;
    return 'Realtime scheduling may be without effect: kernel.sched_rt_runtime_us is 0';
  } catch {
    return undefined;
  }
}

/** The threads of this process. The pool of libuv would begin to exist only when first used. */
function ownThreads(): readonly number[] {
  access('/', () => undefined);
  return readdirSync('/proc/self/task').map(Number);
}

/**
 * Puts every thread under SCHED_RR. The main thread waits for the others whenever V8 collects
 * garbage and whenever a serial line is read or written: if they were ordinary, so would it be
 * (measured in 30 s on two saturated CPUs: 99 ms late at worst, 11 ms with all of them).
 */
function scheduleThreads(native: Libc, priority: number, problems: string[]): number {
  const policy = SCHED_RR | SCHED_RESET_ON_FORK;
  const first = native.schedSetScheduler(0, policy, priority);
  if (first !== 0) {
    const hint = first === -os.constants.errno.EPERM ? HINT : '';
    problems.push(`Cannot set realtime priority ${priority}: ${errnoName(first)}${hint}`);
    return 0;
  }
  let count = 1;
  let refused = '';
  for (const thread of ownThreads()) {
    if (thread === process.pid) continue;
    const result = native.schedSetScheduler(thread, policy, priority);
    if (result === 0) count += 1;
    // A thread may end while we look at it.
    else if (result !== -os.constants.errno.ESRCH) refused = errnoName(result);
  }
  if (refused !== '') problems.push(`Some threads have no realtime priority: ${refused}`);
  const without = throttled(RUNTIME_FILE);
  if (without !== undefined) problems.push(without);
  return count;
}

/** The usual reasons: no CAP_SYS_NICE, or a control group without a share of realtime. */
const HINT = ' (capability CAP_SYS_NICE? cpu.rt_runtime_us of the control group?)';

/** Less likely than any ordinary process to be ended when memory runs out; not exempt. */
const OOM_SCORE_ADJUSTMENT = '-900';

/**
 * Runs this process under SCHED_RR with that priority (measured: every genuine process has 1),
 * locks its code and asks the kernel to spare it when memory runs out. Whatever is refused is
 * reported, and the daemon goes on without. Children are ordinary, unlike the genuine ones.
 */
export function raisePriority(priority: number, native: Libc | null = libc()): PriorityReport {
  const problems: string[] = [];
  let threads = 0;
  let lockedBytes = 0;
  if (native === null) {
    problems.push(`No realtime scheduling: ${nativeFailure() ?? 'no system calls'}`);
  } else {
    threads = scheduleThreads(native, priority, problems);
    lockedBytes = lockCode(native, problems);
  }
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE_ADJUSTMENT);
  } catch (error) {
    problems.push(`Cannot set oom_score_adj: ${error instanceof Error ? error.message : error}`);
  }
  return { realtime: threads > 0 ? priority : undefined, threads, lockedBytes, problems };
}

const MEBIBYTE = 2 ** 20;

/** What was given, for the log. */
export function priorityText({ realtime, threads, lockedBytes }: PriorityReport): string {
  const locked = `${Math.round(lockedBytes / MEBIBYTE)} MiB of program code locked in memory`;
  if (realtime === undefined) return `Ordinary scheduling; ${locked}`;
  return `Realtime scheduling: SCHED_RR priority ${realtime} on ${threads} threads; ${locked}`;
}
