/** The ldirectords of other configurations that `execute` names. */
import { runChild } from '@ts-heartbeat/platform/child';
import { readable } from './bytes.js';
import { plainEnvironment } from './environment.js';

/** A verb of another instance is done in a second or two; a name server that is away takes longer. */
const DEADLINE_MS = 60_000;

export type InstanceVerb = 'start' | 'stop' | 'reload' | 'status';

/** Runs `ldirectord NAME VERB` for each name, one after the other; returns those that failed. */
export async function runInstances(
  program: readonly [string, ...string[]],
  names: readonly string[],
  verb: InstanceVerb,
  output: 'inherit' | 'ignore',
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const name of names) {
    const end = await runChild({
      argv: [...program, readable(name), verb],
      environment: plainEnvironment(process.env),
      stdout: output === 'inherit' ? 1 : 'ignore',
      stderr: output === 'inherit' ? 2 : 'ignore',
      deadlineMs: DEADLINE_MS,
    });
    if (end.code !== 0) failed.push(name);
  }
  return failed;
}
