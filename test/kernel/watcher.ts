/**
 * Watches the kernel's table of a host, and how slow the machine is: keeps every state of the
 * table, every time it was itself late, and how long a call of ipvsadm takes.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { monotonicMs } from '../lab/clock.js';
import { takeOrders } from './orders.js';
import { type Look, readWeights } from './watch.js';

const LOOK_EVERY_MS = 20;
/** A program that is that late was kept from running. */
const LATE_MS = 30;
const CALL_EVERY_MS = 1000;

let look: Look = { states: [], stalls: [], calls: [] };
let table = '';
let due = monotonicMs();

function watch(): void {
  const at = monotonicMs();
  if (at - due > LATE_MS) look.stalls.push({ from: due, to: at });
  const weights = readWeights(readFileSync('/proc/net/ip_vs', 'utf8'));
  const text = JSON.stringify(weights);
  if (text !== table) look.states.push({ at, weights });
  table = text;
  due = monotonicMs() + LOOK_EVERY_MS;
  setTimeout(watch, LOOK_EVERY_MS);
}

function call(): void {
  const at = monotonicMs();
  execFile('ipvsadm', ['-S', '-n'], () => {
    look.calls.push({ at, ms: monotonicMs() - at });
    setTimeout(call, CALL_EVERY_MS);
  });
}

watch();
call();
takeOrders({
  /** What was seen since the last time. */
  take: () => {
    const taken = look;
    look = { states: [], stalls: [], calls: [] };
    return taken;
  },
});
