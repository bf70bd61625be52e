/** Opens the media of a node, one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Millis } from '@ts-heartbeat/core/time';
import type { Medium } from './medium.js';

/** A medium that takes longer to open does not hold up the next. */
const TURN_MAX: Millis = 50;

/**
 * Opens media so that the log has them in the order of ha.cf. Resolves when all are open; rejects
 * with the first that cannot be.
 */
export async function openInTurn(media: readonly Medium[]): Promise<void> {
  const opening: Promise<void>[] = [];
  for (const medium of media) {
    const open = medium.open();
    opening.push(open);
    await Promise.race([open.catch(() => undefined), delay(TURN_MAX)]);
  }
  await Promise.all(opening);
}
