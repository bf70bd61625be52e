/** The dealings with the kernel's table: one read or one batch of changes at a time. */
import type { Failure } from '../ipvs/ipvs.js';
import { serviceKey, type Table } from '../ipvs/table.js';
import { adopt } from './configure.js';
import { type Turn, tellCommand, touching } from './judge.js';
import { planChanges, planRemoval } from './plan.js';
import { reportStrays } from './report.js';
import { openRound } from './rounds.js';
import type { DirectorState, Planned, Work } from './state.js';
import { look, nextLook } from './stray.js';

/** From a failure of ipvsadm to the next try: soon for the clients, rarely enough for the log. */
const RETRY_MS = 2000;
/** News that follow a change this closely are gathered: they cost one call of ipvsadm, not one each. */
const GATHER_MS = 50;

export const NO_WORK: Work = {
  doing: 'nothing',
  whole: false,
  adopt: false,
  touched: new Map(),
  removed: [],
  planned: [],
  refused: new Set(),
  seen: new Map(),
};

/** Asks for the table when there is something to compare with it, and to look for strays. */
export function pursue(turn: Turn): void {
  const { work, configuration } = turn.state;
  if (nextRead(turn.state) > turn.now) return;
  // A start or reload has to see those that the file does not name any more.
  const thresholds =
    work.adopt ||
    (configuration?.virtuals.some(({ reals }) =>
      reals.some((real) => real.lowerThreshold > 0 || real.upperThreshold > 0),
    ) ??
      false);
  const { retryAt: _, ...rest } = work;
  const gatherUntil = turn.now + GATHER_MS;
  turn.state = {
    ...turn.state,
    work: { ...rest, doing: 'reading', whole: work.adopt, gatherUntil },
  };
  turn.effects.push({ kind: 'readTable', thresholds });
}

/** When the table is to be read at the latest; Infinity: not before another event. */
export function nextRead(state: DirectorState): number {
  const { work, life } = state;
  if (work.doing !== 'nothing') return Number.POSITIVE_INFINITY;
  if (life === 'stopping') return Number.NEGATIVE_INFINITY;
  if (work.retryAt !== undefined) return work.retryAt;
  if (work.adopt) return Number.NEGATIVE_INFINITY;
  const news = work.touched.size > 0 || work.removed.length > 0;
  return news ? (work.gatherUntil ?? Number.NEGATIVE_INFINITY) : nextLook(state);
}

export function takeTable(turn: Turn, table: Table): void {
  if (turn.state.work.doing !== 'reading') return;
  if (turn.state.life === 'stopping') {
    leave(turn, planRemoval(turn.state, table, 'stop'));
    return;
  }
  if (turn.state.work.adopt && !turn.state.work.whole) {
    // This read began before the reload did: what was done in between is not in it.
    turn.state = { ...turn.state, work: { ...turn.state.work, doing: 'nothing' } };
    return;
  }
  if (turn.state.work.adopt) adoptTable(turn, table);
  const { work, due } = look(turn.state, table, turn.now);
  for (const text of reportStrays(due)) turn.effects.push({ kind: 'log', text });
  const planned = planChanges(turn.state, table, due);
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

export function failToRead(turn: Turn, error: string): void {
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
export function takeFailures(turn: Turn, failures: readonly Failure[]): void {
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
  // News that came meanwhile do not wait for the next try of what failed.
  const news = work.adopt || work.touched.size > 0 || work.removed.length > 0;
  const retry = failures.length > 0 && !news ? { retryAt: turn.now + RETRY_MS } : {};
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

function leave(turn: Turn, planned: readonly Planned[]): void {
  turn.state = { ...turn.state, life: 'leaving' };
  if (planned.length === 0) end(turn);
  else handOut(turn, planned);
}

export function end(turn: Turn): void {
  turn.state = { ...turn.state, life: 'stopped', work: NO_WORK };
  turn.effects.push({ kind: 'stopped' });
}
