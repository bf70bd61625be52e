/** The command cl_status: asks the running heartbeat about the cluster. */
import os from 'node:os';

import { clusterLine } from '@ts-heartbeat/platform/logline';
import { CLIENT_SOCKET } from '@ts-heartbeat/platform/paths';

import { ClientError, HeartbeatClient } from './client.js';
import { USAGE } from './clstatususage.js';
import { getopt } from './getopt.js';
import { EXIT, runSubcommand, type Setting, SUBCOMMANDS } from './subcommand.js';

/** A place to write to. */
export interface Sink {
  write(text: string): unknown;
}

export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** The whole run takes no longer than this (heartbeat 3.0.6). */
const RUN_MS = 5000;

/**
 * Runs cl_status with the words after its name; gives the exit code. Texts and codes are those of
 * heartbeat 3.0.6, and it works with genuine daemons since 2.0 as well as with ours.
 */
export async function main(
  argv: readonly string[],
  streams: Streams,
  socketPath: string = CLIENT_SOCKET,
): Promise<number> {
  const [name, ...words] = argv;
  if (name === undefined || (name === '-h' && words.length === 0)) {
    streams.stdout.write(USAGE);
    return EXIT.ok;
  }
  const report = reporter(streams.stderr);
  const subcommand = SUBCOMMANDS.get(name);
  if (subcommand === undefined) {
    report(`${name}: invalid sub-command.`);
    return EXIT.parameter;
  }
  let client: HeartbeatClient;
  try {
    client = await HeartbeatClient.signOn({ socketPath, timeoutMs: RUN_MS });
  } catch (error) {
    return unreachable(name, words, error, streams, report);
  }
  const setting: Setting = {
    client,
    print: (line) => streams.stdout.write(`${line}\n`),
    complain: (line) => streams.stderr.write(`${line}\n`),
    report,
  };
  return withinLimit(runSubcommand(name, subcommand, setting, words), client);
}

/** Errors stand on standard error as they would in the log. */
function reporter(stderr: Sink): (text: string) => void {
  const form = clusterLine({ tag: 'cl_status', pid: process.pid, host: os.hostname() }, true);
  return (text) => {
    stderr.write(`${form({ severity: 'error', text, at: new Date() })}\n`);
  };
}

function unreachable(
  name: string,
  words: readonly string[],
  error: unknown,
  streams: Streams,
  report: (text: string) => void,
): number {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof ClientError ? error.code : 'unreachable';
  if (code === 'timeout') return EXIT.timeout;
  if (name !== 'hbstatus') {
    report('Cannot signon with heartbeat');
    report(`REASON: ${reason}`);
    return EXIT.no;
  }
  const options = getopt(name, SUBCOMMANDS.get(name)?.letters ?? '', words);
  for (const complaint of options.complaints) streams.stderr.write(`${complaint}\n`);
  const refused = code === 'refused';
  streams.stdout.write(
    refused
      ? 'Heartbeat is apparently running on this machine, but refuses my connection\n'
      : 'Heartbeat is stopped on this machine.\n',
  );
  const verbose = options.found.some(({ letter }) => letter === 'v');
  if (verbose) streams.stdout.write(`(${reason})\n`);
  return refused ? EXIT.ok : EXIT.no;
}

/** Waits for the exit code, but not without end, and signs off. */
async function withinLimit(code: Promise<number>, client: HeartbeatClient): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(EXIT.timeout), RUN_MS);
  });
  try {
    return await Promise.race([code, limit]);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return error.code === 'timeout' ? EXIT.timeout : EXIT.no;
  } finally {
    clearTimeout(timer);
    await client.signOff();
  }
}
