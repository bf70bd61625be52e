/** `heartbeat --daemon`: one life of the daemon, from its start to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Startup } from '@ts-heartbeat/core/config/startup';
import { systemClock } from '@ts-heartbeat/platform/clock';
import { dropPidFile, takePidFile } from '@ts-heartbeat/platform/pidfile';
import { priorityText, raisePriority } from '@ts-heartbeat/platform/priority';
import {
  placeEnvironment,
  ServiceNotice,
  type ServicePlace,
  takeServicePlace,
} from '@ts-heartbeat/platform/servicenotice';
import { onSignals } from '@ts-heartbeat/platform/signals';
import { loadConfiguration } from '../config/load.js';
import { Daemon } from '../daemon.js';
import type { DaemonEnd } from '../daemonparts.js';
import { forgetEnd, noteEnd } from '../ended.js';
import { childEnvironment } from '../environment.js';
import { installation } from '../installation.js';
import { UnusableMedium } from '../media/medium.js';
import { isHeartbeat, PID_FILE } from '../places.js';
import { changeSince, type ReadTimes, readTimes } from '../reread.js';
import { orphanedAfter } from '../resources.js';
import type { Speech } from '../speech.js';
import { Supervision } from '../supervision.js';
import { REFEREE_VERSION, VERSION } from '../version.js';
import { line, record, speechOf } from './configuration.js';
import { effectiveConfiguration } from './effective.js';
import type { Options } from './options.js';
import { daemonCommand, daemonFlags } from './start.js';
import { commandStarter, formerLife, type Starter, shellStarter } from './starter.js';

const FAILED = 1;

/** Between two lives there is no loop to give signs of life. */
const SIGN_INTERVAL = 1000;

/** Lives the daemon's life, and ends the process. */
export async function live(options: Options): Promise<void> {
  process.title = 'heartbeat: master control process';
  process.umask(0o022);
  const starter = starterOf(options);
  const place = takeServicePlace(process.env);
  const times = readTimes();
  const startup = await loadConfiguration(undefined, { onWait: starter.waiting });
  const speech = speechOf(startup, options.debug);
  const { settings } = startup;
  starter.configuration(startup, speech);
  const failed = async (reason: string, code: number): Promise<never> => {
    await speech.close();
    await starter.failed(reason, code);
    process.exit(code);
  };
  if (settings === undefined) return failed('configuration error', startup.exitCode);
  if (options.verbose) starter.print(effectiveConfiguration(settings));
  const file = enterPidFile();
  if (file === undefined) {
    const text = `heartbeat: could not create pidfile [${PID_FILE}]`;
    starter.hear(startup, [line('error', text)], speech);
    return failed(text, FAILED);
  }
  if (!file.taken) {
    const text = `heartbeat: already running [pid ${file.pid}].`;
    starter.hear(startup, [line('info', text)], speech);
    new ServiceNotice(place).ready();
    return failed(`already running [pid ${file.pid}]`, 0);
  }
  const life = new Life({ options, settings, startup, speech, place, starter, failed }, times);
  await life.begin();
}

function enterPidFile(): ReturnType<typeof takePidFile> | undefined {
  try {
    return takePidFile(PID_FILE, { recognise: isHeartbeat });
  } catch {
    return undefined;
  }
}

function starterOf({ reporting, crashes, held }: Options): Starter {
  if (crashes > 0 || held !== undefined) return formerLife();
  return reporting ? shellStarter() : commandStarter();
}

interface Beginning {
  readonly options: Options;
  readonly settings: Settings;
  readonly startup: Startup;
  readonly speech: Speech;
  /** The service manager that started us. */
  readonly place: ServicePlace | undefined;
  readonly starter: Starter;
  /** Ends the process, once the starter has been told. */
  readonly failed: (reason: string, code: number) => Promise<never>;
}

class Life {
  readonly #options: Options;
  readonly #settings: Settings;
  readonly #startup: Startup;
  readonly #speech: Speech;
  readonly #starter: Starter;
  readonly #failed: Beginning['failed'];
  readonly #notice: ServiceNotice;
  readonly #supervision: Supervision;
  #times: ReadTimes;
  #daemon: Daemon | undefined;
  /** During the pause before the next life. */
  #callOff: (() => void) | undefined;

