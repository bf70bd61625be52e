/**
 * What a life that ends in order leaves to the next one beside the groups that run, and what nobody
 * could find out by looking: one word of the next one's command line, without a blank.
 */
import type { Borrowed } from '@ts-heartbeat/core/state';

export interface Leftover {
  /** A group of what is held, or a part of one, may not run. */
  readonly incomplete?: true;
  /** What is held of the other node's groups is still to go home. */
  readonly failback?: true;
  /** Groups that run here alone of their share. */
  readonly borrowed?: readonly Borrowed[];
}

/** The word; empty where there is nothing to tell. */
export function leftoverWord({ incomplete, failback, borrowed = [] }: Leftover): string {
  return [
    ...(incomplete === true ? ['incomplete'] : []),
    ...(failback === true ? ['failback'] : []),
    ...borrowed.map(({ key, share }) => `${share}=${encodeURIComponent(key)}`),
  ].join();
}

/** Reads the word; what of it is not understood is passed over. Never throws. */
export function readLeftover(word: string): Leftover {
  const parts = word.split(',');
  const borrowed = parts.flatMap((part) => {
    const [, share, key] = /^(local|foreign)=(.+)$/.exec(part) ?? [];
    const known = share === 'local' || share === 'foreign';
    const name = known && key !== undefined ? decoded(key) : '';
    return known && name !== '' ? [{ key: name, share } as const] : [];
  });
  return {
    ...(parts.includes('incomplete') ? ({ incomplete: true } as const) : {}),
    ...(parts.includes('failback') ? ({ failback: true } as const) : {}),
    ...(borrowed.length > 0 ? { borrowed } : {}),
  };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return '';
  }
}
