/** What a check result means for a real, and what follows for its virtual. */
import type { CheckResult } from '../checks/check.js';
import type { Virtual } from '../config/config.js';
import { withPort } from '../ipvs/address.js';
import { destinationKey } from '../ipvs/table.js';
import { fallbackPlace, isServing } from './desired.js';
import type { Effect } from './effect.js';
import type { CheckState, DirectorState, RealState, Touched, VirtualState, Work } from './state.js';

/** One step in the making: the state as it becomes, and the effects so far. */
export interface Turn {
  state: DirectorState;
  readonly effects: Effect[];
  readonly now: number;
}

type Member = CheckState['members'][number];

/**
 * Applies a result to one real (ldirectord 4.12): up at the first success, down when `failurecount`
 * checks in a row have failed. A real that was never up is down at its first failure.
 */
export function judge(turn: Turn, member: Member, result: CheckResult): void {
  const state = turn.state.virtuals[member.virtual];
  const real = state?.reals[member.real];
  if (state === undefined || real === undefined || real.held) return;
  const { virtual } = state;
  noteResult(turn, virtual, real, result);
  const name = `${real.real.name} (${virtual.id})`;
  if (result.up) {
    if (real.failures > 0) log(turn, `Resetting soft failure count: ${name}`);
    if (real.status === 'up' && real.failures === 0) return;
    putReal(turn, member.virtual, member.real, { status: 'up', failures: 0 });
    if (real.status !== 'up') touch(turn, member.virtual, real.key);
    return;
  }
  if (real.status === 'down') return;
  const failures = real.failures + 1;
  const limit = virtual.check.failureCount;
  if (real.status === 'up' && failures < limit) {
    log(turn, `Soft failure real server: ${name} failure ${failures}/${limit}`);
    putReal(turn, member.virtual, member.real, { failures });
    return;
  }
  if (real.status === 'unchecked' && !isKnownDown(state, real)) noticeDown(turn, virtual, real);
  putReal(turn, member.virtual, member.real, { status: 'down', failures });
  touch(turn, member.virtual, real.key);
}

/** What the monitor file is told of a server in maintenance, in the place of a result. */
export function noteHeld(turn: Turn, member: Member): void {
  const state = turn.state.virtuals[member.virtual];
  const real = state?.reals[member.real];
  if (state === undefined || real === undefined) return;
  noteResult(turn, state.virtual, real, { up: false, message: 'Server in maintenance', ms: 0 });
}

function noteResult(turn: Turn, virtual: Virtual, real: RealState, result: CheckResult): void {
  if (virtual.monitorFile === undefined) return;
  const text = monitorText(real, result);
  turn.effects.push({ kind: 'monitor', file: virtual.monitorFile, text });
}

/**
 * A server that is found down at its first check was never put in service, so no change of the
 * table tells of it. The genuine program puts it in and takes it out, and mails both.
 */
function noticeDown(turn: Turn, virtual: Virtual, { place }: RealState): void {
  const server = withPort(place.address, place.port);
  const text = `Inaccessible real server: ${server} (${virtual.name})`;
  const { status } = turn.state;
  turn.effects.push({
    kind: 'notice',
    notice: { text, virtual: virtual.id, server, down: true, status },
  });
}

/** Two lines of the file may stand for one place of the kernel's table: it is told of once. */
function isKnownDown({ reals }: VirtualState, { key }: RealState): boolean {
  return reals.some((other) => other.key === key && other.status === 'down');
}

/** Changes what is known of a real; a fallback is put in or taken out when that follows from it. */
export function putReal(
  turn: Turn,
  virtual: number,
  real: number,
  change: Partial<Pick<RealState, 'status' | 'failures' | 'held'>>,
): void {
  const state = turn.state.virtuals[virtual];
  const before = state?.reals[real];
  if (state === undefined || before === undefined) return;
  const next = { ...state, reals: state.reals.with(real, { ...before, ...change }) };
  turn.state = { ...turn.state, virtuals: turn.state.virtuals.with(virtual, next) };
  if (isServing(state) === isServing(next)) return;
  const place = fallbackPlace(next.virtual);
  if (place !== undefined) touch(turn, virtual, destinationKey(place));
  tellCommand(turn, virtual);
}

/** The destination is to be compared with the table, as soon as that can be read. */
export function touch(turn: Turn, virtual: number, key: string): void {
  const state = turn.state.virtuals[virtual];
  if (state === undefined) return;
  // News do not wait for the next try of what failed.
  const { retryAt: _, ...work } = turn.state.work;
  const touched = touching(work.touched, state.key, key);
  turn.state = { ...turn.state, work: { ...work, touched } };
}

/** With one destination, or all of a virtual, added to what is touched. */
export function touching(
  touched: Work['touched'],
  virtual: string,
  what: string | 'all',
): Work['touched'] {
  const before = touched.get(virtual);
  if (before === 'all') return touched;
  const after: Touched = what === 'all' ? 'all' : new Set(before).add(what);
  return new Map(touched).set(virtual, after);
}

/** Runs the fallback command when it was not told of the present situation yet. */
export function tellCommand(turn: Turn, index: number): void {
  const state = turn.state.virtuals[index];
  if (state === undefined || state.virtual.check.type === 'off') return;
  const { virtual, told } = state;
  const verb = isServing(state) ? 'stop' : 'start';
  if (virtual.fallbackCommand === undefined || told === verb) return;
  const { target, fallbackCommand: command } = virtual;
  const next = { ...state, told: verb } as const;
  turn.state = { ...turn.state, virtuals: turn.state.virtuals.with(index, next) };
  const address = target.kind === 'mark' ? ':0' : withPort(target.address, target.port);
  const { protocol } = target;
  turn.effects.push({ kind: 'fallbackCommand', command, verb, address, protocol });
}

/** The text of a monitor file's line after its time and process id (ldirectord 4.12). */
function monitorText(real: RealState, result: CheckResult): string {
  const said = result.message === '' ? '-' : result.message;
  const message = said.replace(
    /[%|\r\n]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${real.real.monitorName} [${result.up ? 'up' : 'down'}] ${message}`;
}

function log(turn: Turn, text: string): void {
  turn.effects.push({ kind: 'log', text });
}
