#!/usr/bin/env node
/**
 * The resource-script daemon. Runs in the foreground under whoever supervises it.
 *
 *     ts-resource-runner [--deadline SECONDS] [--status-deadline SECONDS]
 *         [--stop-policy reboot|fence|stay] [--reboot-command 'PROGRAM ARG…']
 *         [--fence-command 'PROGRAM ARG…'] [--ha-dir DIR] [--rsctmp DIR] [--socket PATH]
 *
 * Exit codes: 0 ended in order or another runner is at work; 1 cannot run; 2 wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '@ts-heartbeat/platform/clock';
import { rebootCommands } from '@ts-heartbeat/platform/reboot';
import { DirectoryLock } from '../lock.js';
import { places } from '../places.js';
import type { StopPolicy } from '../plan/state.js';
import { recoverWith } from '../recover.js';
import { keepCode, rehearse } from '../rehearsal.js';
import { Runner } from '../runner.js';
import { Server } from '../server.js';

/** A file system check can take minutes. The genuine scripts have no limit at all. */
const DEADLINE_SECONDS = 600;
const STATUS_DEADLINE_SECONDS = 60;
/** After the first things to do at a start, which are not to wait for it. */
const REHEARSAL_MS = 300;

const USAGE = `usage: ts-resource-runner [--deadline SECONDS] [--status-deadline SECONDS]
    [--stop-policy reboot|fence|stay] [--reboot-command 'PROGRAM ARG...']
    [--fence-command 'PROGRAM ARG...'] [--ha-dir DIR] [--rsctmp DIR] [--socket PATH]`;

function refuse(text: string): never {
  console.error(text);
  console.error(USAGE);
  process.exit(2);
}

function options() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      options: {
        deadline: text,
        'status-deadline': text,
        'stop-policy': text,
        'reboot-command': text,
        'fence-command': text,
        'ha-dir': text,
        rsctmp: text,
        socket: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function seconds(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value);
  if (!(number > 0)) refuse(`--${name}: not a number of seconds: ${value}`);
  return number * 1000;
}

function policy(value = 'reboot'): StopPolicy {
  if (value === 'reboot' || value === 'fence' || value === 'stay') return value;
  return refuse(`--stop-policy: ${value}`);
}

function words(command: string | undefined): readonly (readonly string[])[] {
  const found = command?.split(/\s+/).filter((word) => word !== '') ?? [];
  return found.length === 0 ? [] : [found];
}

/** ts-heartbeat is protected from the kernel's OOM killer; what a script starts must not be. */
function takeOrdinaryOomScore(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '0');
  } catch {
    // No /proc, or no right to: nothing hangs on it.
  }
}

async function main(): Promise<void> {
  const given = options();
  if (given.help === true) {
    console.log(USAGE);
    return;
  }
  const where = places(given['ha-dir'], given.rsctmp, given.socket);
  const clock = systemClock();
  const runner: Runner = new Runner({
    places: where,
    settings: {
      deadline: seconds('deadline', given.deadline, DEADLINE_SECONDS),
      statusDeadline: seconds('status-deadline', given['status-deadline'], STATUS_DEADLINE_SECONDS),
      stopPolicy: policy(given['stop-policy']),
    },
    clock,
    environment: process.env,
    recover: recoverWith(
      {
        reboot: rebootCommands(given['reboot-command']),
        fence: words(given['fence-command']),
      },
      (line) => runner.log(line),
    ),
  });

  process.umask(0o022);
  takeOrdinaryOomScore();
  mkdirSync(where.rsctmp, { recursive: true, mode: 0o755 });
  const lock = new DirectoryLock(`${where.rsctmp}/runner.lock`);
  if (
    !(await lock.take(
      0,
      () => clock.at(),
      () => {},
    ))
  ) {
    console.error(`another runner is at work: pid ${lock.holder()?.pid ?? '?'}`);
    return;
  }
  const server = new Server({
    runner,
    socket: where.socket,
    end: () => {
      runner.close();
      server.close();
      lock.release();
      process.exit(0);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => server.finish());
  process.on('SIGHUP', () => {});
  const resumed = runner.resume();
  await server.listen();
  await resumed;
  keepCode();
  setTimeout(() => void rehearse(where, clock), REHEARSAL_MS);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
