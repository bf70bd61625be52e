/** How this machine is rebooted when it must be: at once, by the first program that can. */
import { setTimeout as delay } from 'node:timers/promises';
import { runChild } from './child.js';

export type RebootCommand = readonly [string, ...string[]];

/**
 * The programs tried one after the other where nothing else is set (heartbeat 3.0.6: the daemon
 * tries the first, its scripts both).
 */
export const REBOOT_COMMANDS: readonly RebootCommand[] = [
  ['/sbin/reboot', '-nf'],
  ['/sbin/init', '6'],
];

/** A reboot program that has not done it by now never will. */
const REBOOT_DEADLINE_MS = 10_000;

export interface RebootOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** How long disks are given to write what they have; a dead one must not hold up the reboot. */
  readonly syncMs: number;
  readonly sync?: RebootCommand;
  /** For tests. */
  readonly deadlineMs?: number;
}

/** The command lines to reboot with: a configured one alone, split at blanks, or the usual ones. */
export function rebootCommands(configured: string | undefined): readonly RebootCommand[] {
  const [program, ...words] = configured?.split(/\s+/).filter((word) => word !== '') ?? [];
  return program === undefined ? REBOOT_COMMANDS : [[program, ...words]];
}

/**
 * Writes the disks' caches out, waits for as long as that may take in any case, so that what was
 * just logged is sent, and calls the programs until one says that it has done it. It is then a
 * matter of moments; who reaches the end of this is still there.
 *
 * @returns what each program said, in order; never rejects.
 */
export async function rebootMachine(
  commands: readonly RebootCommand[],
  options: RebootOptions,
): Promise<readonly string[]> {
  const { environment, syncMs, sync = ['sync'] } = options;
  // A program that waits for a dead disk cannot be killed: it is left behind.
  void runChild({ argv: sync, environment, deadlineMs: syncMs });
  await delay(syncMs);
  const answers: string[] = [];
  for (const argv of commands) {
    const deadlineMs = options.deadlineMs ?? REBOOT_DEADLINE_MS;
    const ended = runChild({ argv, environment, deadlineMs, graceMs: 0 });
    const late = delay(2 * deadlineMs, undefined, { ref: false });
    const end = await Promise.race([ended, late]);
    const answer = end === undefined ? 'nothing' : (end.failure ?? end.signal ?? end.code);
    answers.push(`${argv.join(' ')} returned ${answer}`);
    if (end?.code === 0) break;
  }
  return answers;
}
