/** The `heartbeat` command: does what its options say, and ends with the genuine exit codes. */
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { isPraise } from './command/configuration.js';
import { defaultsTable, wikiDefaultsTable } from './command/defaults.js';
import { live } from './command/live.js';
import { type Options, parseOptions, USAGE } from './command/options.js';
import { reload } from './command/reload.js';
import { start } from './command/start.js';
import { printStatus } from './command/status.js';
import { stop } from './command/stop.js';
import { isHeartbeat, PID_FILE } from './places.js';
import { REFEREE_BUILD, VERSION } from './version.js';

/** Set by the shell launcher to what the user called. */
const PROGRAM = 'HEARTBEAT_LAUNCHER';

const FAILED = 1;
const WRONG_USAGE = 2;
const NOT_RUNNING = 6;

/** Runs the command; resolves with the exit code, or with undefined where the process lives on. */
export async function main(words: readonly string[]): Promise<number | undefined> {
  const program = process.env[PROGRAM];
  delete process.env[PROGRAM];
  const options = parseOptions(words, program);
  if ('complaint' in options) {
    for (const text of options.complaint) process.stderr.write(`${text}\n`);
    process.stderr.write(`${USAGE}\n`);
    return WRONG_USAGE;
  }
  return perform(options);
}

async function perform(options: Options): Promise<number | undefined> {
  switch (options.task) {
    case 'version':
      return print(`ts-heartbeat ${VERSION}\n`);
    case 'build':
      return print(`${REFEREE_BUILD}\n`);
    case 'defaults':
      return print(defaultsTable());
    case 'wikiDefaults':
      return print(wikiDefaultsTable());
    case 'stop':
      return stop();
    case 'status':
      return printStatus();
    case 'restart':
      return refuseRestart();
    case 'reload':
      return (await reload(options.debug)) ?? start(options, (problem) => !isPraise(problem));
    case 'start':
      return start(options);
    case 'daemon':
      await live(options);
      return undefined;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** `-R` is what the genuine daemon says to itself; ours has other words for it. */
function refuseRestart(): number {
  const state = readPidFile(PID_FILE, isHeartbeat);
  if (state.kind === 'running') {
    process.stderr.write(`ERROR: Heartbeat already running [pid ${state.pid}].\n`);
    return FAILED;
  }
  process.stderr.write('ERROR: heartbeat is not running.\n');
  return NOT_RUNNING;
}
