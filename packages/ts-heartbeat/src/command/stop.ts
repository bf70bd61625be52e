/** `heartbeat -k`: ends heartbeat and waits until it is gone (heartbeat 3.0.6). */
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { isHeartbeat, PID_FILE } from '../places.js';

/** EPERM: LSB, insufficient privilege. */
const NOT_PERMITTED = 4;
const FAILED = 1;

/** How often it is looked whether the daemon is gone. There is no limit: scripts take their time. */
const LOOK_INTERVAL_MS = 200;

/** Stops the daemon and returns the exit code. */
export async function stop(): Promise<number> {
  for (let signalled = 0; ; ) {
    const state = readPidFile(PID_FILE, isHeartbeat);
    if (state.kind !== 'running') {
      if (signalled === 0) process.stderr.write('INFO: Heartbeat already stopped.\n');
      // Without the file a supervisor does not start again what has crashed.
      if (state.kind === 'stale') rmSync(PID_FILE, { force: true });
      return 0;
    }
    const { pid } = state;
    // Another pid than before: a next life, which has not been told yet.
    if (pid !== signalled) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === 'ESRCH') continue;
        process.stderr.write(`ERROR: Could not kill pid ${pid}\n`);
        return code === 'EPERM' ? NOT_PERMITTED : FAILED;
      }
      signalled = pid;
    }
    await delay(LOOK_INTERVAL_MS);
  }
}
