/** The one who started the daemon and waits: hears what is wrong, and whether it has come up. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Problem } from '@ts-heartbeat/core/config/problem';
import type { Startup } from '@ts-heartbeat/core/config/startup';
import { reportFailure, reportUp } from '@ts-heartbeat/platform/daemon';
import type { Speech } from '../speech.js';
import { record, tell } from './configuration.js';

export interface Starter {
  /** Says what is wrong with the configuration, if nobody has said it yet. */
  configuration(startup: Startup, speech: Speech): void;
  /** Further lines, which go to the log as well. */
  hear(startup: Startup, problems: readonly Problem[], speech: Speech): void;
  /** Standard output, where it is somebody's. */
  print(text: string): void;
  /** A line about a wait. */
  waiting(text: string): void;
  /** The daemon runs; the starter may go. */
  up(): void;
  /** It will not, and the starter is to end with that code. */
  failed(reason: string, code: number): Promise<void>;
}

/** A command in Node.js that has checked and said everything itself. */
export function commandStarter(): Starter {
  return {
    configuration: () => undefined,
    hear: () => undefined,
    print: () => undefined,
    waiting: () => undefined,
    up: reportUp,
    failed: (reason) => reportFailure(reason),
  };
}

/** A former life: what is to be said goes to the log. */
export function formerLife(): Starter {
  return {
    ...commandStarter(),
    configuration: ({ printed }, speech) => record(printed, speech),
    hear: (_startup, problems, speech) => record(problems, speech),
  };
}

/** Where the shell that started us waits for an exit code. */
const CODE_FD = 3;

const STDOUT = 1;
const STDERR = 2;

/**
 * The shell launcher: this very process was given the user's terminal, and leaves it when it is up.
 * Until then nobody else may write there, `process.stdout` and `process.stderr` least of all: they
 * would keep the descriptors.
 */
export function shellStarter(): Starter {
  const end = (code: number): void => {
    put(CODE_FD, `${code}\n`);
    leave(CODE_FD);
    // The lowest free number is given out: these two again.
    for (const fd of [STDOUT, STDERR]) {
      leave(fd);
      openSync('/dev/null', 'r+');
    }
  };
  const hear: Starter['hear'] = (startup, problems, speech) =>
    tell(startup, problems, speech, (text) => put(STDERR, text));
  return {
    configuration: (startup, speech) => hear(startup, startup.printed, speech),
    hear,
    print: (text) => put(STDOUT, text),
    waiting: (text) => put(STDERR, `heartbeat: ${text}\n`),
    up: () => {
      process.chdir('/');
      end(0);
    },
    failed: (_reason, code) => {
      end(code);
      return Promise.resolve();
    },
  };
}

function put(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // Nobody reads it any more.
  }
}

function leave(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was not open.
  }
}
