/**
 * What ldirectord knows after reading its configuration: plain immutable data with every default,
 * every override of a global by a virtual and every name already resolved.
 *
 * Texts are kept byte for byte: each character of a string is one byte of the file (latin1), so a
 * request or pattern in UTF-8 goes over the wire as the bytes the user wrote.
 */
import type { ReceivePattern } from './receive.js';

export type Family = 'ipv4' | 'ipv6';

/** How the kernel hands a connection on: direct routing, masquerading, or an IP-in-IP tunnel. */
export type Forwarding = 'gate' | 'masq' | 'ipip';

/** `fwm` is a virtual that is a firewall mark. */
export type Protocol = 'tcp' | 'udp' | 'fwm';

/** How a real server is checked. `combined` is a negotiate after every N connects. */
export type CheckType =
  | 'negotiate'
  | 'connect'
  | 'ping'
  | 'external'
  | 'external-perl'
  | 'on'
  | 'off'
  | 'combined';

/** The services a negotiate check can speak (ldirectord 4.12). */
export const SERVICES = [
  'dns',
  'ftp',
  'http',
  'https',
  'http_proxy',
  'imap',
  'imaps',
  'ldap',
  'ldaps',
  'mysql',
  'nntp',
  'none',
  'oracle',
  'pop',
  'pops',
  'radius',
  'pgsql',
  'simpletcp',
  'sip',
  'smtp',
  'submission',
] as const;
export type Service = (typeof SERVICES)[number];

/** The stages of a daemon's life that `emailalertstatus` selects from. */
export type DaemonStatus = 'starting' | 'running' | 'stopping' | 'reloading';

/** Where a virtual is reached: an address with a port, or a firewall mark. */
export type VirtualTarget =
  | {
      readonly kind: 'address';
      readonly protocol: 'tcp' | 'udp';
      readonly family: Family;
      /** Numeric, canonical, without brackets. */
      readonly address: string;
      readonly port: number;
    }
  | {
      readonly kind: 'mark';
      readonly protocol: 'fwm';
      readonly family: Family;
      readonly mark: number;
    };

export interface Real {
  /** Numeric, canonical, without brackets. */
  readonly address: string;
  /** As configured; 0 where none is given. The kernel may force another one (gate, ipip). */
  readonly port: number;
  /** As the genuine program prints it: `10.0.0.1:80`, `[2001:db8::1]:80`. */
  readonly name: string;
  readonly forwarding: Forwarding;
  readonly weight: number;
  /** `l:N`; 0 means none. */
  readonly lowerThreshold: number;
  /** `u:N`; 0 means none. */
  readonly upperThreshold: number;
  /** The real's own request, else the virtual's. Always begins with `/`. */
  readonly request: string;
  /** The real's own pattern, else the virtual's; absent where the content does not matter. */
  readonly receive?: ReceivePattern;
  /** The port a check connects to: checkport, the real's port, the service's; 0 if none of them. */
  readonly checkPort: number;
  /** What an http, https or http_proxy check asks for (ldirectord 4.12 rules). */
  readonly url: string;
  /**
   * Reals with equal identity, of whichever virtuals, are checked once for all of them: same check,
   * protocol, address, port, host, checkport, weight, forwarding, request and receive.
   */
  readonly checkIdentity: string;
  /** What monitor files call that check. */
  readonly monitorName: string;
  /** The line of the file it stands in, from 1. */
  readonly line: number;
}

export interface Fallback {
  readonly address: string;
  /** The fallback's own port, else the virtual's; 0 for a mark without one. */
  readonly port: number;
  /** As the genuine program prints it, with brackets around IPv6. */
  readonly name: string;
  readonly forwarding: Forwarding;
}

/** How the reals of one virtual are checked. Times are in milliseconds. */
export interface CheckSettings {
  readonly type: CheckType;
  /** Connects between two negotiates; only for `combined`. */
  readonly connects: number;
  readonly service: Service;
  readonly checkTimeout: number;
  readonly negotiateTimeout: number;
  /** From one check to the next, counted from the end of the first. */
  readonly interval: number;
  /** Tries of a ping. */
  readonly count: number;
  /** Consecutive failures that make a real count as down. */
  readonly failureCount: number;
  /** `checkport`, when the file names one. */
  readonly port?: number;
  /** The program of an external check; it is a path, never a command line. */
  readonly command: string;
  readonly httpMethod: 'GET' | 'HEAD';
  /** `virtualhost`: the Host header. */
  readonly virtualHost?: string;
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly secret: string;
}

/** Who is told of changes, and when. */
export interface AlertSettings {
  /** The address list as written; empty: nobody. */
  readonly to: string;
  readonly from?: string;
  /** Milliseconds between repeats for a real that stays down; 0: no repeats. */
  readonly frequency: number;
  readonly statuses: ReadonlySet<DaemonStatus>;
  /** The SMTP server; absent: the local sendmail. */
  readonly smtp?: string;
  readonly serviceName?: string;
  readonly comment?: string;
}

export interface Virtual {
  /** `tcp:10.0.0.1:80`, `udp:[2001:db8::1]:53`, `fwm:1`, `fwm6:1`: unique in a configuration. */
  readonly id: string;
  /** As it stands in the log: `10.0.0.1:80`, `[2001:db8::1]:80`, `1`. */
  readonly name: string;
  readonly target: VirtualTarget;
  readonly scheduler: string;
  /** `schedflags`, passed on as it is (`-b`). */
  readonly schedulerFlags?: string;
  /** Seconds (`-p`). */
  readonly persistence?: number;
  /** Dotted quad or IPv6 prefix length; has an effect only with persistence (`-M`). */
  readonly netmask?: string;
  /** One-packet scheduling; udp only (`-o`). */
  readonly ops: boolean;
  /** In file order; a range is already spread out. A real may stand here twice. */
  readonly reals: readonly Real[];
  /** The virtual's own fallback, else the global one. */
  readonly fallback?: Fallback;
  /** The virtual's own command, else the global one; run by the shell. */
  readonly fallbackCommand?: string;
  readonly check: CheckSettings;
  readonly alerts: AlertSettings;
  readonly quiescent: boolean;
  readonly cleanstop: boolean;
  readonly monitorFile?: string;
  /** The line of the file it begins in, from 1. */
  readonly line: number;
}

export interface Globals {
  /** Milliseconds between two rounds of checks. */
  readonly checkInterval: number;
  readonly autoreload: boolean;
  /** Run with the configuration file's path as its argument when the file has changed. */
  readonly callback?: string;
  /** A file when it begins with `/`, else a syslog facility. */
  readonly logfile: string;
  /** Other configurations to start, stop, reload and query with this one. */
  readonly execute: readonly string[];
  readonly supervised: boolean;
  readonly fork: boolean;
  readonly readdQuiescent: boolean;
  readonly maintenanceDirectory?: string;
  /** False when no global `quiescent` stands in the file: its default differs between versions. */
  readonly quiescentStated: boolean;
}

export interface Configuration {
  /** The resolved path, as it stands in messages. */
  readonly file: string;
  readonly globals: Globals;
  /** In file order. */
  readonly virtuals: readonly Virtual[];
}
