/** `heartbeat -k`: ends heartbeat and waits until it is gone (heartbeat 3.0.6). */
import { rmSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RUNNER_SOCKET } from '@ts-heartbeat/platform/paths';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { endWhatIsLeft } from '../adoption.js';
import { noteEnd } from '../ended.js';
import { installation } from '../installation.js';
import { isHeartbeat, PID_FILE } from '../places.js';

/** EPERM: LSB, insufficient privilege. */
const NOT_PERMITTED = 4;
const FAILED = 1;

/**
 * How often it is looked whether the daemon is gone. There is no limit: scripts take their time.
 */
const LOOK_INTERVAL_MS = 200;

/**
 * Stops the daemon and returns the exit code. After a crash it waits for the resource runner, which
 * gives up what it holds when no daemon comes back to it.
 */
export async function stop(): Promise<number> {
  let signalled = 0;
  let crashed = false;
  for (;;) {
    const state = readPidFile(PID_FILE, isHeartbeat);
    // Without the file a supervisor does not start again what has crashed.
    if (state.kind === 'stale') {
      remove();
      // An orderly end removes the file itself.
      crashed = true;
    }
    if (state.kind === 'running') {
      // Another pid than before: a next life, which has not been told yet.
      const refusal = state.pid === signalled ? undefined : signal(state.pid);
      if (refusal !== undefined) return refusal;
      signalled = state.pid;
    } else if (!crashed || !(await isRunnerThere())) {
      if (crashed || signalled === 0) await endLeftovers();
      if (signalled === 0) process.stderr.write('INFO: Heartbeat already stopped.\n');
      return 0;
    }
    await delay(LOOK_INTERVAL_MS);
  }
}

function remove(): void {
  try {
    rmSync(PID_FILE, { force: true });
    noteEnd();
  } catch {
    // Not ours to remove: whoever may will.
  }
}

/** What a crash has left, as far as this user may end it. */
async function endLeftovers(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await endWhatIsLeft(installation(process.argv[1] ?? '').programs, () => undefined);
}

/** Asks a daemon to end; returns the exit code where that is not possible. */
function signal(pid: number): number | undefined {
  try {
    process.kill(pid, 'SIGTERM');
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH') return undefined;
    process.stderr.write(`ERROR: Could not kill pid ${pid}\n`);
    return code === 'EPERM' ? NOT_PERMITTED : FAILED;
  }
}

function isRunnerThere(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(RUNNER_SOCKET);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
