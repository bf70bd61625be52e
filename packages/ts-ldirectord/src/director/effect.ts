/** Everything the director can ask of the outside: plain data, performed in order. */
import type { CheckSpec } from '../checks/check.js';
import type { DaemonStatus, Protocol } from '../config/config.js';
import type { Change } from '../ipvs/change.js';

/** What happened to a server, for those who are to be told by mail. */
export interface Notice {
  /** The log line, which is the subject. */
  readonly text: string;
  /** `Virtual.id`. */
  readonly virtual: string;
  /** Address and port as logged. */
  readonly server: string;
  /** True when the server is out of service from now on: reminders are due until it is back. */
  readonly down: boolean;
  readonly status: DaemonStatus;
}

export type Effect =
  /** Read the kernel's table; answered by `table` or `tableFailed`. */
  | { readonly kind: 'readTable'; readonly thresholds: boolean }
  /** Change the kernel's table, in this order; answered by `changed`. */
  | { readonly kind: 'change'; readonly changes: readonly Change[] }
  /** Begin a check; answered by `checked` with the same run, in bounded time. */
  | { readonly kind: 'check'; readonly run: number; readonly spec: CheckSpec }
  /** Give a check up; no answer is wanted. */
  | { readonly kind: 'cancel'; readonly run: number }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** Run `COMMAND start|stop ADDRESS PROTOCOL` by the shell. */
  | {
      readonly kind: 'fallbackCommand';
      readonly command: string;
      readonly verb: 'start' | 'stop';
      /** `VIP:PORT`; `:0` for a mark. */
      readonly address: string;
      readonly protocol: Protocol;
    }
  /** Append `[time] [pid] TEXT` to a monitor file. */
  | { readonly kind: 'monitor'; readonly file: string; readonly text: string }
  /** The table is as it shall be left behind. The director does nothing more. */
  | { readonly kind: 'stopped' };
