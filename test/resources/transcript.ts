/** Runs shell text in namespaces of its own and returns what it said, to be compared as a whole. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const SCRIPTS = `${SOURCES}/packages/ts-resource-runner/scripts`;

/** The shells that /bin/sh is on one system or another, as a command to put before a script. */
export const SHELLS = ['dash', 'bash --posix', 'busybox sh'] as const;

/** No transcript takes longer. */
const TIME_MS_MAX = 60_000;

/**
 * `call PROGRAM ARGUMENT...` runs one of our scripts with the shell of the test and prints its
 * arguments, exit code, output and errors. `addresses` prints the IPv4 addresses but those of lo.
 * `$work` is an empty directory; logs go to `$work/log`, without dates and pids by `logged`.
 */
const PRELUDE = `
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HA_DIR=$work/ha.d HA_FUNCS=$scripts/shellfuncs HA_RSCTMP=$work/tmp HA_FIFO=$work/fifo
export HA_LOGFILE=$work/log HA_DEBUGLOG=$work/debug HA_DATEFMT=@ HA_NOARCHBIN=$scripts/share
mkdir -p "$HA_DIR/resource.d" "$HA_DIR/rc.d" "$HA_DIR/conf" "$HA_RSCTMP" "$work/bin"
PATH=$work/bin:$PATH
: >"$HA_LOGFILE"
# Whatever goes wrong here, nobody reboots.
for program in /sbin/reboot /sbin/init; do
  [ ! -e "$program" ] || mount --bind /bin/true "$program" || exit 1
done
ip link set lo up
network() {
  ip link add eth0 type veth peer name peer0
  ip link set eth0 up
  ip link set peer0 up
  ip addr add 192.168.136.11/24 brd + dev eth0
}
program() {
  cat >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}
call() {
  call_path=$scripts/$1
  shift
  call_out=$($shell "$call_path" "$@" 2>"$work/err" </dev/null)
  echo "[$*] $? <$call_out>"
  sed "s,^,  ! ,;s,$scripts,SCRIPTS,g;s,$work,WORK,g" "$work/err"
}
addresses() {
  ip -o -4 addr show | sed -n '/ lo /d;s/\\\\.*//;s/ *$//;s/^[0-9]*: \\([^ ]*\\) *inet /  \\1 /p'
}
logged() {
  sed "s/\\[[0-9]*\\]//;s,$scripts,SCRIPTS,g;s,$work,WORK,g;s/^@ /  /" "$HA_LOGFILE"
  : >"$HA_LOGFILE"
}
# Waits until the condition holds, ten seconds at most.
until_true() {
  until_left=500
  until "$@" || [ "$until_left" -eq 0 ]; do
    sleep 0.02
    until_left=$((until_left - 1))
  done
}
`;

/** What the text prints, standard output and errors as they come. Throws if it does not end well. */
export function transcript(shell: string, text: string): string {
  const work = mkdtempSync(`${os.tmpdir()}/resources-`);
  try {
    const settings = `work='${work}' scripts='${SCRIPTS}' sources='${SOURCES}' shell='${shell}'\n`;
    const { status, stdout, stderr, error } = spawnSync(
      'unshare',
      // Every process that a script leaves behind ends with the pid namespace.
      ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-s'],
      {
        input: `${settings}${PRELUDE}${text}`,
        encoding: 'utf8',
        timeout: TIME_MS_MAX,
        // SIGTERM is ignored by unshare while it waits for its child.
        killSignal: 'SIGKILL',
      },
    );
    if (status !== 0) {
      throw new Error(`ended with ${error?.message ?? status}:\n${stdout}\n${stderr}`);
    }
    return `${stdout}${stderr}`.replaceAll(SCRIPTS, 'SCRIPTS').replaceAll(work, 'WORK');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** An expected transcript, free of the indentation it has in a test. */
export function lines(...expected: readonly string[]): string {
  return `${expected.join('\n')}\n`;
}
