/** The end of a life: SIGTERM, the restart after a partition, a new configuration (4.4 E, G, K). */
import { beat } from './membership.js';
import { heldOf, sayResources } from './negotiation.js';
import { type GenuineState, isBusy, isEnding, isLegacy } from './state.js';
import type { Turn } from './turn.js';

/** From `shutdone` to the end of the respawn clients, and from there to that of the processes. */
const LINGER = 1000;
const LEAVE = 1000;
/** A daemon that was ended by SIGKILL, as its exit code tells. */
export const KILLED = 137;

/** SIGTERM; with `keep` a quick restart that leaves the resources running. */
export function wantEnd(turn: Turn, keep: boolean): void {
  if (isEnding(turn.state)) return;
  turn.state.ending = { phase: 'wanted', restart: keep, keep, at: turn.now.at, told: '' };
}

/** Goes on with the end, as far as it gets now. */
export function proceedToEnd(turn: Turn): void {
  const { state, now } = turn;
  const { ending } = state;
  if (ending.phase === 'no' || ending.phase === 'over' || now.at < ending.at) return;
  if (ending.phase === 'wanted') beginWhenQuiet(turn);
  else if (ending.phase === 'lingering') stopClients(turn);
  else if (ending.phase === 'leaving') leave(turn);
}

function beginWhenQuiet(turn: Turn): void {
  const { state } = turn;
  const { ending } = state;
  const waits = state.communicationUp ? (isUnsettled(state) ? 'busy' : '') : 'comm';
  if (waits !== '') {
    const what = waits === 'comm' ? 'Communication is up' : 'current resource activity finishes';
    if (ending.told !== waits) turn.log('warn', `Shutdown delayed until ${what}.`);
    ending.told = waits;
    return;
  }
  if (ending.keep) stopClients(turn);
  else begin(turn);
}

/** Also a peer that has not said that it is stable is waited for (cluster specification 4.4 B). */
function isUnsettled(state: GenuineState): boolean {
  if (isBusy(state)) return true;
  return !isLegacy(state) && (state.phase !== 'stable' || !state.otherStable);
}

function begin(turn: Turn): void {
  const { state } = turn;
  turn.log('info', `Heartbeat shutdown in progress. (${state.pid})`);
  state.ending.phase = 'releasing';
  state.phase = 'shutdown';
  beat(turn);
  state.mine = { local: false, foreign: false };
  sayResources(turn, false, 'shutdown');
  turn.log('info', 'Giving up all HA resources.');
  turn.fork({ kind: 'releaseAll' }, { kind: 'shutdown' });
}

/** Everything is stopped; a stop that failed but left nothing running is passed over. */
export function onAllReleased(turn: Turn): void {
  const { state, now } = turn;
  if (state.ending.phase !== 'releasing') return;
  turn.log('info', 'All HA resources relinquished.');
  turn.send({ t: 'shutdone', st: 'dead' });
  state.ending.phase = 'lingering';
  state.ending.at = now.at + LINGER;
}

function stopClients(turn: Turn): void {
  turn.state.ending.phase = 'stoppingClients';
  turn.effects.push({ kind: 'stopClients' });
}

/** The clients have ended. */
export function onClientsStopped(turn: Turn): void {
  const { ending } = turn.state;
  if (ending.phase !== 'stoppingClients') return;
  ending.phase = 'leaving';
  ending.at = turn.now.at + (ending.keep ? 0 : LEAVE);
}

/**
 * A restart that gave everything up waits until the others have seen this life end: the dead time
 * in whole seconds, and one more (cluster specification 4.4 G).
 */
function leave(turn: Turn): void {
  const { state } = turn;
  const { restart, keep } = state.ending;
  const { localNode, deadtime } = state.settings;
  turn.log('info', `${localNode} Heartbeat shutdown complete.`);
  if (restart) {
    turn.log('info', 'Heartbeat restart triggered.');
    turn.log('info', 'Restarting heartbeat.');
    turn.log('info', 'Performing heartbeat restart exec.');
  }
  state.ending.phase = 'over';
  // In legacy mode the daemon does not know what runs, and whatever does goes on.
  const held = !keep ? 'none' : isLegacy(state) ? 'all' : heldOf(state.mine);
  const delay = restart && !keep ? Math.ceil(deadtime / 1000) * 1000 + 1000 : 0;
  turn.effects.push({ kind: 'exit', restart, held, code: 0, delay });
}

/**
 * A resource that still runs after all attempts to stop it: its script kills every process of
 * heartbeat and reboots the machine (cluster specification 3.5). The life ends with exit code 137;
 * the reboot is left to whoever runs the scripts.
 */
export function endKilled(turn: Turn): void {
  const { state } = turn;
  state.ending.phase = 'over';
  turn.effects.push({
    kind: 'exit',
    restart: false,
    held: heldOf(state.mine),
    code: KILLED,
    delay: 0,
  });
}
