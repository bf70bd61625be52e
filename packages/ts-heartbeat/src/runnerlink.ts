/** The daemon's side of the conversation with the resource runner, which it also keeps running. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import type { LogLine } from '@ts-heartbeat/core/log';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import { connectJson, type JsonPeer } from '@ts-heartbeat/platform/jsonlines';
import type { Hello, Request } from 'ts-resource-runner/protocol';
import { decodeReply, type RunnerReply } from './runnerreply.js';
import type { Say } from './say.js';

/** How soon the socket of a runner that is starting is tried again: it takes 50 us each time. */
const CONNECT_PAUSE: Millis = 10;
/**
 * The pause before another runner is started when the last one died at once, doubled up to the
 * longest.
 */
const START_PAUSE_FIRST: Millis = 250;
const START_PAUSE_LONGEST: Millis = 10_000;
/** Another runner is at work and does not listen: it gives up what it holds, which takes a while. */
const REFUSED_PAUSE: Millis = 500;
/** A runner that was connected for this long did not die at once. */
const GOOD_LIFE: Millis = 5000;
/**
 * A runner that does not answer a greeting for this long hangs; what it was asked is asked again.
 */
const GREETING: Millis = 30_000;
/** How long the end of the conversation may take before it is broken off. */
const FAREWELL: Millis = 1000;

export interface RunnerParts {
  /** Program and arguments of the runner. */
  readonly command: readonly [string, ...string[]];
  readonly environment: () => Readonly<Record<string, string>>;
  readonly socket: string;
  readonly clock: () => Instant;
  readonly hello: Omit<Hello, 'op'>;
  readonly say: Say;
  /** A line that the runner wants in the log, in the name of the runner or of a script. */
  readonly log: (line: LogLine & { readonly tag?: string }, pid: number) => void;
  readonly jobDone: (id: number, outcome: JobOutcome) => void;
}

/** What the runner holds: keys of groups. */
export interface HeldGroups {
  readonly local: readonly string[];
  readonly foreign: readonly string[];
  /** Some of the foreign ones were taken over from a node that was gone. */
  readonly takenOver?: true;
}

type JobRequest = Extract<Request, { op: 'job' }>;

export class RunnerLink {
  readonly #parts: RunnerParts;
  /** Jobs that were asked for and not answered, in order. The machine keeps them few. */
  readonly #unfinished = new Map<number, JobRequest>();
  readonly #heldWaiting: ((held: HeldGroups) => void)[] = [];
  #peer: JsonPeer | undefined;
  #ready = false;
  #pid = 0;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startPause: Millis = START_PAUSE_FIRST;
  #ending: (() => void) | undefined;
  #over = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Finds the runner that an earlier life left, or starts one. Returns at once. */
  open(): void {
    void this.#connect();
  }

  /** Gives the runner a job; it is given again to every runner until one has done it. */
  job(id: number, job: Job, environment: Readonly<Record<string, string>>): void {
    const request: JobRequest = { op: 'job', id, job, environment };
    this.#unfinished.set(id, request);
    if (this.#ready) this.#peer?.send(request);
  }

  /** What this machine holds by the runner's own record; waits until there is a runner. */
  held(): Promise<HeldGroups> {
    return new Promise((resolve) => {
      this.#heldWaiting.push(resolve);
      if (this.#ready) this.#peer?.send({ op: 'held' } satisfies Request);
    });
  }

  /** The orderly end: the runner keeps what it holds and ends when its jobs are done. */
  bye(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    const peer = this.#peer;
    if (peer === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ending = resolve;
      peer.send({ op: 'bye' } satisfies Request);
      peer.end();
      setTimeout(() => peer.destroy(), FAREWELL).unref();
    });
  }

  async #connect(): Promise<void> {
    if (this.#over) return;
    let peer: JsonPeer;
    try {
      peer = await connectJson(this.#parts.socket, {
        message: (value) => this.#take(value),
        closed: (reason) => this.#closed(reason),
      });
    } catch {
      this.#startOrWait();
      return;
    }
    if (this.#over) {
      peer.destroy();
      return;
    }
    this.#peer = peer;
    peer.send({ op: 'hello', ...this.#parts.hello } satisfies Request);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => peer.destroy(), GREETING);
  }

  /** Nobody listens: starts a runner, unless one is just starting. */
  #startOrWait(): void {
    if (this.#over) return;
    if (this.#child === undefined) this.#start();
    this.#again(CONNECT_PAUSE);
  }

  #again(pause: Millis): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), pause);
  }

  #start(): void {
    const [program, ...words] = this.#parts.command;
    const child = spawn(program, words, {
      detached: true,
      cwd: '/',
      env: { ...this.#parts.environment() },
      stdio: 'ignore',
    });
    child.unref();
    this.#child = child;
    const started = this.#parts.clock();
    let over = false;
    const ended = (how: string): void => {
      if (over) return;
      over = true;
      this.#child = undefined;
      if (this.#over || this.#peer !== undefined) return;
      if (how === 'return code 0') {
        this.#again(REFUSED_PAUSE);
        return;
      }
      const quick = this.#parts.clock() - started < GOOD_LIFE;
      this.#startPause = quick
        ? Math.min(this.#startPause * 2, START_PAUSE_LONGEST)
        : START_PAUSE_FIRST;
      this.#parts.say('error', `Resource runner [${child.pid ?? '?'}] ended with ${how}`);
      this.#again(quick ? this.#startPause : CONNECT_PAUSE);
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal ?? `return code ${code}`));
  }

  #take(value: unknown): void {
    const reply = decodeReply(value);
    if (reply !== undefined) this.#act(reply);
  }

  #act(reply: RunnerReply): void {
    switch (reply.op) {
      case 'ready':
        clearTimeout(this.#timer);
        this.#ready = true;
        this.#pid = reply.pid;
        this.#startPause = START_PAUSE_FIRST;
        for (const request of this.#unfinished.values()) this.#peer?.send(request);
        if (this.#heldWaiting.length > 0) this.#peer?.send({ op: 'held' } satisfies Request);
        break;
      case 'held':
        for (const resolve of this.#heldWaiting.splice(0)) resolve(reply);
        break;
      case 'done':
        // A job may be answered twice: by the runner that did it, and by one that was asked again.
        if (this.#unfinished.delete(reply.id)) this.#parts.jobDone(reply.id, reply.outcome);
        break;
      case 'log':
        this.#parts.log(reply, this.#pid);
        break;
    }
  }

  #closed(reason: string): void {
    this.#peer = undefined;
    const was = this.#ready;
    this.#ready = false;
    if (this.#over) {
      this.#ending?.();
      return;
    }
    if (was) {
      const why = reason === '' ? '' : `: ${reason}`;
      const text = `Resource runner [${this.#pid}] has gone${why}. Starting another one.`;
      this.#parts.say('error', text);
    }
    this.#again(was ? 0 : CONNECT_PAUSE);
  }
}
