/** `heartbeat`: checks the configuration, starts the daemon, and returns when it is up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '@ts-heartbeat/core/config/problem';
import { startDaemon } from '@ts-heartbeat/platform/daemon';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { ServiceNotice, takeServicePlace } from '@ts-heartbeat/platform/servicenotice';
import { childEnvironment } from '../environment.js';
import { isHeartbeat, PID_FILE } from '../places.js';
import { line, load, speechOf, tell } from './configuration.js';
import { effectiveConfiguration } from './effective.js';
import type { Options } from './options.js';

/**
 * A daemon that has not come up by then never will; reading large configurations takes a second.
 */
const START_LIMIT_MS = 60_000;

/** `heartbeat -f` looks this often whether there is still a daemon. */
const WATCH_INTERVAL_MS = 1000;

/**
 * A life that has ended without a goodbye is followed by another one within this time, or by none.
 */
const SUCCESSION_LIMIT_MS = 60_000;

const FAILED = 1;

/**
 * Starts the daemon, unless one runs already. Returns the exit code (heartbeat 3.0.6).
 *
 * @param shown which lines about the configuration are said.
 */
export async function start(
  options: Options,
  shown: (problem: Problem) => boolean = () => true,
): Promise<number> {
  const startup = await load();
  const speech = speechOf(startup, options.debug);
  tell(startup, startup.printed.filter(shown), speech);
  const { settings } = startup;
  if (settings === undefined) {
    await speech.close();
    return startup.exitCode;
  }
  if (options.verbose) process.stdout.write(effectiveConfiguration(settings));
  const state = readPidFile(PID_FILE, isHeartbeat);
  if (state.kind === 'running') {
    tell(startup, [line('info', `heartbeat: already running [pid ${state.pid}].`)], speech);
    new ServiceNotice(takeServicePlace(process.env)).ready();
    await speech.close();
    return 0;
  }
  const begun = await startDaemon({
    argv: daemonCommand([...daemonFlags(options), '--daemon']),
    environment: childEnvironment({}),
    limitMs: START_LIMIT_MS,
  });
  if (!begun.up) {
    const text = `Heartbeat not started: ${begun.reason}`;
    if (begun.code !== 0) tell(startup, [line('error', text)], speech);
    await speech.close();
    return begun.code;
  }
  await speech.close();
  return options.foreground ? watch() : 0;
}

/** This program again, with other words. */
export function daemonCommand(words: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...words];
}

/** The options that hold for the daemon, in all its lives. */
export function daemonFlags(options: Options): readonly string[] {
  const flags: string[] = [];
  if (options.unmanaged) flags.push('-M');
  if (options.ordinary) flags.push('-l');
  if (options.debug > 0) flags.push(`-${'d'.repeat(options.debug)}`);
  return flags;
}

/**
 * `-f`: stays as long as there is a heartbeat, and passes on the signals that are meant for it.
 * The daemon itself may crash and be started again meanwhile, as without `-f`.
 */
async function watch(): Promise<number> {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => {
      const state = readPidFile(PID_FILE, isHeartbeat);
      if (state.kind === 'running') {
        process.kill(state.pid, signal === 'SIGINT' ? 'SIGTERM' : signal);
      }
    });
  }
  for (let missing = 0; ; missing += WATCH_INTERVAL_MS) {
    const state = readPidFile(PID_FILE, isHeartbeat);
    if (state.kind === 'none') return 0;
    if (state.kind === 'running') missing = 0;
    if (missing > SUCCESSION_LIMIT_MS) return FAILED;
    await delay(WATCH_INTERVAL_MS);
  }
}
