/** Client libraries that are loaded at the first check that needs them, and never before. */
import { messageOf, type Probe, type Settle } from './probe.js';

/**
 * A probe that begins when `load` has resolved. A library that cannot be loaded makes the check
 * impossible; one that throws at the beginning has found the server, or what is asked of it, wrong.
 */
export function onDemand<T>(
  load: () => Promise<T>,
  begin: (library: T, settle: Settle) => () => void,
): Probe {
  return (settle) => {
    let ended = false;
    let close = (): void => {};
    const loaded = (library: T): void => {
      if (ended) return;
      try {
        close = begin(library, settle);
      } catch (error) {
        settle({ up: false, message: messageOf(error) });
      }
      // It settled before it could tell how to end it.
      if (ended) close();
    };
    const missing = (error: unknown): void => {
      settle({ up: false, message: messageOf(error), impossible: true });
    };
    void load().then(loaded, missing);
    return () => {
      ended = true;
      close();
    };
  };
}
