/** Mails to the operators: from the director's notices to the mail server. Nothing waits for it. */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { makeWakeup, systemAlarm, type Wakeup } from '@ts-heartbeat/platform/wakeup';
import type { Configuration } from '../config/config.js';
import type { Notice } from '../director/effect.js';
import type { DirectorState } from '../director/state.js';
import { type Alert, type AlertEvent, alertsStep, alertsWakeAt, NO_ALERTS } from './alerts.js';
import { messageText } from './message.js';
import { Outbox } from './outbox.js';
import { deliverBySendmail } from './sendmail.js';
import { serversDown } from './serversdown.js';
import { deliverBySmtp } from './smtp.js';

/** One mail takes no longer; a mail server that is well needs a second or two. */
const MAIL_MS_MAX = 30_000;
/** How long the end of the daemon waits for the last mails. */
const LAST_MAILS_MS = 3_000;

export interface AlertingOptions {
  readonly log: (text: string) => void;
  /** Monotonic milliseconds. */
  readonly at: () => number;
  readonly director: () => DirectorState;
}

export class Alerting {
  readonly #options: AlertingOptions;
  readonly #wakeup: Wakeup;
  readonly #host = os.hostname();
  /** By mail server; the empty name is the local sendmail. */
  readonly #outboxes = new Map<string, Outbox>();
  #state = NO_ALERTS;

  constructor(options: AlertingOptions) {
    this.#options = options;
    this.#wakeup = makeWakeup(systemAlarm(options.at), () => this.#time());
  }

  /** Follows a configuration from now on. */
  configure(configuration: Configuration): void {
    this.#tell({ kind: 'configured', configuration });
    const used = new Set(configuration.virtuals.map(({ alerts }) => alerts.smtp ?? ''));
    for (const [name, outbox] of this.#outboxes) {
      if (!used.has(name) && outbox.idle) this.#outboxes.delete(name);
    }
  }

  notice(notice: Notice): void {
    this.#tell({ kind: 'notice', notice });
  }

  /** The last mails are sent, or given up soon. */
  async close(): Promise<void> {
    this.#wakeup.set(undefined);
    const closing = [...this.#outboxes.values()].map((outbox) => outbox.close(LAST_MAILS_MS));
    await Promise.all(closing);
  }

  #time(): void {
    const state = this.#options.director();
    this.#tell({ kind: 'time', down: serversDown(state), status: state.status });
  }

  #tell(event: AlertEvent): void {
    const { state, effects } = alertsStep(this.#state, event, this.#options.at());
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'log') this.#options.log(effect.text);
      else this.#mail(effect.alert);
    }
    this.#wakeup.set(alertsWakeAt(state));
  }

  #mail(alert: Alert): void {
    const { smtp = '' } = alert;
    const address = `${userName()}@${this.#host}`;
    const sender = { address, date: new Date(), id: `${randomUUID()}@${this.#host}` };
    const text = messageText({
      alert,
      host: this.#host,
      ...(smtp === '' ? {} : { sender }),
    });
    this.#outbox(smtp).post({ text, from: address, to: alert.to });
  }

  #outbox(smtp: string): Outbox {
    const known = this.#outboxes.get(smtp);
    if (known !== undefined) return known;
    const { log, at } = this.#options;
    const outbox = new Outbox({
      what: smtp === '' ? 'email' : 'SMTP email',
      log,
      at,
      deliver: ({ text, from, to }) => {
        if (smtp === '') return deliverBySendmail(text, MAIL_MS_MAX);
        return deliverBySmtp(smtp, { from, to }, text, MAIL_MS_MAX);
      },
    });
    this.#outboxes.set(smtp, outbox);
    return outbox;
  }
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // No such user in the system's list.
    return 'root';
  }
}
