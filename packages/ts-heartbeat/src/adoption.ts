/** What a killed life leaves behind, and what is done about it when no other life follows. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '@ts-heartbeat/core/time';
import { runChild } from '@ts-heartbeat/platform/child';
import {
  commandLine,
  type ProcessIdentity,
  processIdentity,
  whenGone,
} from '@ts-heartbeat/platform/gone';
import { ClientRecord } from './clientrecord.js';
import { childEnvironment } from './environment.js';
import { CLIENT_RECORD, PID_FILE } from './places.js';
import type { Say } from './say.js';

/** A program that does nothing where nothing was left. */
const RELEASE = 'release';

/** A supervisor sees within a second that the pid file is gone, unless the machine is very busy. */
const SUPERVISOR_END: Millis = 5000;

/** Supervisors that wait until they start a daemon again. */
function supervisors(programs: string): readonly ProcessIdentity[] {
  const script = join(programs, 'supervisor');
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const [, file, pidFile] = commandLine(Number(name));
    const identity = processIdentity(Number(name));
    const ours = file === script && pidFile === PID_FILE;
    return ours && identity !== undefined ? [identity] : [];
  });
}

/**
 * After the crash of a daemon that nobody starts again: ends the clients it has left, and stops the
 * resources that its runner, if that is dead too, can no longer stop; waits for a supervisor, which
 * ends when it finds no pid file. Takes as long as the scripts take. Harmless when nothing is left.
 *
 * @param programs `usr/lib/heartbeat`.
 */
export async function endWhatIsLeft(programs: string, say: Say): Promise<void> {
  await new ClientRecord(CLIENT_RECORD).endLeftovers(say);
  const waiting = supervisors(programs);
  await Promise.all(waiting.map((supervisor) => whenGone(supervisor, SUPERVISOR_END)));
  await runChild({ argv: [join(programs, RELEASE)], environment: childEnvironment({}) });
}
