/** A node is gone, or says that it is going: its groups become ours. */
import type { Held, JobOutcome } from '../job.js';
import { heldOf, type Peer } from '../state.js';
import type { Turn } from '../turn.js';
import { askForOwn, isLegacy, mayHold, onForeignTaken } from './legacy.js';
import { acquireOwn, considerFailback, sayResources } from './negotiation.js';
import { hold, noteFirstAcquisition } from './ownership.js';
import { cancelStandby } from './standby.js';
import { keepWhatStayed } from './stuck.js';
import { noteStarts, retryWhatWasAway } from './trouble.js';

/** A reset that failed is tried again after this (heartbeat 3.0.6). */
const FENCE_PAUSE = 5000;

/**
 * What comes of the death of a normal node (heartbeat 3.0.6). Fencing comes before anything else;
 * the genuine program leaves it out when a node falls silent while it gives up what it holds.
 */
export function onDeath(turn: Turn, peer: Peer): void {
  const { state } = turn;
  const { settings, resources } = state;
  // In flux a node may hold what it says it does not: it speaks before its scripts stop, or after
  // they have started. Without a device nothing could come of that but another line of the log.
  const inFlux = settings.stonith !== undefined && !resources.otherStable;
  const held = inFlux || mayHold(state, peer);
  cancelStandby(turn);
  state.heal = undefined;
  const resetNeeded = !peer.gaveUp && (held || !peer.heard);
  const done = peer.gaveUp;
  peer.gaveUp = false;
  if (done || (peer.heard && !held)) {
    turn.log('info', `Dead node ${peer.name} gave up resources.`);
    turn.send({ t: 'stonith', node: peer.name, result: 'unneeded' });
    // In legacy mode the genuine daemon takes over once more, which changes nothing.
    if (done && !isLegacy(state)) {
      noteGone(turn);
      return;
    }
  } else if (settings.stonith === undefined) {
    turn.log('warn', 'No STONITH device configured.');
    turn.log('warn', 'Shared disks are not protected.');
    turn.send({ t: 'stonith', node: peer.name, result: 'n_stnth' });
  } else if (resetNeeded) {
    state.fencing.push({ node: peer.name, retryAt: undefined });
    turn.effect({ kind: 'fence', node: peer.name });
    return;
  }
  takeOver(turn, peer.name, 'dead');
}

/** The fencing device has answered. */
export function onFenced(turn: Turn, node: string, ok: boolean, badHost: boolean): void {
  const { state } = turn;
  const waiting = state.fencing.find((fencing) => fencing.node === node);
  if (waiting === undefined) return;
  state.fencing = state.fencing.filter((fencing) => fencing.node !== node);
  if (ok) {
    turn.send({ t: 'stonith', node, result: 'OK' });
    takeOver(turn, node, 'dead');
    return;
  }
  turn.log('error', `STONITH of ${node} failed.  Retrying...`);
  turn.send({ t: 'stonith', node, result: badHost ? 'badhost' : 'bad' });
  state.fencing.push({ node, retryAt: turn.now.at + FENCE_PAUSE });
}

/** The node is back: whatever the device says later, its groups are not to be taken. */
export function forgetFencing(turn: Turn, node: string): void {
  const { state } = turn;
  if (!state.fencing.some((fencing) => fencing.node === node)) return;
  state.fencing = state.fencing.filter((fencing) => fencing.node !== node);
  turn.log('warn', `node ${node} is back before it was reset: nothing is taken over from it`);
}

/** Asks the fencing device again where it failed. */
export function fenceIfDue(turn: Turn): void {
  const { state, now } = turn;
  state.fencing = state.fencing.map((fencing) => {
    if (fencing.retryAt === undefined || now.at < fencing.retryAt) return fencing;
    turn.effect({ kind: 'fence', node: fencing.node });
    return { node: fencing.node, retryAt: undefined };
  });
}

