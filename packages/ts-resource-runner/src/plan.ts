/**
 * What is called in which order: takes jobs and the results of scripts, answers with the next
 * script, as plain data. Texts, order and retries are those of ResourceManager 3.0.6.
 */
import type { Job, JobOutcome } from '@ts-heartbeat/core/job';
import { expand } from './plan/expand.js';
import { type Group, isAddress, lineOf } from './plan/group.js';
import { isOvertaken, withoutOvertakenTasks } from './plan/overtaken.js';
import { saysRunning } from './plan/ownership.js';
import type {
  GroupStep,
  GroupTask,
  JobRequest,
  PlanEffect,
  PlanEvent,
  PlanSettings,
  PlanState,
  Step,
  Work,
} from './plan/state.js';
import { callOf, groupOf, resourceAt, Turn } from './plan/turn.js';
import { actingOn, failing, isRelease, sticking, stopRetries } from './plan/work.js';

/** A stop that its deadline had to end is tried this often: the second time may find it done. */
const HUNG_STOPS_MAX = 2;
/** More jobs than a cluster of two can have under way; beyond it the sender is broken. */
export const QUEUE_MAX = 256;
/** Outcomes kept for a sender that lost the answer; it has at most the queue outstanding. */
export const DONE_MAX = QUEUE_MAX;

type Ended = PlanEvent & { readonly kind: 'ended' };

export function initialPlan(settings: PlanSettings): PlanState {
  return {
    settings,
    localNode: '',
    held: [],
    queue: [],
    work: null,
    done: [],
    orphaned: false,
  };
}

/** True when no job is in hand or waiting. */
export function isIdle(state: PlanState): boolean {
  return state.work === null && state.queue.length === 0;
}

/** One event in, the effects to perform in order out. An event nobody waits for does nothing. */
export function step(
  state: PlanState,
  event: PlanEvent,
): { readonly state: PlanState; readonly effects: readonly PlanEffect[] } {
  const turn = new Turn(state);
  switch (event.kind) {
    case 'hello':
      greet(turn, event.localNode.toLowerCase(), event.fresh);
      break;
    case 'job':
      accept(turn, event.request);
      break;
    case 'orphaned':
      abandon(turn);
      break;
    default:
      if (turn.state.work !== null) proceed(turn, turn.state.work, event);
  }
  return { state: turn.state, effects: turn.effects };
}

function greet(turn: Turn, localNode: string, fresh: boolean): Turn {
  turn.change({ localNode });
  if (!fresh) return turn;
  const { work, queue, held } = turn.state;
  // It is gone, whatever it gave before: what is held of it goes home when it is back.
  const gone = queue.flatMap(({ job }) =>
    job.kind === 'takeOver' ? [job.node.toLowerCase()] : [],
  );
  const marked = held.map((entry) =>
    gone.includes(entry.group.node) ? { ...entry, takenOver: true as const } : entry,
  );
  turn.change({ done: [], queue: [], held: marked });
  if (work !== null && work.request !== null) {
    // It is told what is held, and would not know of groups that are started after that.
    const todo = work.todo.filter((task) => task.do !== 'take');
    turn.change({ work: { ...work, todo, request: { ...work.request, id: -1 } } });
  }
  return turn;
}

function accept(turn: Turn, request: JobRequest): Turn {
  const { queue, done, work, orphaned } = turn.state;
  if (orphaned) return turn;
  const before = done.find((entry) => entry.id === request.id);
  if (before !== undefined) {
    return turn.emit({ kind: 'done', id: before.id, outcome: before.outcome });
  }
  if (work?.request?.id === request.id || queue.some((entry) => entry.id === request.id))
    return turn;
  if (queue.length >= QUEUE_MAX) {
    turn.log('error', `Too many jobs waiting; job ${request.id} (${request.job.kind}) refused`);
    return answer(turn, request.id, { ok: false, failed: [], groups: [] });
  }
  turn.change({ queue: [...withoutOvertaken(turn, request.job), request] });
  if (work === null) return nextJob(turn);
  const todo = withoutOvertakenTasks(work.todo, request.job, turn.state.localNode);
  turn.change({ work: { ...work, todo } });
  return turn;
}

/** The jobs that still wait; those to which the new one leaves nothing to do are answered. */
function withoutOvertaken(turn: Turn, later: Job): readonly JobRequest[] {
  const { queue } = turn.state;
  for (const { id, job } of queue) {
    if (isOvertaken(job, later)) answer(turn, id, { ok: true, failed: [], groups: [] });
  }
  return queue.filter(({ job }) => !isOvertaken(job, later));
}

