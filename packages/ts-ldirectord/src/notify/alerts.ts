/**
 * Decides which mails are due: one for each change of a server, reminders while it is out of
 * service, and no flood while it flaps. Pure, like the director, whose notices it takes.
 */
import type { AlertSettings, Configuration, DaemonStatus, Virtual } from '../config/config.js';
import type { Notice } from '../director/effect.js';

/** So many changes of one server are told of at once: more than any start and restart makes. */
export const BURST = 10;
/** A server that changes on and on is told of this often, or every `emailalertfreq` if longer. */
export const FLAP_MS = 60_000;

/** What one mail says, and to whom. */
export interface Alert {
  readonly to: string;
  readonly from?: string;
  /** The SMTP server; absent: the local sendmail. */
  readonly smtp?: string;
  readonly text: string;
  readonly status: DaemonStatus;
  readonly serviceName?: string;
  readonly comment?: string;
}

export type AlertEffect =
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'mail'; readonly alert: Alert };

export type AlertEvent =
  | { readonly kind: 'configured'; readonly configuration: Configuration }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** `down`: the servers that are out of service now, by `serverKey`. */
  | { readonly kind: 'time'; readonly down: ReadonlySet<string>; readonly status: DaemonStatus };

interface ServerAlerts {
  /** `Virtual.id`. */
  readonly virtual: string;
  readonly server: string;
  /** When the next reminder is due. */
  readonly remindAt?: number;
  /** The pause of each mail so far ends then; mails are free while it is near. */
  readonly paidUntil: number;
  /** The last change that was not told of because there were too many. */
  readonly heldBack?: { readonly text: string; readonly status: DaemonStatus };
}

export interface AlertsState {
  readonly virtuals: ReadonlyMap<string, Virtual>;
  /** By `serverKey`; only those that something is due for. */
  readonly servers: ReadonlyMap<string, ServerAlerts>;
}

export const NO_ALERTS: AlertsState = { virtuals: new Map(), servers: new Map() };

/** @param server address and port as in a notice */
export function serverKey(virtual: string, server: string): string {
  return `${virtual} ${server}`;
}

/** Takes one event. Time is monotonic milliseconds. */
export function alertsStep(
  state: AlertsState,
  event: AlertEvent,
  now: number,
): { readonly state: AlertsState; readonly effects: readonly AlertEffect[] } {
  switch (event.kind) {
    case 'configured':
      return { state: configure(state, event.configuration, now), effects: [] };
    case 'notice':
      return takeNotice(state, event.notice, now);
    case 'time':
      return passTime(state, event, now);
  }
}

/** When the event `time` is due at the latest; undefined: not before another event. */
export function alertsWakeAt({ servers, virtuals }: AlertsState): number | undefined {
  let first = Number.POSITIVE_INFINITY;
  for (const { remindAt, heldBack, paidUntil, virtual } of servers.values()) {
    if (remindAt !== undefined) first = Math.min(first, remindAt);
    if (heldBack !== undefined) first = Math.min(first, freeAt(paidUntil, virtuals.get(virtual)));
  }
  return Number.isFinite(first) ? first : undefined;
}

/**
 * Reminders, and what was held back, go on under the new settings; of virtuals that are gone
 * nothing is said any more.
 */
function configure(state: AlertsState, configuration: Configuration, now: number): AlertsState {
  const virtuals = new Map(configuration.virtuals.map((virtual) => [virtual.id, virtual]));
  const servers = new Map<string, ServerAlerts>();
  for (const [key, { remindAt, heldBack, ...entry }] of state.servers) {
    const virtual = virtuals.get(entry.virtual);
    if (virtual === undefined) continue;
    const { frequency } = virtual.alerts;
    const isWanting = heldBack !== undefined && isWanted(virtual.alerts, heldBack.status);
    const again =
      remindAt === undefined || frequency === 0
        ? {}
        : { remindAt: Math.min(remindAt, now + frequency) };
    // As many mails as before are not paid for yet, at the new price.
    const price = pauseOf(virtual) / pauseOf(state.virtuals.get(entry.virtual));
    const paidUntil = now + Math.max(0, entry.paidUntil - now) * price;
    servers.set(key, { ...entry, paidUntil, ...again, ...(isWanting ? { heldBack } : {}) });
  }
  return { virtuals, servers };
}

