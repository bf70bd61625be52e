/**
 * The life of the daemon: it reads its configuration, follows it, reads it again when told or when
 * the file changes, and leaves the table in order. What is done in between the director decides.
 */
import { reportFailure, reportUp } from '@ts-heartbeat/platform/daemon';
import { onSignals } from '@ts-heartbeat/platform/signals';
import { readable } from './command/bytes.js';
import { hostName } from './command/gather.js';
import type { Handover } from './command/handover.js';
import { type ReadResult, readConfiguration } from './command/read.js';
import { OWN_VERSION } from './command/version.js';
import { printProblem, upToFirstError } from './config/problem.js';
import { findIpvsadm, Ipvsadm } from './ipvs/ipvsadm.js';
import { openDirectorLog } from './logfile.js';
import { enterPidFile, leavePidFile, pidFilePath } from './pidfile.js';
import { Service } from './service.js';

/** Exit codes of ldirectord 4.12. */
const EXIT_CONFIGURATION = 2;
const EXIT_INITIALISATION = 1;

/** What ends the daemon in order (ldirectord 4.12); those that only a fault raises are left out. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSYS', 'SIGXCPU', 'SIGXFSZ'] as const;

/**
 * Runs the daemon to its end and returns the exit code.
 *
 * @param first what the command has read already, when it becomes the daemon itself
 */
export async function runDaemon(handover: Handover, first?: ReadResult): Promise<number> {
  const { name, debug, foreground } = handover;
  const options = { hostName: hostName(process.env), debug };
  const result = first ?? (await readConfiguration(handover, options));
  if (!result.configuration) {
    const lines = upToFirstError(result.problems).map((found) => printProblem(found, process.pid));
    await reportFailure(readable(lines.join('\n')));
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
  const service = new Service({ handover, log, ipvs: new Ipvsadm(ipvsadm), ...options });
  const signals = takeSignals(service);
  process.on('uncaughtException', (error) => {
    // The kernel goes on with the table as it is, and the next start takes it over.
    log.write(`unexpected error: ${error.stack ?? error.message}`);
    process.exit(EXIT_INITIALISATION);
  });
  reportUp();
  const ended = await service.run(result.configuration, result);
  signals();
  if (!foreground) leavePidFile(name);
  await ended.close();
  return 0;
}

function takeSignals(service: Service): () => void {
  const ending = ENDING.map((signal) => [signal, () => service.stop(signal.slice(3))] as const);
  return onSignals({
    ...Object.fromEntries(ending),
    SIGHUP: () => service.reloadOnSignal(),
    SIGPIPE: 'ignore',
    SIGUSR1: 'ignore',
  });
}
