/** One life of the daemon: puts the parts together around the loop, and takes them apart again. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { isPing } from '@ts-heartbeat/core/config/media';
import { createNode } from '@ts-heartbeat/core/node';
import type { Millis } from '@ts-heartbeat/core/time';
import { type Clock, systemClock } from '@ts-heartbeat/platform/clock';
import { processIdentity } from '@ts-heartbeat/platform/gone';
import { networkInterface } from '@ts-heartbeat/platform/interface';
import {
  CLIENT_SOCKET,
  CONFIG_DIRECTORY,
  HEARTBEAT_FIFO,
  RUN_DIRECTORY,
  RUNNER_SOCKET,
  STATE_DIRECTORY,
} from '@ts-heartbeat/platform/paths';
import { peerCredentials } from '@ts-heartbeat/platform/peer';
import { rebootCommands } from '@ts-heartbeat/platform/reboot';
import { FACILITY_NUMBER } from '@ts-heartbeat/platform/syslog';
import { systemAlarm } from '@ts-heartbeat/platform/wakeup';
import { ApiServer } from './api/server.js';
import { ClientRecord } from './clientrecord.js';
import { sharedOwner } from './config/accounts.js';
import { allowCoreDumps, enterCoreRoot } from './config/coredumps.js';
import { type ExtraSettings, readExtraSettings, runnerArguments } from './config/sysconfig.js';
import type { DaemonParts } from './daemonparts.js';
import { childEnvironment, clusterEnvironment } from './environment.js';
import { Failfast } from './failfast.js';
import { configuredFencing } from './fencing/configured.js';
import type { Fencing } from './fencing/fencing.js';
import { type Fifo, openFifo } from './fifo.js';
import { nextGeneration } from './generation.js';
import { Loop, type OutsideEffect } from './loop.js';
import { makeMedium } from './media/media.js';
import type { Medium, Surroundings } from './media/medium.js';
import { openInTurn } from './media/opening.js';
import { makePinger, type Pinger } from './media/pinger.js';
import { CLIENT_RECORD, GENERATION_FILE, UUID_FILE } from './places.js';
import {
  managedResources,
  orphanedAfter,
  type Resources,
  unmanagedResources,
} from './resources.js';
import { RespawnClients } from './respawn.js';
import { RcScripts } from './scripts.js';
import { ServiceReport } from './servicereport.js';
import { nodeUuid, uuidOfName } from './uuid.js';
import { REFEREE_BUILD } from './version.js';
import { Watchdog } from './watchdog.js';

/** The loop is late when it is called later than this, however short the keepalive is. */
const OVERSLEEP_LEAST: Millis = 100;

/** Media that take longer to open (a name server that does not answer) are joined later. */
const OPENING_MAX: Millis = 2000;

/** How long the parts may take to close at the end. */
const CLOSING_MAX: Millis = 2000;

/** The messages that are heartbeats. */
const HEARTBEAT_TYPE = 'status';

export class Daemon {
  readonly #parts: DaemonParts;
  readonly #clock: Clock = systemClock();
  readonly #loop: Loop;
  readonly #media: Medium[];
  readonly #pinger: Pinger;
  readonly #api: ApiServer;
  readonly #clients: RespawnClients;
  readonly #resources: Resources;
  readonly #scripts: RcScripts;
  readonly #fencing: Fencing;
  readonly #watchdog: Watchdog | undefined;
  readonly #report: ServiceReport;
  readonly #generation: number;
  readonly #uuid: Uint8Array;
  #keyring: Keyring;
  #fifo: Fifo | undefined;
  #stopWanted = false;
  #started = false;
  #ending = false;

