/** The daemon's word to its service manager: ready, alive as long as the loop turns, and how it is. */
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { ServiceNotice } from '@ts-heartbeat/platform/servicenotice';
import type { Alarm } from '@ts-heartbeat/platform/wakeup';
import { statusLine } from './statusline.js';

/** The status is looked at this often: an operator reads it, and a short keepalive wakes us often. */
const STATUS_INTERVAL: Millis = 1000;

export class ServiceReport {
  readonly #notice: ServiceNotice;
  readonly #view: () => ClusterView;
  #looked: Instant = Number.NEGATIVE_INFINITY;
  #ready = false;

  constructor(notice: ServiceNotice, view: () => ClusterView) {
    this.#notice = notice;
    this.#view = view;
  }

  /** The same alarm; each time it has woken the loop and the loop is done, we count as alive. */
  through(alarm: Alarm): Alarm {
    return {
      at: alarm.at,
      after: (ms, call) =>
        alarm.after(ms, () => {
          call();
          this.#turned(alarm.at());
        }),
    };
  }

  /** Communication is open: the start, or the reload, is done. */
  ready(): void {
    this.#ready = true;
    this.#notice.status(statusLine(this.#view()));
    this.#notice.ready();
  }

  #turned(at: Instant): void {
    if (!this.#ready) return;
    this.#notice.alive(at);
    if (at - this.#looked < STATUS_INTERVAL) return;
    this.#looked = at;
    this.#notice.status(statusLine(this.#view()));
  }
}
