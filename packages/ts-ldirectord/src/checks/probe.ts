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
 * Runs a probe and ends it, whatever the server does, after `limitMs` at the latest. When this
 * process itself was held up, the server gets the lost time back, once. `done` is called once, and
 * never before this returns. Returns the way to give the probe up: it is then done at once.
 */
export function beginProbe(
  probe: Probe,
  limitMs: number,
  done: (result: CheckResult) => void,
): () => void {
  const begun = performance.now();
  let close: (() => void) | undefined;
  let settled = false;
  let begin = true;
  const settle = (finding: Finding): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    close?.();
    const result = { ...finding, ms: performance.now() - begun };
    if (begin) queueMicrotask(() => done(result));
    else done(result);
  };
  const expire = (): void => {
    settle({ up: false, message: `no answer within ${limitMs / 1000} s` });
  };
  let timer = setTimeout(() => {
    const late = performance.now() - begun - limitMs;
    if (late < STALL_MS) expire();
    else timer = setTimeout(expire, Math.min(late, limitMs));
  }, limitMs);
  try {
    close = probe(settle);
  } catch (error) {
    settle({ up: false, message: messageOf(error), impossible: true });
  }
  begin = false;
  // It settled before it could tell how to end it.
  if (settled) close?.();
  return () => settle({ up: false, message: 'given up' });
}

/** As `beginProbe`, given up when the signal is aborted. Never rejects. */
export function runProbe(probe: Probe, limitMs: number, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ up: false, message: 'given up', ms: 0 });
    const giveUp = beginProbe(probe, limitMs, (result) => {
      signal.removeEventListener('abort', giveUp);
      resolve(result);
    });
    signal.addEventListener('abort', giveUp);
  });
}

/** An error in one line: its code where it has one, else its text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('E') ? code : error.message;
}
