/** Checks by a program: checktype external and external-perl, and ping by the system's program. */
import { startChild } from '@ts-heartbeat/platform/child';
import { readable } from '../command/bytes.js';
import type { ExternalSpec, PingSpec } from './check.js';
import { inheritedEnvironment } from './environment.js';
import type { Finding, Probe } from './probe.js';

/** From SIGTERM to SIGKILL for the group of a program that was too slow. */
const GRACE_MS = 1000;

/**
 * Up when the program exits with 0 (ldirectord 4.12). A Perl file is run by perl, so that it needs
 * no execute permission.
 */
export function externalProbe(spec: ExternalSpec): Probe {
  const command = readable(spec.command);
  const program: [string, ...string[]] = spec.perl
    ? ['perl', command, ...spec.args]
    : [command, ...spec.args];
  return (settle) => runProgram(program, settle);
}

/** Up at the first answer; `count` tries one after the other. */
export function pingProbe(spec: PingSpec): Probe {
  return (settle) => {
    let close = (): void => {};
    let ended = false;
    let left = spec.count;
    const seconds = String(Math.ceil(spec.timeout / 1000));
    const argv = ['ping', '-n', '-q', '-c', '1', '-W', seconds, spec.address] as const;
    const tryOnce = (): void => {
      left -= 1;
      close = runProgram([...argv], (finding) => {
        if (ended) return;
        if (finding.up || finding.impossible === true || left <= 0) settle(finding);
        else tryOnce();
      });
    };
    tryOnce();
    return () => {
      ended = true;
      close();
    };
  };
}

function runProgram(
  argv: readonly [string, ...string[]],
  done: (finding: Finding) => void,
): () => void {
  const child = startChild({ argv, environment: inheritedEnvironment(), graceMs: GRACE_MS });
  void child.end.then((end) => {
    if (end.failure !== undefined) {
      done({ up: false, message: `${argv[0]}: ${end.failure}`, impossible: true });
    } else {
      done({ up: end.code === 0, message: `exit code ${end.code ?? end.signal}` });
    }
  });
  return () => child.stop();
}
