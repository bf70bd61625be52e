/** Where the parts of the installed tree are, seen from the program that runs. */
import { realpathSync } from 'node:fs';
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
  /** `usr/share/heartbeat`: ResourceManager and the like. */
  readonly scripts: string;
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
    scripts: resolve(lib, '../share/heartbeat'),
  };
}
