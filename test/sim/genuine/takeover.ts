/** A node is gone, or says that it is going (cluster specification 4.2 rule 9, 4.4 C and E). */
import { acquireOwn } from './negotiation.js';
import { cancelStandby, WORK } from './standby.js';
import { isLegacy, isShuttingDown, type Peer } from './state.js';
import type { Turn } from './turn.js';

/** A reset that failed is tried again after this, for ever (cluster specification 1.9). */
const FENCE_PAUSE = 5000;

/** What comes of the death of a normal node. */
export function onDeath(turn: Turn, peer: Peer): void {
  const { state } = turn;
  cancelStandby(turn);
  const { local, foreign } = state.other;
  const holds = isLegacy(state) ? !peer.gaveUp : local || foreign;
  const needed = !peer.heard || holds;
  if (!needed) {
    turn.log('info', `Dead node ${peer.name} gave up resources.`);
    turn.send({ t: 'stonith', node: peer.name, result: 'unneeded' });
  } else if (state.settings.stonith === undefined) {
    turn.log('warn', 'No STONITH device configured.');
    turn.log('warn', 'Shared disks are not protected.');
    turn.send({ t: 'stonith', node: peer.name, result: 'n_stnth' });
  } else {
    state.fencing.push({ node: peer.name, retryAt: undefined });
    turn.effects.push({ kind: 'fence', node: peer.name });
    return;
  }
  takeOver(turn, peer.name, !needed);
}

/** A fencing device has answered. */
export function onFenced(turn: Turn, node: string, ok: boolean, badHost: boolean): void {
  const { state } = turn;
  if (!state.fencing.some((fencing) => fencing.node === node)) return;
  state.fencing = state.fencing.filter((fencing) => fencing.node !== node);
  turn.send({ t: 'stonith', node, result: ok ? 'OK' : badHost ? 'badhost' : 'bad' });
  if (ok) {
    takeOver(turn, node, false);
    return;
  }
  turn.log('error', `STONITH of ${node} failed.  Retrying...`);
  state.fencing.push({ node, retryAt: turn.now.at + FENCE_PAUSE });
}

/** Asks the device again, also when the node has come back meanwhile. */
export function fenceIfDue(turn: Turn): void {
  const { state, now } = turn;
  for (const [place, { node, retryAt }] of state.fencing.entries()) {
    if (retryAt === undefined || now.at < retryAt) continue;
    state.fencing[place] = { node, retryAt: undefined };
    turn.effects.push({ kind: 'fence', node });
  }
}

/**
 * `shutdone` of the peer. Beside the takeover the genuine daemon starts a standby worker that looks
 * at its own groups, where it should at the peer's (cluster specification 4.4 E).
 */
export function onShutdownNotice(turn: Turn, peer: Peer): void {
  const { state } = turn;
  turn.log('info', `Received shutdown notice from '${peer.name}'.`);
  cancelStandby(turn);
  peer.gaveUp = true;
  // As after a death: nothing is taken before communication is up.
  if (!state.communicationUp) return;
  if (!isShuttingDown(state, turn.now.at) && !isLegacy(state)) {
    turn.log('info', 'acquire local HA resources (standby).');
    const { share } = state.standby;
    state.standby = { phase: 'done', share, until: turn.now.at + WORK };
    const purpose = { kind: 'acquire', share, mine: 'local' } as const;
    turn.fork({ kind: 'standbyAcquire', share: 'local' }, purpose);
  }
  takeOver(turn, peer.name, false);
}

/**
 * @param unneeded The node held nothing: what was its own is taken only where it is not ours yet,
 * except in legacy mode, which takes it again (recordings split-brain-heal, crash-rejoin).
 */
function takeOver(turn: Turn, node: string, unneeded: boolean): void {
  const { state } = turn;
  state.other = { local: false, foreign: false };
  state.otherStable = true;
  if (isShuttingDown(state, turn.now.at)) {
    turn.log('info', 'Resource takeover cancelled - shutdown in progress.');
    return;
  }
  const legacy = isLegacy(state);
  if (unneeded && state.mine.foreign && !legacy) return;
  turn.log('info', `Resources being acquired from ${node}.`);
  if (!legacy) {
    state.mine.foreign = true;
    state.takeoverInProgress = true;
    state.needsFailback = true;
  }
  // The child that looks for our own groups is forked at once, and runs beside `mach_down`, which
  // is queued; it only asks for statuses.
  acquireOwn(turn, true);
  const environment = { HA_t: 'status', HA_st: 'dead', HA_src: node };
  turn.enqueue({ kind: 'takeOver', node }, { kind: 'machDown', node }, environment);
}