/** ts-heartbeat is gone for good: end what is under way, then release everything held. */
function abandon(turn: Turn): Turn {
  if (turn.state.orphaned) return turn;
  turn.change({ orphaned: true, queue: [] });
  const { work } = turn.state;
  if (work === null) return releaseHeld(turn);
  turn.change({ work: { ...work, todo: [] } });
  const { at } = work.step;
  const isCut = at === 'probe' || at === 'ask' || at === 'start' || at === 'hook';
  return isCut ? turn.emit({ kind: 'cut' }) : turn;
}

function releaseHeld(turn: Turn): Turn {
  const todo = turn.state.held.map(({ group }) => ({ do: 'release' as const, group }));
  return nextTask(turn, {
    request: null,
    todo,
    step: { at: 'read' },
    failed: [],
    groups: [],
    stuck: [],
    local: [],
  });
}

/** True for a job that was in hand when ts-heartbeat went for good. */
function isAbandoned(turn: Turn, work: Work): boolean {
  return turn.state.orphaned && work.request !== null;
}

function nextJob(turn: Turn): Turn {
  const [request, ...queue] = turn.state.queue;
  turn.change({ queue, work: null });
  if (request === undefined) return turn;
  const nothing = { todo: [], failed: [], groups: [], stuck: [], local: [] };
  return begin(turn, { request, ...nothing, step: { at: 'read' } });
}

/** Takes up a step: what it waits for is asked of the outside, a missing script fails at once. */
function begin(turn: Turn, work: Work): Turn {
  turn.change({ work });
  const { step } = work;
  const called =
    step.at === 'read' || step.at === 'lock' || step.at === 'relock' || step.at === 'announce'
      ? null
      : callOf(step);
  if (called === null || called.resource.path !== null) return turn.ask(step);
  if (called.verb !== 'status') {
    turn.log('error', `Cannot locate resource script ${called.resource.script}`);
  }
  return proceed(turn, work, { kind: 'ended', rc: 1, output: '', late: false });
}

function proceed(turn: Turn, work: Work, event: PlanEvent): Turn {
  const { step } = work;
  if (event.kind === 'resumed') return resume(turn, work);
  switch (step.at) {
    case 'read':
      return event.kind === 'groups' ? planned(turn, work, event.groups) : turn;
    case 'lock':
    case 'relock':
      return event.kind === 'locked' ? locked(turn, work, step, event.ok) : turn;
    case 'announce':
      return event.kind === 'ended' ? announce(turn, work, step.group, step.index + 1) : turn;
    case 'pause':
      return event.kind === 'waited' ? retry(turn, work, step) : turn;
    default:
      return event.kind === 'ended' ? ended(turn, work, step, event) : turn;
  }
}

/**
 * Goes on where a killed runner stopped. What came of its script is not known: a start is judged by
 * `status`, a stop is done again.
 */
function resume(turn: Turn, work: Work): Turn {
  const { step } = work;
  switch (step.at) {
    case 'read':
    case 'lock':
    case 'relock':
    case 'announce':
      return begin(turn, work);
  }
  return begin(turn, { ...work, step: { at: 'relock', next: recovered(step) } });
}

function recovered(step: GroupStep): GroupStep {
  if (step.at === 'start') return { ...step, at: 'ask' };
  if (step.at === 'pause') return { ...step, at: 'stop' };
  return step;
}

function planned(turn: Turn, work: Work, groups: readonly Group[]): Turn {
  if (work.request === null || turn.state.orphaned) return finish(turn, work);
  const { localNode, held } = turn.state;
  const { job, environment } = work.request;
  const todo = expand(job, { localNode, held, groups, environment });
  const known = [...groups, ...held.map((entry) => entry.group)];
  const local = known.filter(({ node }) => node === localNode).map(({ key }) => key);
  return nextTask(turn, { ...work, todo, local });
}

function nextTask(turn: Turn, work: Work): Turn {
  let { todo } = work;
  for (let task = todo[0]; task !== undefined; task = todo[0]) {
    todo = todo.slice(1);
    if (task.do === 'announce') {
      return announce(turn, actingOn({ ...work, todo }, task.group), task.group, 0);
    }
    if (task.do !== 'say') return begin(turn, { ...work, todo, step: { at: 'lock', task } });
    turn.emit({ kind: 'log', tag: task.tag, ...task.line });
  }
  return finish(turn, { ...work, todo });
}

