/** The client ipfail: gives resources up when the other node reaches more of the network. */
import {
  begin,
  type Connectivity,
  type Decision,
  onHappening,
  onTime,
  type Present,
  wakeAt,
} from '@ts-heartbeat/core/connectivity/decision';
import { CLIENT_NAME, happeningOf } from '@ts-heartbeat/core/connectivity/happening';
import type { Severity } from '@ts-heartbeat/core/log';
import { FIELD } from '@ts-heartbeat/core/message/fields';
import type { Message } from '@ts-heartbeat/core/message/message';
import { systemClock } from '@ts-heartbeat/platform/clock';
import {
  clusterTargets,
  type Logger,
  openLog,
  speaker,
  stderrTarget,
} from '@ts-heartbeat/platform/log';
import { CLIENT_SOCKET } from '@ts-heartbeat/platform/paths';
import { makeWakeup, systemAlarm } from '@ts-heartbeat/platform/wakeup';

import { ClientError, HeartbeatClient } from './client.js';
import { isYes } from './yesno.js';

/** Exit codes of ipfail; heartbeat does not start it again after `never` (heartbeat 3.0.6). */
const EXIT = { ok: 0, failed: 1, noNodeName: 19, never: 100 } as const;

/** Happenings that may wait while the daemon is asked; far more than a takeover makes. */
const BACKLOG_MAX = 1000;

type Environment = Readonly<Record<string, string | undefined>>;

/** What ipfail is started with beside its environment. */
export interface IpfailOptions {
  readonly socketPath?: string;
  /** Ends it in an orderly way: SIGTERM or SIGINT. */
  readonly stop?: AbortSignal;
  /** Where it says what it does; from the environment when absent. */
  readonly log?: Pick<Logger, 'log'>;
}

/**
 * Runs until it is stopped or the daemon ends; gives the exit code. Works with genuine daemons and
 * with ours, and talks to the genuine ipfail of the other node.
 */
export async function main(environment: Environment, options: IpfailOptions = {}): Promise<number> {
  if (options.log !== undefined) return run(options.log, options);
  const log = logOf(environment);
  try {
    return await run(log, options);
  } finally {
    await log.close();
  }
}

