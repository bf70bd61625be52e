/** The one timer of a daemon: it is told when to wake, and says how late it was. */

/** What a wakeup needs of the machine. */
export interface Alarm {
  /** Monotonic milliseconds. */
  at(): number;
  /** Calls back after about `ms`; returns the way to call it off. */
  after(ms: number, call: () => void): () => void;
}

/** The real thing, over the given monotonic clock. */
export function systemAlarm(at: () => number): Alarm {
  return {
    at,
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

export interface Wakeup {
  /** Wake then, instead of whatever was set before; undefined: do not wake. */
  set(at: number | undefined): void;
}

/** Node's timers cannot wait longer than this (2^31-1 ms); a longer wait is done in pieces. */
const WAIT_MS_MAX = 0x7fffffff;

/**
 * Makes a wakeup. `wake` is called once for each time set, with the milliseconds between the time
 * asked for and the time of the call: never negative, though Node's timers may fire a little early.
 * The event loop stays alive while a time is set.
 */
export function makeWakeup(alarm: Alarm, wake: (lateMs: number) => void): Wakeup {
  let due: number | undefined;
  let callOff: (() => void) | undefined;

  const arm = (): void => {
    if (due === undefined) return;
    const wait = Math.ceil(due - alarm.at());
    callOff = alarm.after(Math.min(Math.max(wait, 0), WAIT_MS_MAX), fire);
  };
  const fire = (): void => {
    callOff = undefined;
    if (due === undefined) return;
    const late = alarm.at() - due;
    if (late < 0) {
      arm();
      return;
    }
    due = undefined;
    wake(late);
  };
  return {
    set: (at) => {
      if (at === due && callOff !== undefined) return;
      callOff?.();
      callOff = undefined;
      due = at;
      arm();
    },
  };
}