/** Announces the address of the first resource from `index` on that has one; then the next task. */
function announce(turn: Turn, work: Work, group: Group, index: number): Turn {
  const next = group.resources.findIndex((resource, i) => i >= index && isAddress(resource));
  if (next < 0) return nextTask(turn, work);
  return begin(turn, { ...work, step: { at: 'announce', group, index: next } });
}

function finish(turn: Turn, work: Work): Turn {
  turn.change({ work: null });
  if (work.request === null) return turn.emit({ kind: 'released' });
  if (turn.state.orphaned) return releaseHeld(turn);
  const { failed, groups, stuck } = work;
  const local = groups.filter((key) => work.local.includes(key));
  const outcome = { ok: failed.length === 0, failed, groups, local };
  answer(turn, work.request.id, stuck.length === 0 ? outcome : { ...outcome, stuck });
  return nextJob(turn);
}

function answer(turn: Turn, id: number, outcome: JobOutcome): Turn {
  if (id < 0) return turn;
  turn.change({ done: [...turn.state.done, { id, outcome }].slice(-DONE_MAX) });
  return turn.emit({ kind: 'done', id, outcome });
}

function locked(
  turn: Turn,
  work: Work,
  step: Step & { readonly at: 'lock' | 'relock' },
  ok: boolean,
): Turn {
  const group = step.at === 'lock' ? step.task.group : groupOf(step.next);
  if (!ok) {
    turn.log('error', `Resource group ${group.key} stays locked by another process; left alone`);
    // Whether a group that could not be stopped runs on is not known: nobody else may start it.
    const isStop = step.at === 'lock' ? isRelease(step.task) : step.next.at === 'stop';
    return nextTask(turn, isStop ? sticking(failing(work, group), group) : failing(work, group));
  }
  if (step.at === 'relock') {
    return isAbandoned(turn, work) && step.next.at !== 'stop'
      ? leave(turn, work, group)
      : begin(turn, { ...work, step: step.next });
  }
  if (isAbandoned(turn, work)) return leave(turn, work, group);
  const { task } = step;
  if (task.do === 'release') return release(turn, work, group);
  if (task.do !== 'take' || task.unlessFirstRuns) {
    return begin(turn, { ...work, step: { at: 'probe', task } });
  }
  turn.log('info', `Acquiring resource group: ${lineOf(group)}`);
  return ask(turn, actingOn(work, group), group, 0);
}

/** Nothing more to do for this group: on to the next. */
function leave(turn: Turn, work: Work, group: Group): Turn {
  turn.emit({ kind: 'unlock', key: group.key });
  return nextTask(turn, work);
}

function ask(turn: Turn, work: Work, group: Group, index: number): Turn {
  if (group.resources[index] !== undefined) {
    return begin(turn, { ...work, step: { at: 'ask', group, index } });
  }
  turn.hold(group, true);
  return leave(turn, work, group);
}

function start(turn: Turn, work: Work, group: Group, index: number): Turn {
  turn.hold(group, false);
  return begin(turn, { ...work, step: { at: 'start', group, index } });
}

function release(turn: Turn, work: Work, group: Group): Turn {
  turn.log('info', `Releasing resource group: ${lineOf(group)}`);
  if (turn.state.held.some((held) => held.group.key === group.key)) turn.hold(group, false);
  return stop(turn, actingOn(work, group), group, group.resources.length - 1);
}

function stop(turn: Turn, work: Work, group: Group, index: number): Turn {
  if (index >= 0) {
    return begin(turn, { ...work, step: { at: 'stop', group, index, attempts: 0, hung: 0 } });
  }
  if (!work.stuck.includes(group.key)) turn.drop(group);
  return leave(turn, work, group);
}

function ended(
  turn: Turn,
  work: Work,
  at: Exclude<GroupStep, { readonly at: 'pause' }>,
  result: Ended,
): Turn {
  switch (at.at) {
    case 'probe':
      return probed(turn, work, at, saysRunning(result.output));
    case 'hook':
      return isAbandoned(turn, work) ? leave(turn, work, at.group) : release(turn, work, at.group);
    case 'ask':
      if (isAbandoned(turn, work)) return leave(turn, work, at.group);
      return saysRunning(result.output)
        ? ask(turn, work, at.group, at.index + 1)
        : start(turn, work, at.group, at.index);
    case 'start':
      return started(turn, work, at, result);
    case 'stop':
      return stopped(turn, work, at, result);
    case 'judge':
      return judged(turn, work, at, saysRunning(result.output));
  }
}

