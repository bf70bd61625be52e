/** The command `ldirectord`: from its words to its exit code. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '@ts-heartbeat/platform/daemon';
import { ServiceNotice, takeServicePlace } from '@ts-heartbeat/platform/servicenotice';
import { type Arguments, parseArguments } from './command/arguments.js';
import { readable } from './command/bytes.js';
import { noteChecked } from './command/checked.js';
import { hostName } from './command/gather.js';
import { type Handover, handOver } from './command/handover.js';
import { runInstances } from './command/instances.js';
import type { Invocation } from './command/invocation.js';
import { locateConfiguration } from './command/locate.js';
import { MANUAL } from './command/manual.js';
import { DEFAULT_LOG, type ReadResult, readConfiguration, type Source } from './command/read.js';
import { readTlsOptions } from './command/tlsoptions.js';
import { USAGE } from './command/usage.js';
import { actionOf, type Words } from './command/verbs.js';
import { DIRECTOR_VERSION, OWN_VERSION_TEXT, VERSION_TEXT } from './command/version.js';
import { printProblem, upToFirstError } from './config/problem.js';
import { findIpvsadm } from './ipvs/ipvsadm.js';
import { type DirectorLog, openDirectorLog } from './logfile.js';
import { directorState, pidFilePath } from './pidfile.js';

/** Exit codes of ldirectord 4.12. */
const EXIT_USAGE = 255;
const EXIT_CONFIGURATION = 2;
const CONFIGURATION_ERROR = 'config_error: Configuration Error';
const EXIT_INITIALISATION = 1;
/** What `die` ends with after a file was looked for and not found. */
const EXIT_NO_IPVSADM = 2;

/** The daemon has until then to read its configuration and enter the pid file. */
const DAEMON_LIMIT_MS = 60_000;
/** How often a restart looks whether the old daemon has gone. */
const GONE_POLL_MS = 100;
/** A daemon that has not gone by then will not: its last check and ipvsadm are bounded. */
const GONE_LIMIT_MS = 120_000;

type RunArguments = Extract<Arguments, { kind: 'run' }>;

/** Runs the command and returns the exit code. In the foreground modes that is the daemon's end. */
export async function main(invocation: Invocation): Promise<number> {
  const words = parseArguments(invocation.argv);
  switch (words.kind) {
    case 'usage':
      for (const complaint of words.complaints) process.stderr.write(`${complaint}\n`);
      process.stdout.write(USAGE);
      return EXIT_USAGE;
    case 'help':
      process.stdout.write(MANUAL);
      return 0;
    case 'version':
      process.stdout.write(words.long ? VERSION_TEXT + OWN_VERSION_TEXT : VERSION_TEXT);
      return 0;
    case 'run':
      return new Command(invocation, words).run();
  }
}

/** One verb for one configuration. */
class Command {
  readonly #invocation: Invocation;
  readonly #words: RunArguments;
  #log: DirectorLog | undefined;

  constructor(invocation: Invocation, words: RunArguments) {
    this.#invocation = invocation;
    this.#words = words;
  }

