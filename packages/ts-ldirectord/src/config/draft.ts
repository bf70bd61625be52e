/** A configuration while it is being read: what the file has said so far, defaults not yet mixed. */
import type { CheckType, DaemonStatus, Family, Forwarding, Protocol, Service } from './config.js';
import type { Place } from './problem.js';
import type { ReceivePattern } from './receive.js';

/** An alert's settings, each one only if stated. */
export interface AlertDraft {
  emailAlert?: string;
  emailAlertFrequency?: number;
  emailAlertStatuses?: ReadonlySet<DaemonStatus>;
  smtp?: string;
}

/** A fallback as written, not yet resolved. */
export interface FallbackDraft {
  readonly place: Place;
  readonly host: string;
  /** Number or service name; absent where none is written. */
  readonly port?: string;
  readonly forwarding: Forwarding;
}

/** A global fallback, resolved for each protocol a virtual may have. */
export interface GlobalFallback {
  readonly address: string;
  readonly forwarding: Forwarding;
  /** Absent: each virtual's own port. */
  readonly tcpPort?: number;
  readonly udpPort?: number;
}

export interface GlobalsDraft extends AlertDraft {
  /** `-d`: the log goes to standard error whatever the file says. */
  readonly debug: boolean;
  checkTimeout?: number;
  negotiateTimeout?: number;
  checkInterval: number;
  checkCount: number;
  failureCount: number;
  autoreload: boolean;
  callback?: string;
  fallback?: GlobalFallback;
  fallback6?: GlobalFallback;
  fallbackCommand?: string;
  logfile: string;
  emailAlertFrom?: string;
  execute: Set<string>;
  supervised: boolean;
  fork: boolean;
  quiescent?: boolean;
  readdQuiescent: boolean;
  cleanstop: boolean;
  maintenanceDirectory?: string;
}

/** The defaults of ldirectord 4.12. */
export function newGlobals(debug: boolean): GlobalsDraft {
  return {
    debug,
    checkInterval: 10_000,
    checkCount: 1,
    failureCount: 1,
    autoreload: false,
    logfile: '/var/log/ldirectord.log',
    execute: new Set(),
    supervised: false,
    fork: false,
    readdQuiescent: false,
    cleanstop: true,
  };
}

/** The address of a virtual as written: host and port, or a mark. */
export type WrittenTarget =
  | { readonly kind: 'address'; readonly host: string; readonly port: string }
  | { readonly kind: 'mark'; readonly mark: number };

/** A real server, resolved, as its line says; what it inherits from its virtual is not yet in. */
export interface RealDraft {
  readonly line: number;
  readonly address: string;
  readonly port: number;
  readonly forwarding: Forwarding;
  readonly weight: number;
  readonly lowerThreshold: number;
  readonly upperThreshold: number;
  /** The real's own request and pattern; there are always both or none. */
  readonly own?: { readonly request: string; readonly receive?: ReceivePattern };
}

export interface VirtualDraft extends AlertDraft {
  readonly line: number;
  readonly family: Family;
  readonly written: WrittenTarget;
  protocol: Protocol;
  scheduler: string;
  schedulerFlags?: string;
  persistence?: number;
  netmask?: string;
  ops: boolean;
  /** Values of `real=` with their places; resolved when the block's protocol is known. */
  realLines: { readonly value: string; readonly place: Place }[];
  fallback?: FallbackDraft;
  fallbackCommand?: string;
  checkType: CheckType;
  connects: number;
  service?: Service;
  checkCommand: string;
  checkTimeout?: number;
  negotiateTimeout?: number;
  checkInterval?: number;
  checkCount?: number;
  failureCount?: number;
  checkPort?: number;
  request: string;
  receive?: { readonly source: string; readonly place: Place };
  httpMethod: 'GET' | 'HEAD';
  virtualHost?: string;
  login: string;
  password: string;
  database: string;
  secret: string;
  quiescent?: boolean;
  cleanstop?: boolean;
  monitorFile?: string;
  serviceName?: string;
  comment?: string;
}

export function newVirtual(line: number, family: Family, written: WrittenTarget): VirtualDraft {
  const mark = written.kind === 'mark';
  const dns = !mark && (written.port === '53' || written.port === 'domain');
  return {
    line,
    family,
    written,
    protocol: mark ? 'fwm' : dns ? 'udp' : 'tcp',
    scheduler: 'wrr',
    ops: false,
    realLines: [],
    checkType: 'negotiate',
    connects: 0,
    ...(mark && { service: 'none' as const }),
    checkCommand: '/bin/true',
    request: '/',
    httpMethod: 'GET',
    login: '',
    password: '',
    database: '',
    secret: '',
  };
}
