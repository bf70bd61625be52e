/** One check under way: how a probe tells its result, and the limit that holds it. */
import type { CheckResult } from './check.js';

/** What a probe has found. */
export interface Finding {
  readonly up: boolean;
  readonly message: string;
  readonly impossible?: boolean;
}

/** Takes the first finding; later ones are of no interest. */
export type Settle = (finding: Finding) => void;

/**
 * Begins to look at a server and returns the way to end everything it holds: sockets, children,
 * timers. It may settle at once, and must not throw after it has returned.
 */
export type Probe = (settle: Settle) => () => void;

/**
 * A deadline that comes later than this finds an event loop that was blocked: answers may wait in
 * the sockets unread.
 */
const STALL_MS = 100;

/**
 * Runs a probe and ends it, whatever the server does, after `limitMs` or when the signal is
 * aborted. When this process itself was held up, the server gets the lost time back, once. Never
 * rejects.
 */
export function runProbe(probe: Probe, limitMs: number, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let close: (() => void) | undefined;
    let settled = false;
    let timer: NodeJS.Timeout | undefined;
    const settle = (finding: Finding): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      close?.();
      resolve({ ...finding, ms: performance.now() - begun });
    };
    const giveUp = (): void => settle({ up: false, message: 'given up' });
    const expire = (): void => {
      settle({ up: false, message: `no answer within ${limitMs / 1000} s` });
    };
    timer = setTimeout(() => {
      const late = performance.now() - begun - limitMs;
      if (late < STALL_MS) expire();
      else timer = setTimeout(expire, Math.min(late, limitMs));
    }, limitMs);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) return giveUp();
    try {
      close = probe(settle);
    } catch (error) {
      settle({ up: false, message: messageOf(error), impossible: true });
    }
    // It settled before it could tell how to end it.
    if (settled) close?.();
  });
}

/** An error in one line: its code where it has one, else its text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('E') ? code : error.message;
}