/** `shutdone`: the peer has given up everything and is about to end. */
export function onShutdownNotice(turn: Turn, peer: Peer): void {
  turn.log('info', `Received shutdown notice from '${peer.name}'.`);
  cancelStandby(turn);
  turn.state.heal = undefined;
  peer.gaveUp = true;
  const held = heldOf(turn.state.resources.mine);
  takeOver(turn, peer.name, 'dead');
  // Two nodes of our kind have settled beforehand which of them is where.
  if (!peer.capabilities.includes('heal')) announceAgain(turn, held);
}

/**
 * A node that was dead for us, or for which we were dead, has begun a new life: what it gave up
 * before was not heard.
 */
export function onRebirth(turn: Turn, peer: Peer): void {
  peer.tookUs = false;
  announceAgain(turn, heldOf(turn.state.resources.mine));
}

/**
 * We go on with what an earlier life of ours has left, and meet a node that begins: what it ran
 * before, and gave up, was not heard. In legacy mode each asks for its own anyway.
 */
export function onMeetingBeginner(turn: Turn): void {
  if (isLegacy(turn.state)) return;
  const begins = turn.livingOthers().some(({ status }) => status === 'up');
  if (begins) announceAgain(turn, heldOf(turn.state.resources.mine));
}

/**
 * A node that had not heard us may have taken what we went on to run, and have the clients of its
 * addresses. It gave up without a word that we could hear, and nobody else says where they are.
 */
function announceAgain(turn: Turn, held: Held): void {
  const { ending } = turn.state;
  const leaving = ending.phase !== 'no' && ending.phase !== 'wanted';
  if (held === 'none' || leaving) return;
  turn.job({ kind: 'announce', share: held }, { kind: 'announce', share: held });
}

function takeOver(turn: Turn, node: string, status: string): void {
  const { resources, ending } = turn.state;
  noteGone(turn);
  // A stop that waits for scripts would wait for these as well, which begin no sooner than it does.
  const stops = ending.phase === 'wanted' && !ending.restart && resources.jobs.length > 0;
  if (stops || (ending.phase !== 'no' && ending.phase !== 'wanted')) {
    turn.log('info', 'Resource takeover cancelled - shutdown in progress.');
    return;
  }
  turn.log('info', `Resources being acquired from ${node}.`);
  const environment = { HA_st: status, HA_src: node, HA_t: 'status' };
  hold(turn, 'foreign');
  turn.urgentJob({ kind: 'takeOver', node }, { kind: 'takeover', node }, environment);
  retryWhatWasAway(turn);
  if (isLegacy(turn.state)) askForOwn(turn);
  else if (!resources.mine.local) acquireOwn(turn, true);
}

/** A peer that is gone holds nothing, and nobody needs to be waited for. */
function noteGone(turn: Turn): void {
  const { resources } = turn.state;
  keepWhatStayed(turn);
  resources.other = { local: false, foreign: false };
  resources.otherTroubles = { local: false, foreign: false };
  resources.otherStable = true;
  resources.settleBy = undefined;
  resources.takeoverBy = undefined;
  resources.homeBy = undefined;
  resources.tellAgainAt = undefined;
  if (resources.phase !== 'shutdown' && resources.phase !== 'init') resources.phase = 'stable';
}

/** The groups of a gone node are up: say so, as the script mach_down does (heartbeat 3.0.6). */
export function onTakenOver(turn: Turn, outcome: JobOutcome): void {
  if (isLegacy(turn.state)) {
    onForeignTaken(turn, outcome);
    return;
  }
  noteStarts(turn, outcome, { share: 'foreign', every: true });
  // Meanwhile the groups may have been given away again: then there is nothing to claim.
  if (turn.state.resources.mine.foreign) {
    turn.send({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
  }
  const { heal, resources } = turn.state;
  // What could not be started is ours all the same, and goes back when it runs.
  const waits = resources.troubles.some(({ share }) => share === 'foreign');
  // A node that has come back meanwhile, in the same life, was never gone.
  if ((resources.mine.foreign || waits) && heal === undefined) resources.needsFailback = true;
  turn.log('info', 'mach_down takeover complete.');
  noteFirstAcquisition(turn, 'mach_down');
  sayResources(turn);
  considerFailback(turn);
}
