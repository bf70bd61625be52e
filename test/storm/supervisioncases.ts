/** Which processes of a node die, and what is then to become of what it holds. */

import type { Storm } from './storm.js';

/** The node under fire is the first director, which has its own group. */
export type Outcome =
  /** Nothing moves, no script runs. */
  | 'adopted'
  /** Everything is stopped there before the other node starts it. */
  | 'released'
  /** Nobody is left to stop anything: both hold it until somebody says `heartbeat -k`. */
  | 'orphaned';

export interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  /** In one shell on the node, with the functions of `DEATHS`. */
  readonly script: string;
  /** Repairs what the script has broken, before the stop. */
  readonly mend?: string;
  /** How it is stopped afterwards. */
  readonly stop: 'init' | 'command';
}

/**
 * What the scripts of the cases use: `every CLASS...` prints pids, `slay CLASS...` kills all of
 * them at once.
 */
export const DEATHS = `
every() {
	for class; do
		case $class in
		daemon) sed 's/ *//' /var/run/heartbeat.pid ;;
		supervisor) pgrep -f '/heartbeat/[s]upervisor /' ;;
		runner) pgrep -f '/runner[.]cjs' ;;
		node)
			for exe in /proc/[0-9]*/exe; do
				case $(readlink "$exe") in */node) pid=\${exe%/exe} && echo "\${pid#/proc/}" ;; esac
			done
			;;
		esac
	done
}
slay() {
	kill -9 $(every "$@")
}
`;

export const CASES: readonly Case[] = [
  {
    name: 'kill -9 of the daemon',
    outcome: 'adopted',
    script: 'slay daemon',
    stop: 'init',
  },
  {
    name: 'SIGABRT of the daemon, as when memory is out',
    outcome: 'adopted',
    script: 'kill -ABRT $(every daemon)',
    stop: 'command',
  },
  {
    name: 'uncaught exception in the daemon',
    outcome: 'adopted',
    script: 'kill -PWR $(every daemon)',
    stop: 'init',
  },
  {
    name: 'kill -9 of the process group of the daemon',
    outcome: 'adopted',
    script: 'kill -9 -- -$(every daemon)',
    stop: 'command',
  },
  {
    name: 'kill -9 of the runner',
    outcome: 'adopted',
    script: 'slay runner',
    stop: 'init',
  },
  {
    name: 'kill -9 of the supervisor',
    outcome: 'adopted',
    script: 'slay supervisor',
    stop: 'command',
  },
  {
    name: 'kill -9 of daemon and runner',
    outcome: 'adopted',
    script: 'slay daemon runner',
    stop: 'init',
  },
  {
    name: 'kill -9 of supervisor and runner',
    outcome: 'adopted',
    script: 'slay supervisor runner',
    stop: 'command',
  },
  {
    name: 'kill -9 of every node on the machine',
    outcome: 'adopted',
    script: 'slay node',
    stop: 'init',
  },
  {
    name: 'kill -9 of the daemon, and of the next one as it starts',
    outcome: 'adopted',
    script: `slay daemon
      until pid=$(pgrep -f '[h]eartbeat.cjs .*--daemon --crashed=1$' | tail -n 1) &&
        [ -n "$pid" ] && ! grep -q supervisor "/proc/$pid/cmdline"; do sleep 0.02; done
      kill -9 "$pid"`,
    stop: 'init',
  },
  {
    name: 'kill -9 of daemon and supervisor',
    outcome: 'released',
    script: 'slay supervisor daemon',
    stop: 'init',
  },
  {
    name: 'kill -9 of the daemon, whose configuration is broken',
    outcome: 'released',
    script: 'rm /etc/ha.d/authkeys; slay daemon',
    stop: 'command',
  },
  {
    name: 'kill -9 of the daemon, which is not installed any more',
    outcome: 'released',
    script: 'mv /usr/lib/ts-heartbeat/heartbeat.cjs /root/; slay daemon',
    mend: 'mv /root/heartbeat.cjs /usr/lib/ts-heartbeat/',
    stop: 'init',
  },
  {
    name: 'kill -9 of daemon and runner, and no program starts',
    outcome: 'released',
    script: 'mv /usr/lib/ts-heartbeat /root/; slay daemon runner',
    mend: 'mv /root/ts-heartbeat /usr/lib/',
    stop: 'command',
  },
  {
    name: 'kill -9 of every daemon that starts',
    outcome: 'released',
    script: `slay daemon
      end=$(($(date +%s) + 8))
      while [ "$(date +%s)" -lt "$end" ]; do
        for pid in $(pgrep -f '^heartbeat: master'); do kill -9 "$pid"; done
        sleep 0.02
      done`,
    stop: 'command',
  },
  {
    name: 'kill -9 of daemon, runner and supervisor',
    outcome: 'orphaned',
    script: 'slay supervisor daemon runner',
    stop: 'command',
  },
  {
    name: 'kill -9 of daemon, runner and supervisor, and a start',
    outcome: 'adopted',
    script: 'slay supervisor daemon runner; /etc/init.d/heartbeat start',
    stop: 'init',
  },
];

/** What a node's heartbeat is started with, so that it can be told to throw. */
export const THROWING = {
  path: '/etc/storm-throw.cjs',
  text: `process.on('SIGPWR', () => {\n  throw new Error('thrown by a test');\n});\n`,
} as const;

/** What is left on a node of ours: processes, one on a line. */
export async function leftovers(storm: Storm, node: 'loadbalancer' | 'backup'): Promise<string> {
  const script = `for p in /proc/[0-9]*; do
    line=$(tr '\\0' ' ' <"$p/cmdline" 2>/dev/null)
    case $line in
    *storm-left*) ;;
    */usr/lib/ts-heartbeat/* | *heartbeat/supervisor* | 'heartbeat: '* | */ipfail* | *resource.d/*)
      echo "\${p#/proc/} $line" ;;
    esac
  done
  [ ! -e /var/run/heartbeat.pid ] || echo pid file
  [ ! -e /var/run/heartbeat/rsctmp/runner.journal ] || echo journal
  ls /run/storm.*.* 2>/dev/null
  : storm-left`;
  const { stdout } = await storm.run(node, 'sh', '-c', script);
  return stdout.trim().replaceAll('\n', '; ');
}
