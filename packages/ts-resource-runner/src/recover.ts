/** What is done about a resource that cannot be stopped: the machine reboots, or is fenced. */
import { spawn } from 'node:child_process';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { StopPolicy } from './plan/state.js';

export interface RecoveryCommands {
  /** Tried one after the other until one succeeds; ResourceManager 3.0.6: reboot -nf, init 6. */
  readonly reboot: readonly (readonly string[])[];
  readonly fence: readonly (readonly string[])[];
}

/** Calls the commands of the policy in the background; the release of the rest goes on. */
export function recoverWith(
  commands: RecoveryCommands,
  log: (line: LogLine) => void,
): (policy: StopPolicy, word: string) => void {
  const attempt = (
    policy: StopPolicy,
    [command, ...rest]: readonly (readonly string[])[],
  ): void => {
    const [program, ...args] = command ?? [];
    if (program === undefined) {
      const text = policy === 'reboot' ? 'Unable to force reboot.' : 'Unable to fence this node.';
      log({ severity: 'crit', text });
      return;
    }
    let isOver = false;
    const failed = (): void => {
      if (!isOver) attempt(policy, rest);
      isOver = true;
    };
    const child = spawn(program, args, { stdio: 'ignore', detached: true, cwd: '/' });
    child.once('error', failed);
    child.once('exit', (code) => {
      if (code !== 0) failed();
      isOver = true;
    });
  };
  return (policy, _word) => {
    if (policy === 'stay') return;
    attempt(policy, policy === 'reboot' ? commands.reboot : commands.fence);
  };
}
