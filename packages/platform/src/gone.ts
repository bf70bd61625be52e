/** Processes we did not start ourselves: who they are, and whether they are gone. */
import { readdirSync, readFileSync } from 'node:fs';

/** One process for good: a pid is used again, a pid together with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the start of the machine and of the process (field 22 of its stat file). */
  readonly startTime: string;
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly startTime: string;
}

/** The fields after the program name, which may itself hold blanks and brackets. */
function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startTime = fields[19];
  if (state === undefined || group === undefined || startTime === undefined) return undefined;
  return { state, group: Number(group), startTime };
}

function stat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Zombies have ended: only their parent has not yet noticed. */
function lives({ state }: Stat): boolean {
  return state !== 'Z' && state !== 'X';
}

/** Who runs under that pid now; undefined when nobody does, or it is a zombie. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const found = stat(pid);
  return found && lives(found) ? { pid, startTime: found.startTime } : undefined;
}

/** True when that very process has ended, even if its pid is in use again. */
export function isGone({ pid, startTime }: ProcessIdentity): boolean {
  return processIdentity(pid)?.startTime !== startTime;
}

/** The arguments a process was started with; empty when it is gone. */
export function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** The living processes of a process group. Reads all of /proc: not for every second. */
export function groupMembers(group: number): readonly ProcessIdentity[] {
  const members: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const found = stat(pid);
    if (found?.group === group && lives(found)) members.push({ pid, startTime: found.startTime });
  }
  return members;
}

/** A script that we wait for may end at any moment, but nobody sees a tenth of a second. */
const LOOK_EVERY_MS = 100;

/**
 * Resolves with true when that process is gone, with false when it still runs after `limitMs`.
 * For processes that are not our children; ours tell us themselves.
 */
export function whenGone(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  if (isGone(identity)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const begun = process.hrtime.bigint();
    const timer = setInterval(() => {
      const gone = isGone(identity);
      const late = Number(process.hrtime.bigint() - begun) / 1e6 >= limitMs;
      if (!gone && !late) return;
      clearInterval(timer);
      resolve(gone);
    }, LOOK_EVERY_MS);
  });
}