  constructor(beginning: Beginning, times: ReadTimes) {
    const { options, settings, startup, speech, place, starter, failed } = beginning;
    this.#options = options;
    this.#settings = settings;
    this.#startup = startup;
    this.#speech = speech;
    this.#starter = starter;
    this.#failed = failed;
    this.#times = times;
    this.#notice = new ServiceNotice(place);
    const [program, ...words] = daemonCommand(daemonFlags(options));
    this.#supervision = new Supervision({
      supervisor: this.#tree.supervisor,
      pidFile: PID_FILE,
      crashes: options.crashes,
      patience: orphanedAfter(settings.deadtime),
      command: [program, ...words],
      environment: childEnvironment(placeEnvironment(place)),
      say: speech.say,
    });
  }

  get #tree(): ReturnType<typeof installation> {
    return installation(process.argv[1] ?? '');
  }

  async begin(): Promise<void> {
    const { say } = this.#speech;
    const { crashes } = this.#options;
    forgetEnd();
    if (crashes > 0) say('crit', `Heartbeat crashed (${crashes} in a row): taking over what runs`);
    say('info', `heartbeat: version ${REFEREE_VERSION}`);
    say('info', `ts-heartbeat ${VERSION} on Node.js ${process.versions.node}`);
    process.on('uncaughtException', (error) => this.#crash(error));
    this.#raise();
    const daemon = await this.#make();
    this.#daemon = daemon;
    this.#supervision.begin();
    this.#listen();
    this.#starter.up();
    try {
      await daemon.start();
      const { failure } = this.#notice;
      if (failure !== undefined) say('warn', `Cannot tell the service manager: ${failure}`);
    } catch (error) {
      if (!(error instanceof UnusableMedium)) throw error;
      say('error', `glib: ${error.message}`);
      say('error', `make_io_childpair: cannot open ${error.kind} ${error.device}`);
      await daemon.giveUp();
      await this.#leave(FAILED);
    }
  }

  async #make(): Promise<Daemon> {
    try {
      const { keyring } = this.#startup;
      if (keyring === undefined) throw new Error('no keys');
      const daemon = new Daemon({
        settings: this.#settings,
        keyring,
        speech: this.#speech,
        notice: this.#notice,
        installation: this.#tree,
        unmanaged: this.#options.unmanaged,
        held: this.#options.held,
        left: this.#options.left ?? {},
        ended: (end) => void this.#end(end),
      });
      await daemon.prepare();
      return daemon;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#speech.say('error', text);
      dropPidFile(PID_FILE);
      const told = line('error', `Heartbeat not started: ${text}`);
      this.#starter.hear(this.#startup, [told], this.#speech);
      return this.#failed(text, FAILED);
    }
  }

  #raise(): void {
    const { realtime, realtimePriority } = this.#settings;
    if (!realtime || this.#options.ordinary) return;
    const report = raisePriority(realtimePriority);
    this.#speech.say('info', priorityText(report));
    for (const problem of report.problems) this.#speech.say('warn', problem);
  }

  #listen(): void {
    const { say } = this.#speech;
    onSignals({
      SIGTERM: () => this.#terminate(),
      SIGHUP: () => void this.#reread(),
      SIGUSR1: () => this.#debug(1),
      SIGUSR2: () => this.#debug(-1),
      SIGALRM: () => say('error', `Unexpected alarm in process ${process.pid}`),
      SIGINT: 'ignore',
      SIGTTIN: 'ignore',
      SIGTTOU: 'ignore',
    });
  }

  #terminate(): void {
    this.#notice.stopping();
    if (this.#callOff !== undefined) this.#callOff();
    else this.#daemon?.stop(false);
  }

  #debug(by: number): void {
    this.#speech.debug = Math.max(0, this.#speech.debug + by);
    this.#speech.answer('debug', `debug now set to ${this.#speech.debug} [pid ${process.pid}]`);
    // Who looks closer wants to know this, whichever way the level goes.
    for (const row of this.#daemon?.refused ?? []) this.#speech.say('info', row);
  }

  async #reread(): Promise<void> {
    const { reopen } = this.#speech;
    reopen();
    this.#notice.reloading();
    // With another configuration the next life says that the reload is done.
    if ((await this.#readAgain()) !== 'anew') this.#notice.ready();
  }

  /** `anew`: this life ends for one with the new configuration. */
  async #readAgain(): Promise<'anew' | 'goes on'> {
    const { say } = this.#speech;
    const change = changeSince(this.#times);
    if (change === 'nothing') {
      say('info', 'Configuration unchanged.');
      return 'goes on';
    }
    const times = readTimes();
    const startup = await loadConfiguration();
    if (change === 'authkeys') say('info', 'Rereading authentication file.');
    const { settings, keyring } = startup;
    if (settings === undefined || keyring === undefined) {
      // The genuine program gives everything up here; what is in use is still good.
      record(startup.problems, this.#speech);
      say('error', `Config errors: Heartbeat pid ${process.pid} NOT restarted`);
      return 'goes on';
    }
    this.#times = times;
    if (change === 'authkeys') {
      this.#daemon?.useKeys(keyring);
      return 'goes on';
    }
    this.#daemon?.stop(true);
    return 'anew';
  }

  async #end({ code, next }: DaemonEnd): Promise<void> {
    if (next === undefined) return this.#leave(code);
    const { say } = this.#speech;
    say('info', 'Restarting heartbeat.');
    let called = false;
    if (next.delay > 0) {
      const pause = new AbortController();
      this.#callOff = () => {
        called = true;
        pause.abort();
      };
      const { at } = systemClock();
      const signs = setInterval(() => this.#notice.alive(at()), SIGN_INTERVAL);
      await delay(next.delay, undefined, { signal: pause.signal }).catch(() => undefined);
      clearInterval(signs);
    }
    if (called) return this.#leave(0);
    say('info', 'Performing heartbeat restart exec.');
    await this.#supervision.again(0, next.held, next.left);
    await this.#speech.close();
    process.exit(code);
  }

  async #leave(code: number): Promise<void> {
    await this.#supervision.bye();
    await this.#speech.close();
    // Last, because whoever stops us takes us for gone without it.
    noteEnd();
    dropPidFile(PID_FILE);
    process.exit(code);
  }

  /** A broken invariant: tells what led to it and ends, for the supervisor to begin anew. */
  #crash(error: unknown): never {
    const { say } = this.#speech;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const row of text.split('\n')) say('crit', `Heartbeat crashes: ${row}`);
    for (const row of this.#daemon?.trace ?? []) say('crit', `Heartbeat crashes after: ${row}`);
    for (const row of this.#daemon?.refused ?? []) say('crit', row);
    process.exit(FAILED);
  }
}
