/** What a node must know to take part in the cluster: ha.cf, checked, with all defaults filled in. */
import type { Millis } from '../time.js';
import type { Medium } from './media.js';

export interface ConfiguredNode {
  /** Lower case for normal nodes; as written for ping nodes. */
  readonly name: string;
  readonly type: 'normal' | 'ping';
}

/** A `respawn` or `failfast` line. */
export interface ClientLine {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** The whole command line after the user. It is run by `/bin/sh -c "exec …"` as the genuine one. */
  readonly command: string;
  /** The machine is rebooted when this client dies abnormally. */
  readonly failfast: boolean;
}

/** An `apiauth` line, or one of the built-in rules. A client passes by either list. */
export interface ApiAuthRule {
  readonly client: string;
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

export interface LogSettings {
  readonly logfile?: string;
  readonly debugfile?: string;
  /** Facility name; `none` and absent mean no syslog. */
  readonly facility?: string;
  readonly useLogd: boolean;
  /** True: `Nov 22 14:09:55 host heartbeat: [19]: …`; false: `heartbeat[19]: 2005/05/18_12:00:00 …`. */
  readonly syslogFormat: boolean;
  readonly logBadPackets: boolean;
  readonly debug: number;
}

export interface StonithLine {
  readonly type: string;
  /** The configuration file of a `stonith` line, or the parameters of a `stonith_host` line. */
  readonly parameters: readonly string[];
  readonly form: 'stonith' | 'stonith_host';
}

export interface Settings {
  /** Lower case. */
  readonly localNode: string;
  /** Normal and ping nodes in the order of ha.cf. */
  readonly nodes: readonly ConfiguredNode[];
  readonly media: readonly Medium[];
  readonly keepalive: Millis;
  readonly deadtime: Millis;
  readonly warntime: Millis;
  readonly initdead: Millis;
  readonly deadping: Millis;
  readonly hopfudge: number;
  readonly autoFailback: 'on' | 'off' | 'legacy';
  readonly maxRexmitDelay: Millis;
  readonly generationMethod: 'file' | 'time';
  /** Where this node's identity comes from: the file hb_uuid (also when absent), or its name. */
  readonly uuidFrom?: 'file' | 'nodename';
  readonly realtime: boolean;
  readonly realtimePriority: number;
  readonly coredumps: boolean;
  readonly coreroot?: string;
  readonly watchdog?: string;
  /** The last accepted line wins, as in the genuine program. */
  readonly stonith?: StonithLine;
  /** Every accepted line in the order of ha.cf: devices to be tried one after the other. */
  readonly stonithDevices?: readonly StonithLine[];
  readonly clients: readonly ClientLine[];
  /** User rules first, then the built-in ones the user did not replace. */
  readonly apiauth: readonly ApiAuthRule[];
  readonly log: LogSettings;
  /** `env NAME=value` lines, exported to children as HA_NAME. */
  readonly environment: ReadonlyMap<string, string>;
  /**
   * Every recorded directive as the user wrote it, and computed defaults as `<n>ms`: what scripts
   * see as HA_<name> and `cl_status hbparameter` prints.
   */
  readonly parameters: ReadonlyMap<string, string>;
}