function takeNotice(
  state: AlertsState,
  notice: Notice,
  now: number,
): { readonly state: AlertsState; readonly effects: readonly AlertEffect[] } {
  const virtual = state.virtuals.get(notice.virtual);
  if (virtual === undefined) return { state, effects: [] };
  const { server, down, status } = notice;
  const key = serverKey(virtual.id, server);
  // The genuine log says that it was added again, the genuine mail does not.
  const text = notice.text.replace(/^Readd /, '');
  const { frequency } = virtual.alerts;
  let { paidUntil, heldBack } = state.servers.get(key) ?? { paidUntil: now };
  const effects: AlertEffect[] = [];
  if (isWanted(virtual.alerts, status)) {
    if (freeAt(paidUntil, virtual) <= now) {
      effects.push(...tell(virtual, text, status));
      paidUntil = Math.max(paidUntil, now) + pauseOf(virtual);
      heldBack = undefined;
    } else {
      if (heldBack === undefined) {
        const who = `${server} (${virtual.name})`;
        const why = `${who} changes too often, its mails are held back`;
        effects.push({ kind: 'log', text: `emailalert: ${why}` });
      }
      heldBack = { text, status };
    }
  }
  const entry: ServerAlerts = {
    virtual: virtual.id,
    server,
    paidUntil,
    ...(down && frequency > 0 ? { remindAt: now + frequency } : {}),
    ...(heldBack === undefined ? {} : { heldBack }),
  };
  return { state: { ...state, servers: new Map(state.servers).set(key, entry) }, effects };
}

function passTime(
  state: AlertsState,
  { down, status }: Extract<AlertEvent, { kind: 'time' }>,
  now: number,
): { readonly state: AlertsState; readonly effects: readonly AlertEffect[] } {
  const servers = new Map<string, ServerAlerts>();
  const effects: AlertEffect[] = [];
  for (const [key, entry] of state.servers) {
    const virtual = state.virtuals.get(entry.virtual);
    if (virtual === undefined) continue;
    let { heldBack, remindAt, paidUntil } = entry;
    if (heldBack !== undefined && freeAt(paidUntil, virtual) <= now) {
      effects.push(...tell(virtual, heldBack.text, heldBack.status));
      heldBack = undefined;
      paidUntil = Math.max(paidUntil, now) + pauseOf(virtual);
    }
    if (remindAt !== undefined && remindAt <= now) {
      remindAt = down.has(key) ? now + virtual.alerts.frequency : undefined;
      if (remindAt !== undefined && isWanted(virtual.alerts, status)) {
        const text = `Inaccessible real server: ${entry.server} (${virtual.name})`;
        effects.push(...tell(virtual, text, status));
      }
    }
    const idle = remindAt === undefined && heldBack === undefined && paidUntil <= now;
    if (idle) continue;
    servers.set(key, {
      virtual: entry.virtual,
      server: entry.server,
      paidUntil,
      ...(remindAt === undefined ? {} : { remindAt }),
      ...(heldBack === undefined ? {} : { heldBack }),
    });
  }
  return { state: { ...state, servers }, effects };
}

function isWanted(alerts: AlertSettings, status: DaemonStatus): boolean {
  return alerts.to !== '' && alerts.statuses.has(status);
}

function pauseOf(virtual: Virtual | undefined): number {
  return Math.max(FLAP_MS, virtual?.alerts.frequency ?? 0);
}

/** When a change may be told of: mails of the burst are not paid for yet. */
function freeAt(paidUntil: number, virtual: Virtual | undefined): number {
  return paidUntil - (BURST - 1) * pauseOf(virtual);
}

/** The log line of ldirectord 4.12, and the mail. */
function tell(virtual: Virtual, text: string, status: DaemonStatus): readonly AlertEffect[] {
  const { to, from, smtp, serviceName, comment } = virtual.alerts;
  const alert: Alert = {
    to,
    text,
    status,
    ...(from === undefined ? {} : { from }),
    ...(smtp === undefined ? {} : { smtp }),
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(comment === undefined ? {} : { comment }),
  };
  return [
    { kind: 'log', text: `emailalert: ${text}` },
    { kind: 'mail', alert },
  ];
}
