/**
 * A program that watches the machine itself: it asks to be woken every few milliseconds and tells
 * when it was not. To be run for each CPU, at a higher realtime priority than what is tested, so
 * that nothing but the machine (its hypervisor, its kernel) can keep it waiting.
 */
import { monotonicMs } from '../lab/clock.js';

const EVERY_MS = 5;
/** Shorter ones are this program's own garbage collection, and no heartbeat notices them. */
const TOLD_MS = 10;

let last = monotonicMs();
setInterval(() => {
  const now = monotonicMs();
  const stalled = now - last - EVERY_MS;
  if (stalled >= TOLD_MS) console.log(`stall ${last.toFixed(1)} ${stalled.toFixed(1)}`);
  last = now;
}, EVERY_MS);
console.log('watching');
