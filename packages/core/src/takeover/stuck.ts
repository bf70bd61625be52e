/** What becomes of the rest when a group could not be stopped: nothing that still runs is given. */
import type { JobOutcome, Share } from '../job.js';
import type { Part, Redo, Trouble } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { isLegacy, noteKeys, returnUnasked } from './legacy.js';
import { busy, sayResources } from './negotiation.js';
import { hold, letGo, RESUMED } from './ownership.js';
import { isMeeting, noteStarts, partOf } from './trouble.js';

/**
 * What was released along with a group that stays is taken back after this. Where the policy is to
 * reboot or to fence this node, that happens before.
 */
const RETAKE_AFTER: Millis = 10_000;
/** After a healed partition the stop is tried again after this: the group runs on both nodes. */
const LET_GO_AGAIN: Millis = 60_000;
/** Something else is going on: look again after this. */
const BUSY_PAUSE: Millis = 1000;

/** What of a share is ours now; all of it when nothing is, for something of it runs nevertheless. */
export function heldWithin(turn: Turn, share: Share): Share {
  const { mine } = turn.state.resources;
  if (share !== 'all') return share;
  if (mine.local === mine.foreign) return 'all';
  return mine.local ? 'local' : 'foreign';
}

/** The share stays ours, and says so; the other node needs to know before it hears of our death. */
export function keepShare(turn: Turn, share: Share, troubles: readonly Trouble[] = []): void {
  const { resources } = turn.state;
  const known = new Set(resources.troubles.map(({ key }) => key));
  const lost = troubles.filter(({ key }) => !known.has(key));
  resources.troubles = [...resources.troubles, ...lost];
  holdAgain(turn, share);
  redoLater(turn, share, { at: turn.now.at + RETAKE_AFTER, how: 'retake' });
  sayResources(turn);
}

/** The share is on both nodes and this one cannot let go of it: it will try again. */
export function letGoLater(turn: Turn, share: Share): void {
  holdAgain(turn, share);
  redoLater(turn, share, { at: turn.now.at + LET_GO_AGAIN, how: 'letGo' });
  sayResources(turn);
}

/** Some of it runs, nobody told which. */
function holdAgain(turn: Turn, share: Share): void {
  const { resources } = turn.state;
  hold(turn, share);
  for (const part of partsOf(share)) {
    resources.keys = { ...resources.keys, [part]: [...resources.keys[part], RESUMED] };
  }
}

function redoLater(turn: Turn, share: Share, redo: Redo): void {
  const { resources } = turn.state;
  for (const part of partsOf(share)) resources.redo = { ...resources.redo, [part]: redo };
}

function partsOf(share: Share): readonly Part[] {
  return share === 'all' ? ['local', 'foreign'] : [share];
}

/**
 * The other node is gone, or has begun anew: it no longer holds what we could not let go of, and
 * what it has not asked for is ours.
 */
export function keepWhatStayed(turn: Turn): void {
  const { resources } = turn.state;
  for (const part of partsOf('all')) {
    const how = resources.redo[part]?.how;
    if (how === 'letGo') redoLater(turn, part, { at: turn.now.at, how: 'retake' });
    if (how === 'return') resources.redo = { ...resources.redo, [part]: undefined };
  }
}

/**
 * What an earlier life left, which was cut short, is completed as soon as we are at work. A group
 * that could not be started here may run on a genuine node, which does not tell.
 */
export function completeLater(turn: Turn): void {
  const { mine } = turn.state.resources;
  for (const part of partsOf('all')) {
    if (mine[part]) redoLater(turn, part, { at: turn.now.at, how: 'find' });
  }
}

/** Asks what of a share does not run; true where there is a genuine node that may run it. */
function findAway(turn: Turn, share: Part): boolean {
  const alone = turn.livingOthers().length === 0;
  if (isLegacy(turn.state) || alone || turn.allCan('move')) return false;
  const job = share === 'local' ? {} : { share };
  turn.job({ kind: 'findIdle', ...job }, { kind: 'findAway', share });
  redoLater(turn, share, { at: turn.now.at + BUSY_PAUSE, how: 'retake' });
  return true;
}

/** What had been given up with a group that could not be stopped is back. */
export function onRetaken(turn: Turn, share: Share, outcome: JobOutcome): void {
  if (isLegacy(turn.state)) {
    for (const part of partsOf(share)) {
      const groups = outcome.groups.filter((key) => partOf(key, share, outcome) === part);
      noteKeys(turn, part, { ...outcome, groups });
    }
  }
  noteStarts(turn, outcome, { share, every: false });
  sayResources(turn);
}

/** Goes on with what was left half done. */
export function redoIfDue(turn: Turn): void {
  const { resources, ending, heal } = turn.state;
  const due = partsOf('all').filter(
    (part) => (resources.redo[part]?.at ?? Number.POSITIVE_INFINITY) <= turn.now.at,
  );
  if (due.length === 0) return;
  const ready = isLegacy(turn.state) || resources.phase === 'stable';
  const settles = heal?.againAt !== undefined;
  const unsure = !ready || settles || isMeeting(turn) || busy(turn.state);
  const wait = !turn.state.communicationUp || unsure;
  const retaken: Part[] = [];
  for (const part of due) {
    const redo = resources.redo[part];
    resources.redo = { ...resources.redo, [part]: undefined };
    if (redo === undefined || !resources.mine[part]) continue;
    if (ending.phase !== 'no' && ending.phase !== 'wanted') continue;
    if (wait) redoLater(turn, part, { ...redo, at: turn.now.at + BUSY_PAUSE });
    else if (redo.how === 'letGo') letGoOf(turn, part);
    else if (redo.how === 'return') returnUnasked(turn);
    else if (redo.how === 'retake' || !findAway(turn, part)) retaken.push(part);
  }
  const [first, second] = retaken;
  const share = second === undefined ? first : 'all';
  if (share === undefined) return;
  // What could not be started here may run on the other node by now, or is tried in its time. And
  // what it was asked for (legacy mode) it may have been given by our last life.
  const troubled = resources.troubles.map(({ key }) => key);
  const except = [...new Set([...troubled, ...resources.asked])];
  turn.job({ kind: 'standbyAcquire', share, except }, { kind: 'retake', share });
}

function letGoOf(turn: Turn, share: Part): void {
  letGo(turn, share);
  turn.job({ kind: 'standbyRelease', share }, { kind: 'letGo', share });
}
