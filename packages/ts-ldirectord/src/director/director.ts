/**
 * The director: decides from check results, commands and the kernel's table what is to be changed
 * in that table. Pure: `step` takes an event and the time, and returns what is to be done.
 *
 * What the caller has to do:
 * 1. Begin with `IDLE`, and bring the configuration by the event `configured`; each later one is a
 *    reload. A configuration with errors is not brought at all.
 * 2. Perform the effects of each step in order, and bring each answer as an event. Every
 *    `readTable`, `change` and `check` is answered exactly once, but for a cancelled check.
 * 3. Bring `time` when `wakeAt` says so. It may come earlier or later.
 * 4. To end, bring `stop` and wait for the effect `stopped`.
 */
import type { Configuration } from '../config/config.js';
import { canonical } from '../ipvs/address.js';
import { serviceKey } from '../ipvs/table.js';
import { configureChecks, configureVirtuals } from './configure.js';
import { end, failToRead, NO_WORK, nextRead, pursue, takeFailures, takeTable } from './dealings.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import { putReal, type Turn, touch } from './judge.js';
import { beginDueChecks, openRound, settleStatus, takeResult } from './rounds.js';
import { Row } from './row.js';
import { nextSlot, openSchedule } from './schedule.js';
import type { DirectorState } from './state.js';

/** The state before the first configuration. */
export const IDLE: DirectorState = {
  life: 'idle',
  status: 'starting',
  virtuals: [],
  checks: Row.of([]),
  schedule: openSchedule([], 0),
  work: NO_WORK,
  nextRun: 1,
};

/**
 * Takes one event. Time is monotonic milliseconds and never steps back. The caller performs the
 * effects in order, and brings their answers as events.
 */
export function step(
  state: DirectorState,
  event: Event,
  now: number,
): { readonly state: DirectorState; readonly effects: readonly Effect[] } {
  const turn: Turn = { state, effects: [], now };
  if (state.life !== 'stopped') take(turn, event);
  return { state: turn.state, effects: turn.effects };
}

/** When the event `time` is due at the latest; undefined: not before another event. */
export function wakeAt(state: DirectorState): number | undefined {
  const at = Math.min(nextSlot(state.schedule), nextRead(state));
  return Number.isFinite(at) ? at : undefined;
}

function take(turn: Turn, event: Event): void {
  switch (event.kind) {
    case 'configured':
      if (!isEnding(turn)) configure(turn, event.configuration);
      break;
    case 'table':
      takeTable(turn, event.table);
      break;
    case 'tableFailed':
      failToRead(turn, event.error);
      break;
    case 'changed':
      takeFailures(turn, event.failures);
      break;
    case 'checked':
      takeResult(turn, event.run, event.result);
      break;
    case 'hold':
      hold(turn, event.address, event.port, event.held);
      break;
    case 'time':
      beginDueChecks(turn);
      break;
    case 'stop':
      stop(turn);
      break;
  }
  pursue(turn);
  settleStatus(turn);
}

function configure(turn: Turn, configuration: Configuration): void {
  const before = turn.state;
  const first = before.life === 'idle';
  const virtuals = configureVirtuals(configuration, before);
  const checks = configureChecks(virtuals, before.checks);
  const kept = new Set([...checks].map((check) => check.running?.run));
  for (const { running } of before.checks) {
    if (running !== undefined && !kept.has(running.run)) {
      turn.effects.push({ kind: 'cancel', run: running.run });
    }
  }
  const wanted = new Set(virtuals.map(({ key }) => key));
  const removed = [...before.work.removed, ...before.virtuals.map(({ virtual }) => virtual)].filter(
    (virtual) => !wanted.has(serviceKey(virtual.target)),
  );
  const { retryAt: _, lookAt: __, ...work } = before.work;
  turn.state = {
    ...before,
    life: first ? 'adopting' : before.life,
    status: first || before.life === 'adopting' ? 'starting' : 'reloading',
    configuration,
    virtuals,
    checks,
    work: {
      ...work,
      adopt: true,
      touched: new Map(virtuals.map(({ key }) => [key, 'all'])),
      removed,
      seen: new Map(),
    },
  };
  if (turn.state.life === 'running') openRound(turn);
}

function hold(turn: Turn, address: string, port: number | undefined, held: boolean): void {
  const wanted = canonical(address);
  for (const [virtual, state] of turn.state.virtuals.entries()) {
    for (const [index, real] of state.reals.entries()) {
      if (canonical(real.real.address) !== wanted) continue;
      if (port !== undefined && real.real.port !== port) continue;
      if (real.held === held) continue;
      const always = ![...turn.state.checks].some((check) =>
        check.members.some((member) => member.virtual === virtual && member.real === index),
      );
      const free = always && state.virtual.check.type !== 'off' ? 'up' : 'down';
      const status = held ? 'down' : free;
      // The genuine program counts it as a failure, and says so when the server is back.
      const failures = status === 'up' ? 0 : Math.max(real.failures, 1);
      putReal(turn, virtual, index, { held, status, failures });
      touch(turn, virtual, real.key);
    }
  }
}

function stop(turn: Turn): void {
  const { checks, work } = turn.state;
  if (isEnding(turn)) return;
  for (const { running } of checks) {
    if (running !== undefined) turn.effects.push({ kind: 'cancel', run: running.run });
  }
  const { retryAt: _, ...rest } = work;
  turn.state = {
    ...turn.state,
    life: 'stopping',
    status: 'stopping',
    checks: Row.of([]),
    schedule: openSchedule([], turn.now),
    work: { ...rest, adopt: false, touched: new Map() },
  };
  const leaves = turn.state.virtuals.every(({ virtual }) => !virtual.cleanstop);
  if (work.doing === 'nothing' && leaves && work.removed.length === 0) end(turn);
}

function isEnding(turn: Turn): boolean {
  const { life } = turn.state;
  return life === 'stopping' || life === 'leaving';
}
