/** The ping check: an ICMP echo is answered. */
import { startChild } from '@ts-heartbeat/platform/child';
import type { PingSpec } from './check.js';
import { Echoes } from './echoes.js';
import { inheritedEnvironment } from './environment.js';
import type { Finding, Probe, Settle } from './probe.js';

/** From SIGTERM to SIGKILL for a ping program that was too slow. */
const GRACE_MS = 500;
const DATA_BYTES = '64';

const shared = new Echoes();

/** One try; settles once, and returns the way to give it up. */
type Try = (settle: Settle) => () => void;

/**
 * Up at the first answer; `count` tries of `timeout` each, one after the other (ldirectord 4.12).
 * Where ICMP sockets are not permitted, by the system's ping program.
 */
export function pingProbe(spec: PingSpec, echoes = shared): Probe {
  const tryOnce: Try = (settle) => byEcho(spec, echoes, settle) ?? byProgram(spec, settle);
  return (settle) => {
    let close = (): void => {};
    let ended = false;
    const begin = (left: number): void => {
      close = tryOnce((finding) => {
        if (ended) return;
        if (finding.up || finding.impossible === true || left <= 1) settle(finding);
        else begin(left - 1);
      });
    };
    begin(spec.count);
    return () => {
      ended = true;
      close();
    };
  };
}

function byEcho(spec: PingSpec, echoes: Echoes, settle: Settle): (() => void) | undefined {
  // The kernel is to be told of no scope here; the program knows them.
  if (spec.address.includes('%')) return undefined;
  return echoes.ask(spec.address, spec.timeout, (outcome) => {
    if ('trouble' in outcome) settle({ up: false, message: outcome.trouble });
    else settle({ up: outcome.answered, message: outcome.answered ? '' : 'no answer' });
  });
}

function byProgram({ address, timeout }: PingSpec, settle: Settle): () => void {
  const seconds = String(Math.ceil(timeout / 1000));
  const child = startChild({
    argv: ['ping', '-n', '-q', '-c', '1', '-s', DATA_BYTES, '-W', seconds, address],
    environment: inheritedEnvironment(),
    graceMs: GRACE_MS,
  });
  void child.end.then((end) => settle(findingOf(end)));
  return () => child.stop();
}

function findingOf(end: { readonly failure?: string; readonly code: number | null }): Finding {
  if (end.failure !== undefined) {
    return { up: false, message: `ping: ${end.failure}`, impossible: true };
  }
  return { up: end.code === 0, message: end.code === 0 ? '' : 'no answer' };
}
