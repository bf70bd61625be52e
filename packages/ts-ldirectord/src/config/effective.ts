/** Mixes what a virtual says with what the globals say into the values that hold for it. */
import { bracketed, hostPort } from './address.js';
import type {
  AlertSettings,
  CheckSettings,
  DaemonStatus,
  Globals,
  Real,
  Virtual,
} from './config.js';
import type { GlobalsDraft, RealDraft, VirtualDraft } from './draft.js';
import { globalFallbackFor } from './fallback.js';
import { type Block, portOfService } from './settle.js';

/** Used where neither timeout is stated anywhere (ldirectord 4.12). */
const CHECK_TIMEOUT = 5_000;
const NEGOTIATE_TIMEOUT = 30_000;

const ALL_STATUSES: ReadonlySet<DaemonStatus> = new Set<DaemonStatus>([
  'starting',
  'running',
  'stopping',
  'reloading',
]);

export function effectiveGlobals(draft: GlobalsDraft, blocks: readonly Block[]): Globals {
  const stated =
    draft.quiescent !== undefined ||
    (blocks.length > 0 && blocks.every((block) => block.draft.quiescent !== undefined));
  return {
    checkInterval: draft.checkInterval,
    autoreload: draft.autoreload,
    ...(draft.callback !== undefined && { callback: draft.callback }),
    logfile: draft.logfile,
    execute: [...draft.execute],
    supervised: draft.supervised,
    fork: draft.fork,
    readdQuiescent: draft.readdQuiescent,
    ...(draft.maintenanceDirectory !== undefined && {
      maintenanceDirectory: draft.maintenanceDirectory,
    }),
    quiescentStated: stated,
  };
}

export function effectiveVirtual(block: Block, globals: GlobalsDraft): Virtual {
  const { draft, target } = block;
  const { schedulerFlags, persistence, netmask, monitorFile } = draft;
  const global = target.family === 'ipv6' ? globals.fallback6 : globals.fallback;
  const port = target.kind === 'address' ? target.port : 0;
  const fallback =
    block.fallback ?? (global && globalFallbackFor(global, { protocol: draft.protocol, port }));
  const fallbackCommand = draft.fallbackCommand ?? globals.fallbackCommand;
  return {
    id: block.id,
    name: block.name,
    target,
    scheduler: draft.scheduler,
    ...(schedulerFlags !== undefined && { schedulerFlags }),
    ...(persistence !== undefined && { persistence }),
    ...(netmask !== undefined && { netmask }),
    ops: draft.ops,
    reals: block.reals.map((real) => effectiveReal(real, block)),
    ...(fallback && { fallback }),
    ...(fallbackCommand !== undefined && { fallbackCommand }),
    check: checkSettings(block, globals),
    alerts: alertSettings(draft, globals),
    quiescent: draft.quiescent ?? globals.quiescent ?? false,
    cleanstop: draft.cleanstop ?? globals.cleanstop,
    ...(monitorFile !== undefined && { monitorFile }),
    line: draft.line,
  };
}

/** The two timeouts are each other's defaults; the virtual's come before the globals'. */
function checkSettings({ draft, service }: Block, globals: GlobalsDraft): CheckSettings {
  const check = [draft.checkTimeout, draft.negotiateTimeout];
  const global = [globals.checkTimeout, globals.negotiateTimeout];
  const first = (...values: readonly (number | undefined)[]) =>
    values.find((value) => value !== undefined);
  const own = globals.fork ? draft.checkInterval : undefined;
  return {
    type: draft.checkType,
    connects: draft.connects,
    service,
    checkTimeout: first(...check, ...global) ?? CHECK_TIMEOUT,
    negotiateTimeout: first(...check.toReversed(), ...global.toReversed()) ?? NEGOTIATE_TIMEOUT,
    interval: own ?? globals.checkInterval,
    count: draft.checkCount ?? globals.checkCount,
    failureCount: draft.failureCount ?? globals.failureCount,
    ...(draft.checkPort !== undefined && { port: draft.checkPort }),
    command: draft.checkCommand,
    httpMethod: draft.httpMethod,
    ...(draft.virtualHost !== undefined && { virtualHost: draft.virtualHost }),
    login: draft.login,
    password: draft.password,
    database: draft.database,
    secret: draft.secret,
  };
}

function alertSettings(draft: VirtualDraft, globals: GlobalsDraft): AlertSettings {
  const smtp = draft.smtp ?? globals.smtp;
  return {
    to: draft.emailAlert ?? globals.emailAlert ?? '',
    ...(globals.emailAlertFrom !== undefined && { from: globals.emailAlertFrom }),
    frequency: draft.emailAlertFrequency ?? globals.emailAlertFrequency ?? 0,
    statuses: draft.emailAlertStatuses ?? globals.emailAlertStatuses ?? ALL_STATUSES,
    ...(smtp !== undefined && { smtp }),
    ...(draft.serviceName !== undefined && { serviceName: draft.serviceName }),
    ...(draft.comment !== undefined && { comment: draft.comment }),
  };
}

function effectiveReal(real: RealDraft, block: Block): Real {
  const { draft, service } = block;
  const request = real.own?.request ?? draft.request;
  const receive = real.own ? real.own.receive : block.receive;
  const identity = identityOf(real, block, request, receive?.source ?? '');
  const { line, address, port, forwarding, weight, lowerThreshold, upperThreshold } = real;
  const checkPort = draft.checkPort ?? (port > 0 ? port : portOfService(service));
  return {
    address,
    port,
    name: hostPort(address, port),
    forwarding,
    weight,
    lowerThreshold,
    upperThreshold,
    request,
    ...(receive && { receive }),
    checkPort,
    url: urlOf(real, block, checkPort),
    checkIdentity: JSON.stringify(identity),
    monitorName: monitorName(identity),
    line,
  };
}

/**
 * A request that holds the scheme replaces the whole address if it is the real's own; a proxy is
 * asked for the virtual's request as it stands.
 */
function urlOf(real: RealDraft, { draft, service }: Block, checkPort: number): string {
  const scheme = service === 'http_proxy' ? 'http' : service;
  const path = (real.own?.request ?? draft.request).replace(/^\//, '');
  const whole = real.own ? path.includes(`${scheme}://`) : service === 'http_proxy';
  return whole ? path : `${scheme}://${hostPort(real.address, checkPort)}/${path}`;
}

function identityOf(
  real: RealDraft,
  block: Block,
  request: string,
  receive: string,
): readonly (string | number)[] {
  const { draft, service } = block;
  const { checkType, checkCommand } = draft;
  const what =
    checkType === 'negotiate' || checkType === 'combined'
      ? [checkType, service]
      : checkType === 'external' || checkType === 'external-perl'
        ? [checkType, checkCommand]
        : [checkType];
  return [
    ...what,
    draft.protocol,
    bracketed(real.address),
    real.port,
    draft.virtualHost ?? '',
    draft.checkPort ?? '',
    real.weight,
    real.forwarding,
    request,
    receive,
  ];
}

/** Colons become single blanks, backslashes go (ldirectord 4.12). */
function monitorName(identity: readonly (string | number)[]): string {
  return identity.join(':').replace(/:+/g, ' ').replaceAll('\\', '');
}
