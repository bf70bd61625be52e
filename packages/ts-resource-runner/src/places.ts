/** Where the runner finds scripts and keeps its working files. */
import {
  CONFIG_DIRECTORY,
  RESOURCE_TMP_DIRECTORY,
  RUNNER_SOCKET,
} from '@ts-heartbeat/platform/paths';

export interface Places {
  /** haresources, resource.d and rc.d are below it. */
  readonly haDirectory: string;
  /** Searched in this order for a resource's script. */
  readonly scriptDirectories: readonly string[];
  /** Lost at a reboot, as what was running then is; locks and the journal are here. */
  readonly rsctmp: string;
  readonly socket: string;
}

/** The places of an installed system; a lab gives its own. */
export function places(
  haDirectory: string = CONFIG_DIRECTORY,
  rsctmp: string = RESOURCE_TMP_DIRECTORY,
  socket: string = RUNNER_SOCKET,
): Places {
  return {
    haDirectory,
    // Red Hat of old has no link /etc/init.d.
    scriptDirectories: [`${haDirectory}/resource.d`, '/etc/init.d', '/etc/rc.d/init.d'],
    rsctmp,
    socket,
  };
}