  /** @throws the system's error when generation or identity cannot be stored. */
  constructor(parts: DaemonParts) {
    const { settings, speech } = parts;
    this.#parts = parts;
    this.#keyring = parts.keyring;
    allowCoreDumps(settings, speech.say);
    for (const directory of [STATE_DIRECTORY, RUN_DIRECTORY]) {
      mkdirSync(directory, { recursive: true, mode: 0o755 });
    }
    const { wall } = this.#clock.now();
    const { say } = speech;
    this.#generation = nextGeneration(GENERATION_FILE, settings.generationMethod, wall, say);
    say('info', `Heartbeat generation: ${this.#generation}`);
    this.#uuid =
      settings.uuidFrom === 'nodename' ? uuidOfName(settings.localNode) : nodeUuid(UUID_FILE, say);
    this.#report = new ServiceReport(parts.notice, () => this.#loop.view);
    this.#loop = new Loop(createNode(settings), {
      clock: this.#clock,
      alarm: this.#report.through(systemAlarm(() => this.#clock.at())),
      say,
      sayAsScript: (line) => speech.script(line, process.pid),
      keyring: () => this.#keyring,
      logBadPackets: settings.log.logBadPackets,
      oversleep: Math.max(settings.keepalive / 2, OVERSLEEP_LEAST),
      outside: (effect) => this.#perform(effect),
      sent: (message) => {
        if (message.get('t') === HEARTBEAT_TYPE) this.#watchdog?.feed();
      },
    });
    this.#pinger = makePinger(process.pid, say);
    const extra = readExtraSettings();
    for (const problem of extra.problems) say('warn', `sysconfig: ${problem}`);
    this.#media = this.#makeMedia(extra.settings);
    this.#api = this.#makeApi();
    const environment = (): Record<string, string> => childEnvironment(this.#variables());
    const failfast = new Failfast({
      commands: rebootCommands(extra.settings.rebootCommand),
      keepalive: settings.keepalive,
      environment: () => childEnvironment({}),
      say,
      failed: () => this.stop(false),
    });
    this.#clients = new RespawnClients(settings.clients, {
      say,
      clock: () => this.#clock.at(),
      environment,
      record: new ClientRecord(CLIENT_RECORD),
      failfast: (command) => void failfast.reboot(command),
    });
    this.#resources = this.#makeResources(environment, extra.settings);
    this.#scripts = new RcScripts({
      directory: CONFIG_DIRECTORY,
      say,
      log: (line) => speech.script(line, process.pid),
      environment,
    });
    this.#fencing = configuredFencing(settings, say, environment);
    const { watchdog: path, deadtime } = settings;
    this.#watchdog = path === undefined ? undefined : new Watchdog({ path, deadtime, say });
  }

  /** The last events, for the report of a crash. */
  get trace(): readonly string[] {
    return this.#loop.trace;
  }

  /** How many messages were refused on each link, and why; empty when none was. */
  get refused(): readonly string[] {
    return this.#loop.refused;
  }

  /** Opens the FIFO, and wakes the resource runner. @throws Error when there can be no FIFO. */
  async prepare(): Promise<void> {
    const { say } = this.#parts.speech;
    this.#fifo = await openFifo(HEARTBEAT_FIFO, say, (message) => {
      this.#loop.happen({ kind: 'local', message });
    });
    this.#resources.open();
  }

  /**
   * Opens the media, finds out what runs here already, and begins.
   *
   * @throws UnusableMedium for a medium that can never work.
   */
  async start(): Promise<void> {
    enterCoreRoot(this.#parts.settings, this.#parts.speech.say);
    const opening = openInTurn(this.#media);
    // A failure that comes too late to keep us from starting is only told.
    opening.catch((error: unknown) => {
      if (this.#started) this.#parts.speech.say('error', `glib: ${String(error)}`);
    });
    const { held: handed, left: told } = this.#parts;
    const known = handed === undefined ? this.#resources.found() : { held: handed, left: told };
    await Promise.race([opening, delay(OPENING_MAX)]);
    const { held, left } = await known;
    if (this.#ending) return;
    this.#started = true;
    const { incomplete, ...more } = left;
    // Not before the first heartbeat follows at once: it would bite where a medium opens slowly.
    this.#watchdog?.begin();
    this.#loop.happen({
      kind: 'start',
      generation: this.#generation,
      uuid: this.#uuid,
      pid: process.pid,
      seed: randomInt(2 ** 32),
      scripted: this.#scripts.users,
      ...(held === 'none' && handed === undefined ? {} : { resume: held }),
      ...(incomplete === true ? { interrupted: true } : {}),
      ...more,
    });
    this.#report.ready();
    if (this.#stopWanted) this.#loop.happen({ kind: 'stop', keep: false });
  }

  /** SIGTERM, or with `keep` a new configuration. */
  stop(keep: boolean): void {
    if (!this.#started) {
      if (!keep) this.#stopWanted = true;
      return;
    }
    this.#loop.happen({ kind: 'stop', keep });
  }

  /** Signs with these keys from now on. */
  useKeys(keyring: Keyring): void {
    this.#keyring = keyring;
  }

  #makeMedia({ serialRtscts }: ExtraSettings): Medium[] {
    const around: Surroundings = {
      say: this.#parts.speech.say,
      clock: () => this.#clock.at(),
      interfaces: (name) => networkInterface(name),
      received: (medium, arrival) => this.#loop.arrived(medium, arrival),
    };
    return this.#parts.settings.media.map((line) => {
      const serial = { rtscts: serialRtscts };
      const medium = makeMedium(line, around, { pinger: this.#pinger, serial });
      this.#loop.add(medium, isPing(line));
      return medium;
    });
  }

  #makeApi(): ApiServer {
    const { settings, speech } = this.#parts;
    const { apiauth, parameters, deadtime, keepalive, log } = settings;
    const owner = sharedOwner();
    return new ApiServer({
      path: CLIENT_SOCKET,
      ...(owner === undefined ? {} : { owner }),
      settings: {
        apiauth,
        parameters,
        deadtime,
        keepalive,
        version: REFEREE_BUILD,
        logFacility: FACILITY_NUMBER.get(log.facility ?? '') ?? -1,
        processExists: (pid) => processIdentity(pid) !== undefined,
      },
      view: () => this.#loop.view,
      peerOf: (socket) => peerCredentials(socket),
      onLocal: (message) => this.#loop.happen({ kind: 'local', message }),
      log: speech.say,
    });
  }

  #makeResources(environment: () => Record<string, string>, extra: ExtraSettings): Resources {
    const { settings, speech, installation, unmanaged } = this.#parts;
    const jobDone: Parameters<typeof unmanagedResources>[0] = (id, outcome) =>
      this.#loop.happen({ kind: 'jobDone', id, outcome });
    if (unmanaged) return unmanagedResources(jobDone);
    const node = [process.execPath, ...process.execArgv] as const;
    return managedResources({
      command: [...node, installation.runner, ...runnerArguments(extra)],
      environment,
      socket: RUNNER_SOCKET,
      clock: () => this.#clock.at(),
      hello: {
        localNode: settings.localNode,
        environment: this.#variables(),
        orphanedAfter: orphanedAfter(settings.deadtime),
        life: randomUUID(),
      },
      say: speech.say,
      log: (line, pid) => speech.script(line, pid),
      jobDone,
    });
  }

  #variables(): Record<string, string> {
    return clusterEnvironment(this.#parts.settings, this.#parts.installation);
  }

  #perform(effect: OutsideEffect): void {
    switch (effect.kind) {
      case 'notify':
        this.#api.notify(effect.class, effect.message);
        break;
      case 'job':
        // From here on it may take longer than any deadtime (heartbeat 3.0.6 does the same).
        if (effect.job.kind === 'releaseAll') this.#watchdog?.end();
        this.#resources.job(effect.id, effect.job, this.#detoured(effect.environment));
        break;
      case 'script':
        void this.#scripts.run(effect.type, effect.message, this.#detoured(effect.environment));
        break;
      case 'fence':
        void this.#fence(effect.node);
        break;
      case 'communicationUp':
        void this.#openToClients();
        break;
      case 'stopClients':
        void this.#clients.stop().then(() => this.#loop.happen({ kind: 'clientsStopped' }));
        break;
      case 'pauseClients':
        this.#api.pause(effect.paused);
        break;
      case 'exit':
        void this.#finish(effect);
    }
  }

  /** Keeps scripts from waiting for a log disk. */
  #detoured(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return { ...environment, ...this.#parts.speech.detour() };
  }

  async #openToClients(): Promise<void> {
    this.#fencing.begin();
    try {
      await this.#api.open();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#parts.speech.say('error', `Cannot open the client socket: ${text}`);
    }
    await this.#clients.start();
  }

  async #finish(effect: OutsideEffect & { kind: 'exit' }): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#loop.stop();
    await this.close();
    await this.#resources.bye();
    const { restart, held, code, delay: pause, kind, ...left } = effect;
    this.#parts.ended(restart ? { code, next: { delay: pause, held, left } } : { code });
  }

  /** Closes what was opened, but leaves the resources to the runner. */
  async close(): Promise<void> {
    this.#ending = true;
    this.#loop.stop();
    this.#fifo?.close();
    this.#pinger.close();
    this.#fencing.stop();
    this.#watchdog?.end();
    const closing = [this.#api.close(), ...this.#media.map((medium) => medium.close())];
    await Promise.race([
      Promise.allSettled(closing),
      delay(CLOSING_MAX, undefined, { ref: false }),
    ]);
  }

  /**
   * The end of a life that could not begin. A runner that holds nothing is sent home; one that does
   * gives it up when nobody comes back.
   */
  async giveUp(): Promise<void> {
    await this.close();
    const unknown = delay(CLOSING_MAX, 'all' as const, { ref: false });
    const held = await Promise.race([this.#resources.held(), unknown]);
    if (held === 'none') await this.#resources.bye();
  }

  async #fence(node: string): Promise<void> {
    const result = await this.#fencing.fence(node);
    const badHost = result === 'badHost' ? ({ badHost: true } as const) : {};
    this.#loop.happen({ kind: 'fenced', node, ok: result === 'ok', ...badHost });
  }
}
