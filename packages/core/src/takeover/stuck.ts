/** What becomes of the rest when a group could not be stopped: nothing that still runs is given. */
import type { JobOutcome, Share } from '../job.js';
import { heldOf, shareOf } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { isLegacy, noteKeys } from './legacy.js';
import { busy, sayResources } from './negotiation.js';
import { hold, letGo } from './ownership.js';
import { noteStarts, partOf } from './trouble.js';

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
export function keepShare(turn: Turn, share: Share): void {
  hold(turn, share);
  turn.state.resources.redo = { at: turn.now.at + RETAKE_AFTER, share, how: 'retake' };
  sayResources(turn);
}

/** The share is on both nodes and this one cannot let go of it: it will try again. */
export function letGoLater(turn: Turn, share: Share): void {
  hold(turn, share);
  turn.state.resources.redo = { at: turn.now.at + LET_GO_AGAIN, share, how: 'letGo' };
  sayResources(turn);
}

/** The other node is gone, or has begun anew: it no longer holds what we could not let go of. */
export function keepWhatStayed(turn: Turn): void {
  const { resources } = turn.state;
  if (resources.redo?.how === 'letGo') resources.redo = undefined;
}

/** What an earlier life left, which was cut short, is completed as soon as we are at work. */
export function completeLater(turn: Turn): void {
  const { resources } = turn.state;
  const share = shareOf(heldOf(resources.mine));
  if (share !== undefined) resources.redo = { at: turn.now.at, share, how: 'retake' };
}

/** What had been given up with a group that could not be stopped is back. */
export function onRetaken(turn: Turn, share: Share, outcome: JobOutcome): void {
  if (isLegacy(turn.state)) {
    for (const part of ['local', 'foreign'] as const) {
      const groups = outcome.groups.filter((key) => partOf(key, share, outcome) === part);
      noteKeys(turn, part, { ...outcome, groups });
    }
  }
  noteStarts(turn, outcome, { share, every: false });
  sayResources(turn);
}

/** Goes on with what a failed stop left half done. */
export function redoIfDue(turn: Turn): void {
  const { resources, ending } = turn.state;
  const { redo } = resources;
  if (redo === undefined || turn.now.at < redo.at) return;
  const { share } = redo;
  resources.redo = undefined;
  if (ending.phase !== 'no' && ending.phase !== 'wanted') return;
  const ready =
    turn.state.communicationUp && (isLegacy(turn.state) || resources.phase === 'stable');
  if (!ready || busy(turn.state)) {
    resources.redo = { ...redo, at: turn.now.at + BUSY_PAUSE };
  } else if (redo.how === 'letGo') {
    letGo(turn, share);
    turn.job({ kind: 'standbyRelease', share }, { kind: 'letGo', share });
  } else if (
    share === 'all' ? resources.mine.local && resources.mine.foreign : resources.mine[share]
  ) {
    turn.job({ kind: 'standbyAcquire', share }, { kind: 'retake', share });
  }
}