function probed(
  turn: Turn,
  work: Work,
  { task, index = 0 }: GroupStep & { readonly at: 'probe' },
  running: boolean,
): Turn {
  const { group } = task;
  if (isAbandoned(turn, work)) return leave(turn, work, group);
  if (running && isUnsure(turn, task) && index + 1 < group.resources.length) {
    return begin(turn, { ...work, step: { at: 'probe', task, index: index + 1 } });
  }
  if (task.do === 'look') {
    // A group whose start was cut short has to be finished, whatever its first resource says.
    const unfinished = turn.state.held.some((h) => h.group.key === group.key && !h.complete);
    return leave(turn, running && !unfinished ? work : actingOn(work, group), group);
  }
  if (task.do === 'releaseIfOwned') {
    // What was started here is stopped before another node starts it, whatever a status says: the
    // rest of it runs on when the first resource has died. (The genuine program asks that one only.)
    const held = turn.state.held.some((h) => h.group.key === group.key);
    return running || held
      ? begin(turn, { ...work, step: { at: 'hook', group } })
      : leave(turn, work, group);
  }
  if (running) {
    turn.hold(group, true);
    return leave(turn, work, group);
  }
  sayOffered(turn, group);
  turn.log('info', `Acquiring resource group: ${lineOf(group)}`);
  return start(turn, actingOn(work, group), group, index);
}

/**
 * The first resource speaks for a group that was started here. Of any other each is asked whether
 * it runs: after a crash the first may say so because of a file that stayed, or the machine starts
 * it by itself, and the rest is missing. (The genuine program is content with the first one.)
 */
function isUnsure(turn: Turn, task: GroupTask): boolean {
  if (task.do !== 'look' && task.do !== 'take') return false;
  return !turn.state.held.some((held) => held.group.key === task.group.key);
}

/** The genuine daemon takes its own groups by a message to itself: what its scripts say to that. */
function sayOffered(turn: Turn, group: Group): void {
  const type = 'ip-request-resp';
  const text = `received ${type} ${group.key} OK yes`;
  turn.emit({ kind: 'harc', type });
  // A line without a severity word.
  turn.emit({ kind: 'log', tag: type, severity: 'notice', text });
}

function started(
  turn: Turn,
  work: Work,
  at: GroupStep & { readonly at: 'start' },
  result: Ended,
): Turn {
  const resource = resourceAt(at);
  turn.report(resource, 'start', result);
  if (isAbandoned(turn, work)) return leave(turn, work, at.group);
  if (result.rc === 0) return ask(turn, work, at.group, at.index + 1);
  turn.log('crit', `Giving up resources due to failure of ${resource.word}`);
  return release(turn, failing(work, at.group), at.group);
}

function stopped(
  turn: Turn,
  work: Work,
  at: GroupStep & { readonly at: 'stop' },
  result: Ended,
): Turn {
  const resource = resourceAt(at);
  const { group, index } = at;
  turn.report(resource, 'stop', result);
  if (result.rc === 0) return stop(turn, work, group, index - 1);
  const attempts = at.attempts + 1;
  const hung = at.hung + (result.late ? 1 : 0);
  const retries = stopRetries(work.request);
  const isOver = (retries > 0 && attempts > retries) || hung >= HUNG_STOPS_MAX;
  if (isOver || resource.path === null) {
    return begin(turn, { ...work, step: { at: 'judge', group, index } });
  }
  return begin(turn, { ...work, step: { at: 'pause', group, index, attempts, hung } });
}

function retry(turn: Turn, work: Work, at: GroupStep & { readonly at: 'pause' | 'stop' }): Turn {
  turn.log('info', `Retrying failed stop operation [${resourceAt(at).word}]`);
  return begin(turn, { ...work, step: { ...at, at: 'stop' } });
}

function judged(
  turn: Turn,
  work: Work,
  at: GroupStep & { readonly at: 'judge' },
  running: boolean,
): Turn {
  const { group, index } = at;
  const { word } = resourceAt(at);
  if (!running) {
    turn.log('error', `Resource script for ${word} probably not LSB-compliant.`);
    turn.log('warn', `it (${word}) MUST succeed on a stop when already stopped`);
    turn.log('warn', 'Machine reboot narrowly avoided!');
    return stop(turn, work, group, index - 1);
  }
  const policy = turn.state.settings.stopPolicy;
  turn.log('crit', 'Resource STOP failure. Reboot required!');
  if (policy === 'stay') turn.log('crit', `Not rebooting: ${word} is left running here`);
  turn.emit({ kind: 'stuck', policy, word });
  turn.hold(group, false);
  return stop(turn, sticking(failing(work, group), group), group, index - 1);
}