  async run(): Promise<number> {
    const { named, verb, debug } = this.#words;
    // A stop must not wait for name servers, nor fail because of what the file says now.
    const early = verb === 'stop' ? directorState(named.name) : undefined;
    if (early?.kind === 'running') signal(early.pid, 'SIGTERM');
    const file = locateConfiguration(named.file);
    if (file === undefined) return this.#notFound(early?.kind === 'running');
    const source = { file, path: resolve(file) };
    const options = { hostName: hostName(process.env), debug };
    const result = await readConfiguration(source, options);
    noteChecked(named.name, source, result);
    for (const problem of upToFirstError(result.problems)) {
      process.stderr.write(`${readable(printProblem(problem, process.pid))}\n`);
    }
    await this.#openLog(result.log);
    if (!result.configuration) return this.#broken(file, early?.kind === 'running');
    const { program } = this.#invocation;
    this.#log?.write(
      `Invoking ldirectord invoked as: ${[program, ...this.#words.words].join(' ')} `,
    );
    if (early?.kind === 'running') return this.#end(0);
    return this.#act(source, result);
  }

  /**
   * With a broken file `status` and `stop` still answer from the pid file when the daemon runs;
   * ldirectord 4.12 would leave it running, and take its pid file away.
   */
  async #broken(file: string, stopped: boolean): Promise<number> {
    if (this.#answered(file, stopped)) return this.#end(0);
    return this.#end(EXIT_CONFIGURATION, CONFIGURATION_ERROR);
  }

  async #notFound(stopped: boolean): Promise<number> {
    const { named, debug } = this.#words;
    await this.#openLog(DEFAULT_LOG);
    const text = `Config file ${named.file} not found`;
    this.#log?.write(text);
    if (!debug) process.stderr.write(`${text}\n`);
    if (this.#answered(named.file, stopped)) return this.#end(0);
    return this.#end(EXIT_INITIALISATION, 'Initialisation Error');
  }

  /** True when the pid file alone was enough for what was asked. */
  #answered(file: string, stopped: boolean): boolean {
    const { named, verb } = this.#words;
    const running = directorState(named.name);
    if (verb !== 'status' || running.kind !== 'running') return stopped;
    const action = actionOf(verb, running, file, pidFilePath(named.name));
    if (action.kind === 'status') this.#say(action);
    return true;
  }

  async #act(source: Source, result: ReadResult): Promise<number> {
    const { named, verb } = this.#words;
    const running = directorState(named.name);
    const action = actionOf(verb, running, source.file, pidFilePath(named.name));
    if (action.kind === 'start' || action.kind === 'restart') {
      // Looked at before a daemon that runs is ended.
      const { problem } = readTlsOptions();
      if (problem !== undefined) {
        const log = [problem];
        this.#say(this.#words.debug ? { log } : { stderr: problem, log });
        return this.#end(EXIT_CONFIGURATION, CONFIGURATION_ERROR);
      }
    }
    const reason = `Exiting from ldirectord ${verb}`;
    switch (action.kind) {
      case 'exit':
        if (verb === 'start' && running.kind === 'running') {
          new ServiceNotice(takeServicePlace(process.env)).ready(running.pid);
        }
        this.#say(action);
        return this.#end(action.code, reason);
      case 'signal':
        signal(action.pid, action.signal);
        return this.#end(0);
      case 'status':
        process.stderr.write(`${action.stderr ?? ''}\n`);
        await this.#others(result, 'status');
        for (const line of action.log ?? []) this.#log?.write(line);
        return this.#end(0);
      case 'restart':
        signal(action.pid, 'SIGTERM');
        if (!(await this.#gone())) {
          const text = `ldirectord with pid ${action.pid} did not end`;
          this.#say({ stderr: text, log: [text] });
          return this.#end(EXIT_INITIALISATION, 'Initialisation Error');
        }
        return this.#start(source, result);
      case 'start':
        return this.#start(source, result);
    }
  }

  async #start(source: Source, result: ReadResult): Promise<number> {
    const { debug, named } = this.#words;
    if (findIpvsadm() === undefined) {
      const text = 'Can not find ipvsadm';
      this.#say({ stderr: text, log: [text] });
      return this.#end(EXIT_NO_IPVSADM, 'Initialisation Error');
    }
    const foreground = debug || result.configuration?.globals.supervised === true;
    const program = this.#invocation.instanceCommand;
    const handover: Handover = { ...source, name: named.name, debug, foreground, program };
    if (foreground) {
      this.#log?.write(`Starting ${DIRECTOR_VERSION} with pid: ${process.pid}`);
      await this.#log?.close();
      const { runDaemon } = await import('./daemon.js');
      return runDaemon(handover, result);
    }
    this.#log?.write(`Starting ${DIRECTOR_VERSION} as daemon`);
    const start = await startDaemon({
      argv: this.#invocation.daemonCommand,
      environment: handOver(process.env, handover),
      limitMs: DAEMON_LIMIT_MS,
    });
    if (start.up || start.code === 0) return this.#end(0);
    this.#say({ stderr: start.reason, log: [start.reason] });
    return this.#end(start.code, 'Initialisation Error');
  }

  /** Waits for the old daemon to take its pid file away, or to be gone without that. */
  async #gone(): Promise<boolean> {
    const { name } = this.#words.named;
    for (let waited = 0; waited < GONE_LIMIT_MS; waited += GONE_POLL_MS) {
      if (directorState(name).kind !== 'running') return true;
      await sleep(GONE_POLL_MS);
    }
    return false;
  }

  async #others(result: ReadResult, verb: 'status'): Promise<void> {
    const names = result.configuration?.globals.execute ?? [];
    await runInstances(this.#invocation.instanceCommand, names, verb, 'inherit');
  }

  #say({ stdout, stderr, log }: Words): void {
    if (stderr !== undefined) process.stderr.write(`${stderr}\n`);
    if (stdout !== undefined) process.stdout.write(`${stdout}\n`);
    for (const line of log ?? []) this.#log?.write(line);
  }

  async #openLog(target: ReadResult['log']): Promise<void> {
    const { named, debug } = this.#words;
    this.#log = await openDirectorLog(target, { name: named.name, debug, lasting: false });
  }

  /** Logs the end as ldirectord 4.12 does: only one that is not 0, or any at debug level. */
  async #end(code: number, reason = ''): Promise<number> {
    if (code !== 0 || this.#words.debug) {
      this.#log?.write(`Exiting with exit_status ${code}: ${reason}`);
    }
    await this.#log?.close();
    return code;
  }
}

/** A process that is gone already needs no signal. */
function signal(pid: number, name: 'SIGTERM' | 'SIGHUP'): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone, or not ours to end: the verb ends as ldirectord 4.12 does in either case.
  }
}
