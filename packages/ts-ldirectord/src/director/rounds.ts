/** The rounds of checks: what is begun when, and what becomes of an answer. */
import { type CheckResult, longestMs } from '../checks/check.js';
import { judge, noteHeld, type Turn } from './judge.js';
import type { Row } from './row.js';
import { dueChecks, openSchedule } from './schedule.js';
import type { CheckState } from './state.js';

/** A check that has not answered this long after its limit is taken for failed, and made anew. */
const OVERDUE_MS = 5000;
/** More than the checks of any configuration; and with this many runs no number is lost in 2^53. */
const RUN_STRIDE = 2 ** 20;
const RUNS_MAX = 2 ** 30;

/** Every check is made at once, then in its turn. */
export function openRound(turn: Turn): void {
  const intervals = [...turn.state.checks].map((check) => check.intervalMs);
  turn.state = { ...turn.state, schedule: openSchedule(intervals, turn.now) };
  beginDueChecks(turn);
}

export function takeResult(turn: Turn, run: number, result: CheckResult): void {
  const index = indexOfRun(turn.state.checks, run);
  const check = turn.state.checks.at(index);
  if (check?.running === undefined) return;
  const { running, impossible: before, ...rest } = check;
  let { betweenLeft } = check;
  if (check.between !== undefined) {
    if (!result.up) betweenLeft = 0;
    else betweenLeft = running.between ? Math.max(0, betweenLeft - 1) : check.between.times;
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
}

/** A run's number tells where its check stood when it began; a reload may have moved it. */
function indexOfRun(checks: Row<CheckState>, run: number): number {
  const index = run % RUN_STRIDE;
  if (checks.at(index)?.running?.run === run) return index;
  return [...checks].findIndex((check) => check.running?.run === run);
}

/**
 * The start, or a reload, is over when every check has answered once and the table shows it, or
 * will not: mails tell of those changes with the status that caused them (ldirectord 4.12).
 */
export function settleStatus(turn: Turn): void {
  const { status, checks, life, work } = turn.state;
  if (status !== 'starting' && status !== 'reloading') return;
  const due = work.touched.size > 0 && work.retryAt === undefined;
  if (life !== 'running' || work.doing !== 'nothing' || due) return;
  for (const check of checks) if (!check.answered) return;
  turn.state = { ...turn.state, status: 'running' };
}

export function beginDueChecks(turn: Turn): void {
  if (turn.state.life !== 'running') return;
  const { schedule, due } = dueChecks(turn.state.schedule, turn.now);
  if (due.length === 0) return;
  giveUpOverdue(turn, due);
  let { checks, nextRun } = turn.state;
  for (const index of due) {
    const check = checks.at(index);
    if (check === undefined || check.running !== undefined) continue;
    const held = check.members.filter(({ virtual, real }) => isHeld(turn, virtual, real));
    for (const member of held) noteHeld(turn, member);
    if (held.length === check.members.length) {
      checks = checks.with(index, { ...check, answered: true });
      continue;
    }
    const between = check.betweenLeft > 0 ? check.between : undefined;
    const spec = between?.spec ?? check.spec;
    const run = nextRun * RUN_STRIDE + index;
    nextRun = (nextRun + 1) % RUNS_MAX;
    checks = checks.with(index, {
      ...check,
      running: {
        run,
        since: turn.now,
        between: between !== undefined,
        longest: longestMs(spec),
      },
    });
    turn.effects.push({ kind: 'check', run, spec });
  }
  turn.state = { ...turn.state, schedule, checks, nextRun };
}

/**
 * No server may stay unwatched because an answer was lost on the way. But if we have slept
 * ourselves the answer may be there, not heard yet, or the server was given more time: it has all
 * its time again from when it was found overdue. The next slot of its check may be much nearer,
 * as after a reload.
 */
function giveUpOverdue(turn: Turn, due: readonly number[]): void {
  for (const index of due) {
    const check = turn.state.checks.at(index);
    if (check?.running === undefined) continue;
    const { running } = check;
    const { since, longest, overdueSince } = running;
    if (turn.now - (overdueSince ?? since) <= longest + OVERDUE_MS) continue;
    if (overdueSince === undefined) {
      const late = { ...check, running: { ...running, overdueSince: turn.now } };
      turn.state = { ...turn.state, checks: turn.state.checks.with(index, late) };
      continue;
    }
    turn.effects.push({ kind: 'cancel', run: running.run });
    const ms = turn.now - since;
    takeResult(turn, running.run, { up: false, message: 'no answer from the check', ms });
  }
}

function isHeld(turn: Turn, virtual: number, real: number): boolean {
  return turn.state.virtuals[virtual]?.reals[real]?.held === true;
}
