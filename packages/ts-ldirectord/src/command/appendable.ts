/** Asks whether files can be appended to, without waiting for a disk that stands still. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '@ts-heartbeat/platform/child';
import { readable } from './bytes.js';
import { plainEnvironment } from './environment.js';

/** A disk needs milliseconds; one that stands still is no error of the configuration. */
const LIMIT_MS = 2_000;
/** From the order to end to the kill: it holds nothing. */
const GRACE_MS = 100;
const OUTPUT_BYTES_MAX = 65_536;

/**
 * For each file: it is made if need be (ldirectord 4.12), and what cannot be opened is opened again
 * by a program that says why. That one waits neither for the reader of a FIFO nor for a terminal.
 */
const SCRIPT = `
for file; do
  if { [ -f "$file" ] || [ ! -e "$file" ]; } && true >>"$file"; then
    echo
  else
    dd of="$file" conv=notrunc oflag=append,nonblock,noctty count=0 status=none </dev/null 2>&3 ||
      continue
    echo >&3
  fi
done 3>&1 2>/dev/null
`;

/** Why each cannot be opened for appending, in the words of libc; undefined where it can. */
export async function appendErrors(
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  if (paths.length === 0) return [];
  const child = runChild({
    argv: ['/bin/sh', '-c', SCRIPT, 'sh', ...paths.map(readable)],
    environment: { ...plainEnvironment(process.env), LC_ALL: 'C' },
    stdout: { firstBytes: OUTPUT_BYTES_MAX },
    deadlineMs: LIMIT_MS,
    graceMs: GRACE_MS,
  });
  // Not even a kill ends a process that waits for a frozen disk.
  const end = await Promise.race([
    child,
    sleep(LIMIT_MS + 2 * GRACE_MS, undefined, { ref: false }),
  ]);
  const answers = (end?.stdout ?? '').split('\n');
  // `dd: failed to open 'PATH': No such file or directory`
  return paths.map((_, index) => /: ([^:]+)$/.exec(answers[index] ?? '')?.[1]);
}
