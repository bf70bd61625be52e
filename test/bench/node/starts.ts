/**
 * Runs inside a host: starts each daemon of ours a number of times, and prints the times.
 *
 * `starts RUNS LIBRARY` prints a JSON object of milliseconds from the start of a command until it
 * was ready. `Node.js` is the whole life of a Node.js with nothing to do, to know the machine by.
 * heartbeat and ldirectord are ready when they say READY=1 to a service manager, the runner when a
 * client can connect, ipfail when it waits for messages.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SOCKET = '/run/bench-notify';
const RUNNER_SOCKET = '/run/bench-runner/socket';
const HEARTBEAT = '/usr/lib/heartbeat/heartbeat';
const LDIRECTORD = '/usr/sbin/ldirectord';

/** On a busy machine a start may take long; the bench judges, this only ends a hang. */
const LIMIT_MS = 30_000;
const POLL_MS = 1;

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Hears what daemons say to the service manager. */
class Notify {
  readonly #child: ChildProcess;
  #heard: (text: string) => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#heard(text));
  }

  static async open(): Promise<Notify> {
    rmSync(SOCKET, { force: true });
    const child = spawn('socat', ['-u', `UNIX-RECV:${SOCKET}`, 'STDOUT'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    while (!existsSync(SOCKET)) await delay(POLL_MS);
    return new Notify(child);
  }

  /** Resolves at the next READY=1. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = (text) => {
        if (/^READY=1$/m.test(text)) resolve();
      };
    });
  }

  close(): void {
    this.#child.kill();
  }
}

function limited<T>(what: string, promise: Promise<T>): Promise<T> {
  const late = delay(LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${what} is not ready after ${LIMIT_MS} ms`);
  });
  return Promise.race([promise, late]);
}

async function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A daemon that speaks to the service manager: started and stopped by its own command. */
async function notifying(notify: Notify, start: string[], stop: string[]): Promise<number> {
  const [program = '', ...words] = start;
  const ready = notify.ready();
  const began = now();
  const child = spawn(program, words, {
    stdio: 'ignore',
    env: { ...process.env, NOTIFY_SOCKET: SOCKET },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await limited(program, ready);
  const took = now() - began;
  await ended;
  const [stopper = '', ...rest] = stop;
  spawnSync(stopper, rest, { stdio: 'ignore' });
  return took;
}

function bareNode(): number {
  const began = now();
  spawnSync(process.execPath, [...process.execArgv, '-e', '0'], { stdio: 'ignore' });
  return now() - began;
}

async function runner(library: string): Promise<number> {
  rmSync(dirname(RUNNER_SOCKET), { recursive: true, force: true });
  mkdirSync(dirname(RUNNER_SOCKET));
  const words = [...process.execArgv, `${library}/runner.cjs`, '--socket', RUNNER_SOCKET];
  const began = now();
  const child = spawn(process.execPath, words, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!(await isThere(RUNNER_SOCKET)) && now() - began < LIMIT_MS) await delay(POLL_MS);
  const took = now() - began;
  child.kill();
  await ended;
  return took;
}

/** Heartbeat runs meanwhile, without an ipfail of its own. */
async function ipfail(): Promise<number> {
  const began = now();
  const child = spawn('/usr/lib/heartbeat/ipfail', [], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Waiting for messages')) resolve();
    });
  });
  const gone = ended.then(() => {
    throw new Error(`ipfail ended: ${said}`);
  });
  await limited('ipfail', Promise.race([ready, gone]));
  const took = now() - began;
  child.kill();
  await ended;
  return took;
}

async function main(): Promise<void> {
  const [runs = '5', library = '/usr/lib/ts-heartbeat'] = process.argv.slice(2);
  const notify = await Notify.open();
  const names = ['Node.js', 'heartbeat', 'runner', 'ipfail', 'ldirectord'];
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  // The first of each fills the page cache and does not count.
  for (let run = 0; run <= Number(runs); run += 1) {
    const row = {
      'Node.js': bareNode(),
      heartbeat: await notifying(notify, [HEARTBEAT], [HEARTBEAT, '-k']),
      ldirectord: await notifying(notify, [LDIRECTORD, 'start'], [LDIRECTORD, 'stop']),
      runner: await runner(library),
    };
    if (run > 0) for (const [name, took] of Object.entries(row)) times[name]?.push(took);
  }
  spawnSync(HEARTBEAT, [], { stdio: 'ignore' });
  while (!(await isThere('/var/run/heartbeat/register'))) await delay(POLL_MS);
  for (let run = 0; run <= Number(runs); run += 1) {
    const took = await ipfail();
    if (run > 0) times.ipfail?.push(took);
  }
  spawnSync(HEARTBEAT, ['-k'], { stdio: 'ignore' });
  notify.close();
  console.log(JSON.stringify(times));
}

await main();
process.exit(0);
