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
import { type CheckResult, longestMs } from '../checks/check.js';
import type { Configuration } from '../config/config.js';
import { canonical } from '../ipvs/address.js';
import type { Failure } from '../ipvs/ipvs.js';
import { serviceKey, type Table } from '../ipvs/table.js';
import { adopt, configureChecks, configureVirtuals } from './configure.js';
import type { Effect } from './effect.js';
import type { Event } from './event.js';
import { judge, putReal, type Turn, tellCommand, touch, touching } from './judge.js';
import { planChanges, planRemoval } from './plan.js';
import { dueChecks, nextSlot, openSchedule } from './schedule.js';
import type { CheckState, DirectorState, Planned, Work } from './state.js';

/** From a failure of ipvsadm to the next try: soon for the clients, rarely enough for the log. */
const RETRY_MS = 2000;
/** A check that has not answered this long after its limit is taken for failed, and made anew. */
const OVERDUE_MS = 5000;
/** More than the checks of any configuration; and with this many runs no number is lost in 2^53. */
const RUN_STRIDE = 2 ** 20;
const RUNS_MAX = 2 ** 30;

const NO_WORK: Work = {
  doing: 'nothing',
  adopt: false,
  touched: new Map(),
  removed: [],
  planned: [],
  refused: new Set(),
};

/** The state before the first configuration. */
export const IDLE: DirectorState = {
  life: 'idle',
  status: 'starting',
  virtuals: [],
  checks: [],
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
  const { schedule, work } = state;
  const slot = nextSlot(schedule);
  const retry = work.doing === 'nothing' ? (work.retryAt ?? Number.POSITIVE_INFINITY) : slot;
  const at = Math.min(slot, retry);
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
}

function configure(turn: Turn, configuration: Configuration): void {
  const before = turn.state;
  const first = before.life === 'idle';
  const virtuals = configureVirtuals(configuration, before);
  const checks = configureChecks(virtuals, before.checks);
  const kept = new Set(checks.map((check) => check.running?.run));
  for (const { running } of before.checks) {
    if (running !== undefined && !kept.has(running.run)) {
      turn.effects.push({ kind: 'cancel', run: running.run });
    }
  }
  const wanted = new Set(virtuals.map(({ key }) => key));
  const removed = [...before.work.removed, ...before.virtuals.map(({ virtual }) => virtual)].filter(
    (virtual) => !wanted.has(serviceKey(virtual.target)),
  );
  const { retryAt: _, ...work } = before.work;
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
    },
  };
  if (turn.state.life === 'running') openRound(turn);
}

/** Every check is made at once, then in its turn. */
function openRound(turn: Turn): void {
  const intervals = turn.state.checks.map((check) => check.intervalMs);
  turn.state = { ...turn.state, schedule: openSchedule(intervals, turn.now) };
  beginDueChecks(turn);
  settleStatus(turn);
}

/** Asks for the table when there is something to compare with it. */
function pursue(turn: Turn): void {
  const { work, life, configuration } = turn.state;
  if (work.doing !== 'nothing') return;
  const stopping = life === 'stopping';
  if (!stopping && !work.adopt && work.touched.size === 0 && work.removed.length === 0) return;
  if (!stopping && work.retryAt !== undefined && work.retryAt > turn.now) return;
  const thresholds =
    configuration?.virtuals.some(({ reals }) =>
      reals.some((real) => real.lowerThreshold > 0 || real.upperThreshold > 0),
    ) ?? false;
  const { retryAt: _, ...rest } = work;
  turn.state = { ...turn.state, work: { ...rest, doing: 'reading' } };
  turn.effects.push({ kind: 'readTable', thresholds });
}

function takeTable(turn: Turn, table: Table): void {
  if (turn.state.work.doing !== 'reading') return;
  if (turn.state.life === 'stopping') {
    leave(turn, planRemoval(turn.state, table, 'stop'));
    return;
  }
  if (turn.state.work.adopt) adoptTable(turn, table);
  const planned = planChanges(turn.state, table);
  const { work } = turn.state;
  turn.state = {
    ...turn.state,
    work: { ...work, adopt: false, touched: new Map(), removed: [] },
  };
  handOut(turn, planned);
}

