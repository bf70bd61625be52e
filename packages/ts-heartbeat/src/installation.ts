/** Where the parts of the installed tree are, seen from the program that runs. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Installation {
  /** This very program, to start it again. */
  readonly daemon: string;
  /** The resource runner's bundle. */
  readonly runner: string;
  /** The shell script that starts the daemon again after a crash. */
  readonly supervisor: string;
  /** `usr/lib/heartbeat`: ipfail and the like. */
  readonly programs: string;
  /** Where resource scripts look for `findif` and `send_arp`: their `HA_BIN`. */
  readonly agents: string;
  /** `usr/share/heartbeat`: ResourceManager and the like. */
  readonly scripts: string;
}

/** Where the package resource-agents, which distributions separate from heartbeat, has them. */
const AGENTS_OF_DISTRIBUTION = '/usr/libexec/heartbeat';

/** OCF agents need more than `findif` and `send_arp`: where they are installed, all is there. */
function agentsDirectory(programs: string): string {
  return existsSync(join(AGENTS_OF_DISTRIBUTION, 'findif')) ? AGENTS_OF_DISTRIBUTION : programs;
}

/**
 * The tree around a bundle `usr/lib/ts-heartbeat/heartbeat.cjs`, which may stand anywhere.
 *
 * @param script the path of the running program, `process.argv[1]`.
 */
export function installation(script: string): Installation {
  const daemon = realpathSync(script);
  const here = dirname(daemon);
  const lib = dirname(here);
  const programs = join(lib, 'heartbeat');
  return {
    daemon,
    runner: join(here, 'runner.cjs'),
    supervisor: join(programs, 'supervisor'),
    programs,
    agents: agentsDirectory(programs),
    scripts: resolve(lib, '../share/heartbeat'),
  };
}
