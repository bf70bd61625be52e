/** `heartbeat -r`: makes a running heartbeat read its files again (heartbeat 3.0.6). */
import type { Problem } from '@ts-heartbeat/core/config/problem';
import { EXIT_NOT_PERMITTED } from '@ts-heartbeat/core/config/problem';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { isHeartbeat, PID_FILE } from '../places.js';
import { isPraise, line, load, speechOf, tell } from './configuration.js';

const FAILED = 1;

/** What heartbeat 3.0.6 says at a start, but not when one that runs is to read its files again. */
const OF_A_START = 'Configuration error, heartbeat not started.';

/**
 * Checks the configuration and signals the daemon; a wrong configuration is not applied.
 *
 * @returns the exit code, or undefined where heartbeat does not run and is to be started.
 */
export async function reload(debug: number): Promise<number | undefined> {
  const state = readPidFile(PID_FILE, isHeartbeat);
  if (state.kind !== 'running') return undefined;
  const { pid } = state;
  const startup = await load();
  const speech = speechOf(startup, debug);
  const lines = startup.printed.filter(isOfUse);
  if (startup.settings === undefined) {
    lines.push(line('info', `Config errors: Heartbeat pid ${pid} NOT restarted`));
    tell(startup, lines, speech);
    await speech.close();
    return startup.exitCode === EXIT_NOT_PERMITTED ? EXIT_NOT_PERMITTED : FAILED;
  }
  lines.push(line('info', `Signalling heartbeat pid ${pid} to reread config files`));
  tell(startup, lines, speech);
  await speech.close();
  try {
    process.kill(pid, 'SIGHUP');
    return 0;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    process.stderr.write(`ERROR: Could not signal pid ${pid}\n`);
    return code === 'EPERM' ? EXIT_NOT_PERMITTED : FAILED;
  }
}

function isOfUse(problem: Problem): boolean {
  return problem.text !== OF_A_START && !isPraise(problem);
}