async function run(log: Pick<Logger, 'log'>, options: IpfailOptions): Promise<number> {
  const say: Say = (severity, text) => log.log(severity, text);
  say('debug', `PID=${process.pid}`);
  say('debug', 'Signing in with heartbeat');
  const backlog: Message[] = [];
  const ended = new AbortController();
  options.stop?.addEventListener('abort', () => ended.abort());
  let watch: Watch | undefined;
  let client: HeartbeatClient;
  try {
    client = await HeartbeatClient.signOn({
      name: CLIENT_NAME,
      socketPath: options.socketPath ?? CLIENT_SOCKET,
      onEvent: (message) => {
        if (watch !== undefined) watch.hear(message);
        else if (backlog.length < BACKLOG_MAX) backlog.push(message);
      },
      onClose: () => ended.abort(),
    });
  } catch (error) {
    say('error', 'Cannot sign on with heartbeat');
    say('error', `REASON: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.failed;
  }
  try {
    const state = await prepare(client, say);
    if (typeof state === 'number') return state;
    watch = new Watch(client, state, say);
    for (const message of backlog.splice(0)) watch.hear(message);
    say('debug', 'Waiting for messages...');
    await watch.until(ended.signal);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    say('error', `Lost heartbeat: ${error.message}`);
    return EXIT.failed;
  } finally {
    watch?.end();
    await client.signOff();
  }
  if (options.stop?.aborted) return EXIT.ok;
  say('error', 'Lost heartbeat: the daemon closed the connection');
  return EXIT.failed;
}

/** The log targets that heartbeat names in its children's environment; else standard error. */
function logOf(environment: Environment): Logger {
  const logfile = environment.HA_logfile ?? environment.HA_LOGFILE;
  const debugfile = environment.HA_debugfile ?? environment.HA_DEBUGLOG;
  const facility = environment.HA_logfacility ?? environment.HA_LOGFACILITY;
  const syslogFormat = isYes(environment.HA_syslogmsgfmt ?? 'true') ?? true;
  const who = speaker(CLIENT_NAME);
  const targets = clusterTargets(who, {
    ...(logfile === undefined ? {} : { logfile }),
    ...(debugfile === undefined ? {} : { debugfile }),
    ...(facility === undefined ? {} : { facility }),
    syslogFormat,
  });
  return openLog(targets.length > 0 ? targets : [stderrTarget(who, syslogFormat, 'debug')]);
}

type Say = (severity: Severity, text: string) => void;

/** Asks what must be known before the first comparison; gives an exit code when that ends it. */
async function prepare(client: HeartbeatClient, say: Say): Promise<Connectivity | number> {
  const [resources] = await client.request('getrsc');
  if (resources?.get(FIELD.resourcesHeld) === undefined) {
    say('error', 'No managed resources');
    return EXIT.never;
  }
  const { node: localNode, keepaliveMs: keepalive } = client.daemon;
  if (localNode === '') {
    say('error', 'Cannot get my nodeid');
    return EXIT.noNodeName;
  }
  say('debug', `[We are ${localNode}]`);
  const autoFailback = await readAutoFailback(client, say);
  if (autoFailback === undefined) return EXIT.never;
  say('debug', 'Setting message filter mode');
  await client.request('setfilter', { [FIELD.filterMask]: '1' });
  say('debug', 'Starting node walk');
  const nodes = [];
  // From the end, as the client library walks: of several other nodes the last is the partner.
  for (const reply of [...(await client.request('nodelist'))].reverse()) {
    const name = reply.get(FIELD.node) ?? '';
    const type = await typeOf(client, name, reply);
    const status = reply.get(FIELD.status) ?? (await statusOf(client, name));
    say('debug', `Cluster node: ${name}: status: ${status}`);
    nodes.push({ name, type, status });
  }
  const state = begin({ localNode, autoFailback, keepalive, nodes });
  if (state.partner !== undefined) say('debug', `[They are ${state.partner}]`);
  say('debug', 'Setting message signal');
  await client.request('setsignal', { [FIELD.signal]: '0' });
  return state;
}

/** Daemons before 3.0 list names only, and are asked for the rest. */
async function typeOf(
  client: HeartbeatClient,
  node: string,
  listed: Message,
): Promise<'normal' | 'ping'> {
  const said = listed.get(FIELD.nodeType);
  if (said !== undefined) return said === 'ping' ? 'ping' : 'normal';
  const [reply] = await client.request('nodetype', { node });
  return reply?.get(FIELD.nodeType) === 'ping' ? 'ping' : 'normal';
}

async function statusOf(client: HeartbeatClient, node: string): Promise<string> {
  const [reply] = await client.request('nodestatus', { node });
  return reply?.get(FIELD.status) ?? '';
}

/** undefined: a value with which ipfail does not work. An absent one counts as off. */
async function readAutoFailback(client: HeartbeatClient, say: Say): Promise<boolean | undefined> {
  const [reply] = await client.request('getparm', { [FIELD.parameterName]: 'auto_failback' });
  const value = reply?.get(FIELD.parameterValue);
  if (value === undefined) {
    say('error', "Couldn't get auto_failback setting.");
    return false;
  }
  if (value.toLowerCase() === 'legacy') {
    say('error', 'auto_failback set to incompatible legacy option.');
    return undefined;
  }
  const on = isYes(value);
  if (on === undefined) say('error', ` invalid auto_faiback value(${value})`);
  else say('debug', `auto_failback -> ${on ? 1 : 0} (${value})`);
  return on;
}

/** Feeds the decision with what happens and with time, and does what it decides. */
class Watch {
  readonly #client: HeartbeatClient;
  readonly #say: Say;
  readonly #clock = systemClock();
  readonly #wakeup = makeWakeup(systemAlarm(this.#clock.at), () => this.#enqueue(undefined));
  readonly #failed = new AbortController();
  #state: Connectivity;
  #waiting = 0;
  #ended = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(client: HeartbeatClient, state: Connectivity, say: Say) {
    this.#client = client;
    this.#state = state;
    this.#say = say;
  }

  /** Takes a message of the daemon. */
  hear(message: Message): void {
    this.#enqueue(message);
  }

  /** Resolves when the signal comes; rejects when the daemon can no longer be asked. */
  async until(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      this.#failed.signal.addEventListener('abort', () => reject(this.#failed.signal.reason));
    });
  }

  end(): void {
    this.#ended = true;
    this.#wakeup.set(undefined);
  }

  /** One after the other, in the order of their coming: a step may have to ask the daemon. */
  #enqueue(message: Message | undefined): void {
    if (this.#waiting >= BACKLOG_MAX) return;
    this.#waiting += 1;
    this.#turn = this.#turn
      .then(() => this.#step(message))
      .catch((error: unknown) => this.#failed.abort(error))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #step(message: Message | undefined): Promise<void> {
    if (this.#ended) return;
    if (message === undefined) {
      this.#keep(onTime(this.#state, await this.#present(true)));
      return;
    }
    const happening = happeningOf(message);
    if (happening === undefined) return;
    // Only a comparison depends on the resources.
    const present = await this.#present(happening.kind === 'count');
    this.#keep(onHappening(this.#state, happening, present));
  }

  async #present(askResources: boolean): Promise<Present> {
    if (!askResources) return { at: this.#clock.at(), resources: '' };
    const [reply] = await this.#client.request('getrsc');
    return { at: this.#clock.at(), resources: reply?.get(FIELD.resourcesHeld) ?? '' };
  }

  #keep({ state, effects }: Decision): void {
    if (this.#ended) return;
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'log') this.#say(effect.severity, effect.text);
      else this.#client.send(effect.message);
    }
    this.#wakeup.set(wakeAt(state));
  }
}
