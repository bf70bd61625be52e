/** The end of a job of the resource runner, and what follows from it. */
import type { JobOutcome } from '../job.js';
import type { Purpose } from '../state.js';
import type { Turn } from '../turn.js';
import { onLetGo } from './claim.js';
import { onEverythingReleased } from './ending.js';
import { onHandedBack, onMoveTried } from './handover.js';
import { isLegacy, onForeignReturned, onIdleFound, onOwnAnnounced, onOwnTaken } from './legacy.js';
import { considerFailback, onAcquired, onAwayFound } from './negotiation.js';
import { onGroupGiven, onGroupTaken, onGroupYielded } from './request.js';
import { onReleased, onTaken } from './standby.js';
import { onRetaken } from './stuck.js';
import { onTakenOver } from './takeover.js';
import { onRetried } from './trouble.js';

/** What follows from a job done, by what it was for. */
export function conclude(turn: Turn, purpose: Purpose, outcome: JobOutcome): void {
  switch (purpose.kind) {
    case 'acquire':
      if (isLegacy(turn.state)) onOwnTaken(turn, outcome, purpose.reason);
      else onAcquired(turn, outcome, purpose.every);
      break;
    case 'find':
      onIdleFound(turn, outcome.groups);
      break;
    case 'reclaim':
      onOwnAnnounced(turn, outcome.groups);
      break;
    case 'findAway':
      onAwayFound(turn, purpose.share, outcome);
      break;
    case 'give':
      onGroupGiven(turn, purpose, outcome);
      break;
    case 'takeover':
      onTakenOver(turn, outcome);
      break;
    case 'standbyRelease':
      onReleased(turn, purpose.share, outcome);
      break;
    case 'standbyAcquire':
      onTaken(turn, purpose, outcome);
      break;
    case 'letGo':
      onLetGo(turn, purpose.share, outcome);
      considerFailback(turn);
      break;
    case 'retake':
      onRetaken(turn, purpose.share, outcome);
      break;
    case 'shutdown':
      onEverythingReleased(turn, outcome);
      break;
    case 'yield':
      onGroupYielded(turn, purpose.key, purpose.to, outcome);
      break;
    case 'request':
      onGroupTaken(turn, purpose.key, outcome);
      break;
    case 'retry':
      onRetried(turn, purpose, outcome);
      break;
    case 'moved':
      onMoveTried(turn, purpose, outcome);
      break;
    case 'handBack':
      onHandedBack(turn, purpose, outcome);
      break;
    case 'return':
      onForeignReturned(turn, purpose.to, outcome);
      break;
    case 'announce':
    case 'withdraw':
      break;
  }
}
