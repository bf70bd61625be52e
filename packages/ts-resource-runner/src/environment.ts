/** The variables a resource script finds, as the genuine shellfuncs and heartbeat set them. */
import type { Places } from './places.js';

export type Variables = Readonly<Record<string, string>>;

/** Directories of an installed system, where neither the process nor ts-heartbeat says otherwise. */
const DEFAULTS: Variables = {
  HA_BIN: '/usr/lib/heartbeat',
  HA_NOARCHBIN: '/usr/share/heartbeat',
  HA_SBIN_DIR: '/usr/sbin',
  HA_CF: '/etc/ha.d/ha.cf',
  HA_FIFO: '/var/lib/heartbeat/fifo',
  HA_VARLIB: '/var/lib/heartbeat',
  HA_VARRUN: '/var/run',
  HA_VARLOCK: '/var/lock/subsys',
  HA_DEBUGLOG: '/dev/null',
  HA_DATEFMT: '%Y/%m/%d_%T\t',
  OCF_ROOT: '/usr/lib/ocf',
};

/** Where programs are looked for when the daemon was started without a PATH. */
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * `own` is what the runner itself was started with; the later ones win: places, ts-heartbeat's
 * `hello`, the job, `HA_CURHOST`. LC_ALL and LANGUAGE are not passed on: scripts read the output of
 * ifconfig and ip (ResourceManager 3.0.6 clears both).
 */
export function scriptEnvironment(
  own: Readonly<NodeJS.ProcessEnv>,
  places: Places,
  localNode: string,
  given: Variables,
): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && name !== 'LC_ALL' && name !== 'LANGUAGE') inherited[name] = value;
  }
  const { haDirectory } = places;
  const all: Record<string, string> = {
    ...DEFAULTS,
    ...inherited,
    HA_DIR: haDirectory,
    HA_FUNCS: `${haDirectory}/shellfuncs`,
    HA_RCDIR: `${haDirectory}/rc.d`,
    HA_CONFDIR: `${haDirectory}/conf`,
    HA_RESOURCEDIR: places.scriptDirectories[0] ?? `${haDirectory}/resource.d`,
    HA_RSCTMP: places.rsctmp,
    ...given,
    HA_CURHOST: localNode,
  };
  const path = all.PATH ?? SEARCH_PATH;
  return { ...all, PATH: `${all.HA_BIN}:${all.HA_SBIN_DIR}:${all.HA_NOARCHBIN}:${path}` };
}
