/**
 * The clients of `respawn` and `failfast` lines: started in order, kept running, stopped in
 * reverse.
 */
import { accessSync, constants } from 'node:fs';
import type { ClientLine } from '@ts-heartbeat/core/config/settings';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import { type Child, type ChildEnd, startChild } from '@ts-heartbeat/platform/child';
import type { ClientRecord } from './clientrecord.js';
import { ordinaryOomScore } from './oomscore.js';
import type { Say } from './say.js';
import { signalText } from './signaltext.js';

/** A life shorter than this is a short one (heartbeat 2.1). */
const SHORT_LIFE: Millis = 30_000;
/** Short lives in a row after which a client is given up (heartbeat 3.0.6). */
const SHORT_LIVES_MAX = 10;
/** The pause before a client is started again after a short life (heartbeat 3.0.6). */
const RESTART_PAUSE: Millis = 1000;
/** An exit code that asks not to be started again (heartbeat 2.1). */
const EXIT_FOR_GOOD = 100;
/** A client that ignores SIGTERM for this long is killed (heartbeat 3.0.6 gives processes 30 s). */
const STOP_GRACE: Millis = 30_000;

const SETPRIV = '/usr/bin/setpriv';

export interface RespawnParts {
  readonly say: Say;
  readonly clock: () => Instant;
  /** Everything a client finds in its environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Where the pids of running clients are kept for a next life. */
  readonly record: ClientRecord;
  /** A `failfast` client has died abnormally: the machine must be rebooted. */
  readonly failfast: (command: string) => void;
  /** For tests. */
  readonly restartPause?: Millis;
}

interface Client {
  readonly line: ClientLine;
  child: Child | undefined;
  startedAt: Instant;
  shortLives: number;
  restart: NodeJS.Timeout | undefined;
}

export class RespawnClients {
  readonly #clients: Client[];
  readonly #parts: RespawnParts;
  #started = false;
  #stopping: Promise<void> | undefined;

  constructor(lines: readonly ClientLine[], parts: RespawnParts) {
    this.#parts = parts;
    this.#clients = lines.map((line) => ({
      line,
      child: undefined,
      startedAt: 0,
      shortLives: 0,
      restart: undefined,
    }));
  }

  /**
   * Starts the clients in the order of ha.cf. Those that an earlier life of the daemon left running
   * are ended first, because two of one kind would work against each other.
   */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    await this.#parts.record.endLeftovers(this.#parts.say);
    if (this.#stopping !== undefined) return;
    for (const client of this.#clients) {
      this.#announce(client);
      this.#spawn(client);
    }
  }

  /** Stops the clients one after the other, last started first, and waits for each. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** The process that runs for a command line now, for tests and status. */
  pid(command: string): number | undefined {
    return this.#clients.find(({ line }) => line.command === command)?.child?.pid;
  }

  async #stopAll(): Promise<void> {
    const { say } = this.#parts;
    for (const client of [...this.#clients].reverse()) {
      clearTimeout(client.restart);
      const { child, line } = client;
      if (child?.pid === undefined) {
        if (this.#started) say('info', `client [${line.command}] is not running.`);
        continue;
      }
      say('info', `killing ${line.command} process group ${child.pid} with signal 15`);
      child.stop();
      await child.end;
    }
  }

  #announce({ line }: Client): void {
    const text = `Starting child client "${line.command}" (${line.uid},${line.gid})`;
    this.#parts.say('info', text);
  }

  #spawn(client: Client): void {
    const { line } = client;
    const { say, clock, environment } = this.#parts;
    const child = startChild({
      ...program(line),
      environment: environment(),
      graceMs: STOP_GRACE,
    });
    ordinaryOomScore(child.pid);
    client.child = child;
    client.startedAt = clock();
    if (child.pid !== undefined) {
      const who = `as uid ${line.uid}  gid ${line.gid} (pid ${child.pid})`;
      say('info', `Starting "${line.command}" ${who}`);
      this.#note();
    }
    void child.end.then((end) => this.#ended(client, child, end));
  }

  #ended(client: Client, child: Child, end: ChildEnd): void {
    client.child = undefined;
    this.#note();
    if (this.#stopping !== undefined) return;
    const { say, clock } = this.#parts;
    const { command, failfast } = client.line;
    const process = `Managed ${command} process ${child.pid ?? '?'}`;
    if (end.failure !== undefined) say('error', `Cannot start "${command}": ${end.failure}`);
    else if (end.signal !== null) say('warn', `${process} killed by ${signalText(end.signal)}.`);
    else say(end.code === 0 ? 'info' : 'warn', `${process} exited with return code ${end.code}.`);
    // Not where it could not be started: a machine short of processes heals without a reboot.
    if (failfast && end.code !== 0 && end.failure === undefined) {
      this.#parts.failfast(command);
      return;
    }
    if (end.code === EXIT_FOR_GOOD) return;
    const short = clock() - client.startedAt < SHORT_LIFE;
    client.shortLives = short ? client.shortLives + 1 : 0;
    if (client.shortLives > SHORT_LIVES_MAX) {
      say('error', `Client ${command} "respawning too fast"`);
      return;
    }
    say('error', `Respawning client "${command}":`);
    this.#announce(client);
    const pause = short ? (this.#parts.restartPause ?? RESTART_PAUSE) : 0;
    client.restart = setTimeout(() => this.#spawn(client), pause);
  }

  #note(): void {
    const pids = this.#clients.flatMap(({ child, line }) =>
      child?.pid === undefined ? [] : [{ pid: child.pid, command: line.command }],
    );
    this.#parts.record.write(pids);
  }
}

/**
 * How a client's line is run: by a shell, because it is the user's own command line, as his user
 * with all the groups of that user. Node itself would drop the supplementary groups.
 */
function program(line: ClientLine): {
  readonly argv: readonly [string, ...string[]];
  readonly uid?: number;
  readonly gid?: number;
} {
  const { uid, gid, command } = line;
  const shell: readonly [string, ...string[]] = ['/bin/sh', '-c', `exec ${command}`];
  if (uid === process.getuid?.() && gid === process.getgid?.()) return { argv: shell };
  try {
    accessSync(SETPRIV, constants.X_OK);
  } catch {
    return { argv: shell, uid, gid };
  }
  const who = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups'];
  return { argv: [SETPRIV, ...who, '--', ...shell] };
}
