/** The variables that everything the daemon starts finds in its environment. */
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { CONFIG_DIRECTORY, HEARTBEAT_FIFO, STATE_DIRECTORY } from '@ts-heartbeat/platform/paths';
import type { Installation } from './installation.js';

/** What the daemon itself was started with, for children that get nothing else. */
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The form of dates in the log lines of scripts: date(1). */
const DATE_FORMAT = '%Y/%m/%d_%T\t';

/**
 * The `HA_` variables of heartbeat 3.0.6: directories, log files, every directive of ha.cf as the
 * user wrote it, and what `env` lines set.
 */
export function clusterEnvironment(
  settings: Settings,
  { agents, scripts }: Installation,
): Record<string, string> {
  const { log, parameters, environment } = settings;
  const compression = parameters.get('compression');
  const variables: Record<string, string> = {};
  for (const [name, value] of parameters) variables[`HA_${name}`] = value;
  for (const [name, value] of environment) variables[`HA_${name}`] = value;
  return {
    ...variables,
    HA_CURHOST: settings.localNode,
    HA_DIR: CONFIG_DIRECTORY,
    HA_CF: `${CONFIG_DIRECTORY}/ha.cf`,
    HA_FUNCS: `${CONFIG_DIRECTORY}/shellfuncs`,
    HA_RCDIR: `${CONFIG_DIRECTORY}/rc.d`,
    HA_CONFDIR: `${CONFIG_DIRECTORY}/conf`,
    HA_DOCDIR: '/usr/share/doc/heartbeat',
    HA_RESOURCEDIR: `${CONFIG_DIRECTORY}/resource.d`,
    HA_BIN: agents,
    HA_NOARCHBIN: scripts,
    HA_FIFO: HEARTBEAT_FIFO,
    HA_VARLIB: STATE_DIRECTORY,
    HA_DATEFMT: DATE_FORMAT,
    HA_LOGD: log.useLogd ? 'yes' : 'no',
    HA_LOGFILE: log.logfile ?? '/dev/null',
    HA_DEBUGLOG: log.debugfile ?? '/dev/null',
    ...(log.facility === undefined ? {} : { HA_LOGFACILITY: log.facility }),
    ...(log.debug > 0 ? { HA_DEBUG: String(log.debug) } : {}),
    ...(compression === undefined ? {} : { HA_COMPRESSION: compression }),
    OCF_ROOT: '/usr/lib/ocf',
    OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/',
  };
}

/** The whole environment of a child: what the daemon has itself, and these variables. */
export function childEnvironment(
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith('NODE_CHANNEL')) own[name] = value;
  }
  return { PATH: SEARCH_PATH, ...own, ...variables };
}