function adoptTable(turn: Turn, table: Table): void {
  const first = turn.state.life === 'adopting';
  const virtuals = turn.state.virtuals.map((state) => adopt(state, table));
  turn.state = { ...turn.state, virtuals, life: 'running' };
  for (const index of virtuals.keys()) tellCommand(turn, index);
  if (first) openRound(turn);
}

function handOut(turn: Turn, planned: readonly Planned[]): void {
  const doing = planned.length > 0 ? 'changing' : 'nothing';
  const refused = planned.length > 0 ? turn.state.work.refused : NO_WORK.refused;
  turn.state = { ...turn.state, work: { ...turn.state.work, doing, planned, refused } };
  if (planned.length === 0) return;
  turn.effects.push({ kind: 'change', changes: planned.map(({ change }) => change) });
}

function failToRead(turn: Turn, error: string): void {
  const { work, life } = turn.state;
  if (work.doing !== 'reading') return;
  if (!work.refused.has(error)) turn.effects.push({ kind: 'log', text: error });
  const refused = new Set([error]);
  turn.state = {
    ...turn.state,
    work: { ...work, doing: 'nothing', refused, retryAt: turn.now + RETRY_MS },
  };
  // What is to be left behind is known even so.
  if (life === 'stopping') leave(turn, planRemoval(turn.state, undefined, 'stop'));
}

/** Logs what was done and what was not; what was not done is tried again. */
function takeFailures(turn: Turn, failures: readonly Failure[]): void {
  const { work, life } = turn.state;
  if (work.doing !== 'changing') return;
  const failed = new Map(failures.map((failure) => [failure.change, failure]));
  const refused = new Set<string>();
  for (const planned of work.planned) {
    const failure = failed.get(planned.change);
    if (failure === undefined) {
      report(turn, planned.reports);
      continue;
    }
    const text = `system(${failure.command}) failed: ${failure.error}`;
    if (!work.refused.has(text)) turn.effects.push({ kind: 'log', text });
    refused.add(text);
    lookAgain(turn, planned);
  }
  const retry = failures.length > 0 ? { retryAt: turn.now + RETRY_MS } : {};
  turn.state = {
    ...turn.state,
    work: { ...turn.state.work, doing: 'nothing', planned: [], refused, ...retry },
  };
  if (life === 'leaving') end(turn);
}

/** A change that failed is planned again from the table as it will be then. */
function lookAgain(turn: Turn, { change, concerns }: Planned): void {
  const { work, virtuals } = turn.state;
  const key = serviceKey(concerns.virtual.target);
  // A reload in the meantime may want it again.
  if (change.kind === 'deleteService' && virtuals.some((state) => state.key === key)) return;
  const next =
    change.kind === 'deleteService'
      ? { removed: [...work.removed, concerns.virtual] }
      : { touched: touching(work.touched, key, concerns.destination ?? 'all') };
  turn.state = { ...turn.state, work: { ...work, ...next } };
}

function report(turn: Turn, reports: Planned['reports']): void {
  for (const { text, mail } of reports) {
    turn.effects.push({ kind: 'log', text });
    if (mail === undefined) continue;
    const notice = { text, ...mail, status: turn.state.status };
    turn.effects.push({ kind: 'notice', notice });
  }
}

function takeResult(turn: Turn, run: number, result: CheckResult): void {
  const index = indexOfRun(turn.state.checks, run);
  const check = turn.state.checks[index];
  if (check?.running === undefined) return;
  const { running, impossible: before, ...rest } = check;
  let { betweenLeft } = check;
  if (check.between !== undefined) {
    if (!result.up) betweenLeft = 0;
    else betweenLeft = running.between ? betweenLeft - 1 : check.between.times;
  }
  const impossible = result.impossible === true ? result.message : undefined;
  const next: CheckState = {
    ...rest,
    betweenLeft,
    answered: true,
    ...(impossible === undefined ? {} : { impossible }),
  };
  turn.state = { ...turn.state, checks: turn.state.checks.with(index, next) };
  for (const member of check.members) {
    if (impossible !== undefined && impossible !== before) {
      const state = turn.state.virtuals[member.virtual];
      const name = state?.reals[member.real]?.real.name;
      const text = `Cannot check real server: ${name} (${state?.virtual.name}): ${impossible}`;
      turn.effects.push({ kind: 'log', text });
    }
    judge(turn, member, result);
  }
  if (!check.answered) settleStatus(turn);
}

