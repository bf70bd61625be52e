/** The end of a life: giving up everything, saying so, and leaving; or leaving it all running. */

import type { JobOutcome } from '../job.js';
import { beat } from '../membership/membership.js';
import { type Ending, heldOf } from '../state.js';
import type { Turn } from '../turn.js';
import { settle } from './claim.js';
import { isLegacy } from './legacy.js';
import { busy, sayResources } from './negotiation.js';
import { letGo } from './ownership.js';
import { heldWithin, keepShare } from './stuck.js';

/** How long we stay to be heard after `shutdone` (heartbeat 3.0.6: about one second). */
const LINGER = 1000;

/** The release of nothing. */
const NOTHING: JobOutcome = { ok: true, failed: [], groups: [] };

/** SIGTERM, or a new configuration (`keep`): wants to end as soon as nothing is going on. */
export function wantEnd(turn: Turn, keep: boolean): void {
  const { ending } = turn.state;
  if (ending.phase !== 'no' && ending.phase !== 'wanted') return;
  if (ending.phase === 'wanted' && !ending.restart && !keep) return;
  // What is to be given up is given up; the life after that reads the new configuration too.
  if (ending.phase === 'wanted' && !ending.keep && keep) return;
  turn.state.ending = {
    phase: 'wanted',
    restart: keep,
    keep,
    from: turn.now.at,
    told: false,
  };
}

/** Goes on with the end, as far as it can get now. */
export function proceedToEnd(turn: Turn): void {
  const { state, now } = turn;
  const { ending } = state;
  if (ending.phase === 'wanted' && now.at >= ending.from) beginEnd(turn);
  else if (ending.phase === 'lingering' && now.at >= ending.until) {
    state.ending = { phase: 'stoppingClients', restart: ending.restart, keep: false };
    turn.effect({ kind: 'stopClients' });
  }
}

function beginEnd(turn: Turn): void {
  const { state } = turn;
  const { ending } = state;
  if (ending.phase !== 'wanted') return;
  if (busy(state)) {
    if (ending.told) return;
    turn.log('warn', 'Shutdown delayed until current resource activity finishes.');
    state.ending = { ...ending, told: true };
    return;
  }
  if (ending.keep) {
    state.ending = { phase: 'stoppingClients', restart: true, keep: true };
    turn.effect({ kind: 'stopClients' });
    return;
  }
  turn.log('info', `Heartbeat shutdown in progress. (${state.pid})`);
  beat(turn);
  state.resources.phase = 'shutdown';
  const held = heldOf(state.resources.mine);
  const keep = heldWithin(turn, 'all');
  const { troubles } = state.resources;
  letGo(turn, 'all');
  // Before communication was up nothing can have been started, unless an earlier life left it.
  const releases = state.communicationUp || held !== 'none';
  // The scripts that stop it all are still to be asked for.
  sayResources(turn, { info: 'shutdown', ...(releases ? { x_wait: '1' } : {}) });
  turn.log('info', 'Giving up all HA resources.');
  state.ending = { phase: 'releasing', restart: ending.restart, held: keep, troubles };
  if (releases) turn.job({ kind: 'releaseAll' }, { kind: 'shutdown', held });
  else onEverythingReleased(turn, NOTHING);
}

/** Every script has stopped: the other node may take over at once. */
export function onEverythingReleased(turn: Turn, outcome: JobOutcome): void {
  const { state, now } = turn;
  if (state.ending.phase !== 'releasing') return;
  if (outcome.stuck !== undefined && outcome.stuck.length > 0) {
    refuseEnd(turn, state.ending, outcome.stuck);
    return;
  }
  turn.log('info', 'All HA resources relinquished.');
  turn.send({ t: 'shutdone', st: 'dead' });
  // A second message lets a peer that missed the first notice the gap and ask for it.
  beat(turn);
  state.ending = { phase: 'lingering', restart: state.ending.restart, until: now.at + LINGER };
}

/**
 * A group still runs here after every attempt to stop it. To leave now would have the other node
 * start it too: the end is refused, and the rest is taken back. Another SIGTERM tries again.
 */
function refuseEnd(
  turn: Turn,
  { held, troubles }: Extract<Ending, { phase: 'releasing' }>,
  stuck: readonly string[],
): void {
  const groups = stuck.join(' ');
  turn.log('crit', `Shutdown refused: ${groups} could not be stopped and stays on this node`);
  turn.state.ending = { phase: 'no' };
  turn.state.resources.phase = 'stable';
  // What a node has left that went while this end was wanted is ours as well.
  keepShare(turn, turn.livingOthers().length === 0 ? 'all' : held, troubles);
  if (!isLegacy(turn.state)) return;
  // A node that we met while we held nothing runs its groups, and in this mode does not say so.
  for (const peer of turn.livingOthers()) {
    if (peer.status === 'active' && peer.capabilities.includes('heal')) settle(turn, peer);
  }
}

/** The respawned clients are gone: nothing is left but to leave. */
export function onClientsStopped(turn: Turn): void {
  const { state } = turn;
  const { ending } = state;
  if (ending.phase !== 'stoppingClients') return;
  const { localNode, deadtime, autoFailback } = state.settings;
  turn.log('info', `${localNode} Heartbeat shutdown complete.`);
  if (ending.restart) turn.log('info', 'Heartbeat restart triggered.');
  // A peer that saw us split from it must see this life end before the next one speaks.
  const delay = ending.restart && !ending.keep ? Math.ceil(deadtime / 1000) * 1000 + 1000 : 0;
  const held = ending.keep ? heldOf(state.resources.mine) : 'none';
  const { mine, troubles, redo, needsFailback, borrowed } = state.resources;
  const lacks = troubles.length > 0 || redo.local !== undefined || redo.foreign !== undefined;
  const goesHome = needsFailback && mine.foreign && autoFailback === 'on';
  const left = {
    held,
    ...(ending.keep && lacks ? ({ incomplete: true } as const) : {}),
    ...(ending.keep && goesHome ? ({ failback: true } as const) : {}),
    ...(ending.keep && borrowed.length > 0 ? { borrowed } : {}),
  };
  state.ending = { phase: 'over' };
  turn.effect({ kind: 'exit', restart: ending.restart, ...left, code: 0, delay });
}
