/** Checks by a program of the user: checktype external and external-perl. */
import { type Child, signalGroup, startChild } from '@ts-heartbeat/platform/child';
import { readable } from '../command/bytes.js';
import type { CheckResult, ExternalSpec } from './check.js';
import { inheritedEnvironment } from './environment.js';
import { type Probe, runProbe } from './probe.js';
import { type ProgramPlace, ProgramPlaces } from './programplaces.js';

/** From SIGTERM to SIGKILL for the group of a program that was too slow. */
const GRACE_MS = 1000;

/**
 * A file of checktype external-perl is the body of a function: it may return, it may exit, and it
 * finds its arguments in both places (ldirectord 4.12).
 */
const RUN_PERL = `
  my $file = shift @ARGV;
  open my $in, "<", $file or die "cannot open $file: $!\\n";
  my $body = do { local $/; <$in> };
  close $in;
  my $check = eval "sub { \\@ARGV = \\@_;\\n# line 1 \\"$file\\"\\n$body\\n}";
  die $@ unless $check;
  my @words = @ARGV;
  $check->(@words);
  exit 0;
`;

const places = new ProgramPlaces();
const running = new Set<Child>();
let endsThem = false;

/**
 * Up when the program exits with 0. Its output goes nowhere. Over its time it is stopped, with all
 * its group. The time begins when it is started: the wait for a place is not the server's fault.
 * Never rejects.
 */
export async function runExternal(spec: ExternalSpec, signal: AbortSignal): Promise<CheckResult> {
  const place = await places.take(JSON.stringify([spec.command, spec.args]), signal);
  if (place === undefined) return { up: false, message: 'given up', ms: 0 };
  return runProbe(externalProbe(spec, place), spec.timeout, signal);
}

function externalProbe(spec: ExternalSpec, place: ProgramPlace): Probe {
  const command = readable(spec.command);
  const argv: readonly [string, ...string[]] = spec.perl
    ? ['perl', '-e', RUN_PERL, '--', command, ...spec.args]
    : [command, ...spec.args];
  return (settle) => {
    const child = startProgram(argv);
    let stopped = false;
    void child.end.then((end) => {
      running.delete(child);
      place.leave(stopped);
      if (end.failure !== undefined) {
        settle({ up: false, message: `${argv[0]}: ${end.failure}`, impossible: true });
      } else {
        settle({ up: end.code === 0, message: `exit code ${end.code ?? end.signal}` });
      }
    });
    return () => {
      stopped = running.has(child);
      child.stop();
    };
  };
}

function startProgram(argv: readonly [string, ...string[]]): Child {
  const child = startChild({ argv, environment: inheritedEnvironment(), graceMs: GRACE_MS });
  running.add(child);
  if (!endsThem) process.once('exit', killAll);
  endsThem = true;
  return child;
}

/** The daemon ends before the grace is over: nobody would be left to end them. */
function killAll(): void {
  for (const { pid } of running) if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}
