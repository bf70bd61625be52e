/**
 * The life of the daemon: it reads its configuration, follows it, reads it again when told or when
 * the file changes, and leaves the table in order. What is done in between the director decides.
 */
import { writeFileSync } from 'node:fs';
import { systemClock } from '@ts-heartbeat/platform/clock';
import { reportFailure, reportUp } from '@ts-heartbeat/platform/daemon';
import { ServiceNotice, takeServicePlace } from '@ts-heartbeat/platform/servicenotice';
import { onSignals } from '@ts-heartbeat/platform/signals';
import { readable } from './command/bytes.js';
import { hostName } from './command/gather.js';
import type { Handover } from './command/handover.js';
import { type ReadResult, readConfiguration } from './command/read.js';
import { readTlsOptions } from './command/tlsoptions.js';
import { OWN_VERSION } from './command/version.js';
import type { Configuration } from './config/config.js';
import { printProblem, upToFirstError } from './config/problem.js';
import { findIpvsadm, Ipvsadm } from './ipvs/ipvsadm.js';
import { openDirectorLog } from './logfile.js';
import { enterPidFile, leavePidFile, pidFilePath } from './pidfile.js';
import { Service } from './service.js';
import { keepHeapSmall } from './smallheap.js';

/** Exit codes of ldirectord 4.12. */
const EXIT_CONFIGURATION = 2;
const EXIT_INITIALISATION = 1;

/** A service manager is told that we live at least this often. */
const SIGN_INTERVAL_MS = 1000;

/** What ends the daemon in order (ldirectord 4.12); those that only a fault raises are left out. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSYS', 'SIGXCPU', 'SIGXFSZ'] as const;

/**
 * Runs the daemon to its end and returns the exit code.
 *
 * @param first what the command has read already, when it becomes the daemon itself
 */
export async function runDaemon(handover: Handover, first?: ReadResult): Promise<number> {
  keepHeapSmall();
  const { name, debug, foreground } = handover;
  nameProcess();
  const signals = new Signals();
  const notice = new ServiceNotice(takeServicePlace(process.env));
  const options = { hostName: hostName(process.env), debug };
  const result = first ?? (await readConfiguration(handover, options));
  if (!result.configuration) {
    const lines = upToFirstError(result.problems).map((found) => printProblem(found, process.pid));
    await reportFailure(readable(lines.join('\n')));
    return EXIT_CONFIGURATION;
  }
  const tls = readTlsOptions();
  if (tls.problem !== undefined) {
    await reportFailure(tls.problem);
    return EXIT_CONFIGURATION;
  }
  const ipvsadm = findIpvsadm();
  if (ipvsadm === undefined) {
    await reportFailure('Can not find ipvsadm');
    return EXIT_INITIALISATION;
  }
  if (!foreground) {
    try {
      if (!enterPidFile(name)) return 0;
    } catch {
      await reportFailure(`Can not open ${pidFilePath(name)}`);
      return EXIT_INITIALISATION;
    }
  }
  const target = { ...result.log, supervised: foreground };
  const log = await openDirectorLog(target, { name, debug, lasting: true });
  log.write(`${OWN_VERSION} on Node.js ${process.version}`);
  const ipvs = new Ipvsadm(ipvsadm);
  const service = new Service({ handover, log, ipvs, tls: tls.rules, ...options });
  process.on('uncaughtException', (error) => {
    // The kernel goes on with the table as it is, and the next start takes it over.
    log.write(`unexpected error: ${error.stack ?? error.message}`);
    process.exit(EXIT_INITIALISATION);
  });
  // Before the command that started us ends: it is the service's main process until then.
  notice.status(statusLine(result.configuration));
  notice.ready(process.pid);
  const signs = giveSignsOfLife(notice);
  reportUp();
  const running = service.run(result.configuration, result);
  signals.follow(service, notice);
  const ended = await running;
  signals.drop();
  clearInterval(signs);
  if (!foreground) leavePidFile(name);
  await ended.close();
  return 0;
}

/** `watching 2 virtual services on 4 real servers` */
function statusLine({ virtuals }: Configuration): string {
  const reals = virtuals.reduce((sum, virtual) => sum + virtual.reals.length, 0);
  return `watching ${virtuals.length} virtual services on ${reals} real servers`;
}

/** Tells the service manager that the event loop turns, if it wants to know. */
function giveSignsOfLife(notice: ServiceNotice): NodeJS.Timeout {
  const { at } = systemClock();
  return setInterval(() => notice.alive(at()), SIGN_INTERVAL_MS).unref();
}

/** `ps` and `killall` know the genuine program by this name; it is not the main thread's by itself. */
function nameProcess(): void {
  try {
    writeFileSync('/proc/self/comm', 'ldirectord');
  } catch {
    // Only for the eye.
  }
}

/** The signals of a daemon's life. Those that come before it can follow them are kept until then. */
class Signals {
  readonly #early: NodeJS.Signals[] = [];
  #take = (signal: NodeJS.Signals): void => {
    if (!this.#early.includes(signal)) this.#early.push(signal);
  };
  readonly drop: () => void;

  constructor() {
    const taken = [...ENDING, 'SIGHUP' as const].map((signal) => {
      return [signal, () => this.#take(signal)] as const;
    });
    const ignored = { SIGPIPE: 'ignore', SIGUSR1: 'ignore' } as const;
    this.drop = onSignals({ ...Object.fromEntries(taken), ...ignored });
  }

  follow(service: Service, notice: ServiceNotice): void {
    this.#take = (signal) => {
      if (signal === 'SIGHUP') {
        notice.reloading();
        void service.reloadOnSignal().then(() => notice.ready());
        return;
      }
      notice.stopping();
      service.stop(signal.slice(3));
    };
    for (const signal of this.#early.splice(0)) this.#take(signal);
  }
}