/** A run's number tells where its check stood when it began; a reload may have moved it. */
function indexOfRun(checks: readonly CheckState[], run: number): number {
  const index = run % RUN_STRIDE;
  if (checks[index]?.running?.run === run) return index;
  return checks.findIndex((check) => check.running?.run === run);
}

/** The start, or a reload, is over when every check has answered once. */
function settleStatus(turn: Turn): void {
  const { status, checks } = turn.state;
  if (status !== 'starting' && status !== 'reloading') return;
  if (checks.every((check) => check.answered)) turn.state = { ...turn.state, status: 'running' };
}

function beginDueChecks(turn: Turn): void {
  if (turn.state.life !== 'running') return;
  const { schedule, due } = dueChecks(turn.state.schedule, turn.now);
  if (due.length === 0) return;
  giveUpOverdue(turn, due);
  const checks = turn.state.checks.slice();
  let { nextRun } = turn.state;
  for (const index of due) {
    const check = checks[index];
    if (check === undefined || check.running !== undefined) continue;
    if (check.members.every(({ virtual, real }) => isHeld(turn, virtual, real))) {
      checks[index] = { ...check, answered: true };
      continue;
    }
    const between = check.betweenLeft > 0 ? check.between : undefined;
    const spec = between?.spec ?? check.spec;
    const run = nextRun * RUN_STRIDE + index;
    nextRun = (nextRun + 1) % RUNS_MAX;
    checks[index] = {
      ...check,
      running: {
        run,
        since: turn.now,
        between: between !== undefined,
        longest: longestMs(spec),
      },
    };
    turn.effects.push({ kind: 'check', run, spec });
  }
  turn.state = { ...turn.state, schedule, checks, nextRun };
}

/** No server may stay unwatched because an answer was lost on the way. */
function giveUpOverdue(turn: Turn, due: readonly number[]): void {
  for (const index of due) {
    const running = turn.state.checks[index]?.running;
    if (running === undefined) continue;
    const ms = turn.now - running.since;
    if (ms <= running.longest + OVERDUE_MS) continue;
    turn.effects.push({ kind: 'cancel', run: running.run });
    takeResult(turn, running.run, { up: false, message: 'no answer from the check', ms });
  }
}

function isHeld(turn: Turn, virtual: number, real: number): boolean {
  return turn.state.virtuals[virtual]?.reals[real]?.held === true;
}

function hold(turn: Turn, address: string, port: number | undefined, held: boolean): void {
  const wanted = canonical(address);
  for (const [virtual, state] of turn.state.virtuals.entries()) {
    for (const [index, real] of state.reals.entries()) {
      if (canonical(real.real.address) !== wanted) continue;
      if (port !== undefined && real.real.port !== port) continue;
      if (real.held === held) continue;
      const always = !turn.state.checks.some((check) =>
        check.members.some((member) => member.virtual === virtual && member.real === index),
      );
      const free = always && state.virtual.check.type !== 'off' ? 'up' : 'down';
      putReal(turn, virtual, index, { held, status: held ? 'down' : free, failures: 0 });
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
    checks: [],
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

function leave(turn: Turn, planned: readonly Planned[]): void {
  turn.state = { ...turn.state, life: 'leaving' };
  if (planned.length === 0) end(turn);
  else handOut(turn, planned);
}

function end(turn: Turn): void {
  turn.state = { ...turn.state, life: 'stopped', work: NO_WORK };
  turn.effects.push({ kind: 'stopped' });
}
