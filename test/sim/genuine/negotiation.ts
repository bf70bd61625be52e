/** Who holds what: `starting` and `resource` (cluster specification 4.2, rules 1 to 8 and 10). */
import type { Held } from '@ts-heartbeat/core/job';
import type { Message } from '@ts-heartbeat/core/message/message';
import { isAnyoneActive } from './reception.js';
import { type GenuineState, type Holding, isBusy, isEnding, isLegacy, type Peer } from './state.js';
import { noteFirstAcquisition, type Turn } from './turn.js';

/** How long a peer is waited for that never says it is stable: a constant of the program. */
const SETTLE = 10_000;
/** A failback that finds the node busy is tried again after this. */
const FAILBACK_PAUSE = 1000;

/** `none`, `local`, `foreign` or `all`. */
export function heldOf({ local, foreign }: Holding): Held {
  if (local) return foreign ? 'all' : 'local';
  return foreign ? 'foreign' : 'none';
}

/** Reads `rsc_hold`. */
export function holdingOf(word: string | undefined): Holding {
  const all = word === 'all';
  return { local: all || word === 'local', foreign: all || word === 'foreign' };
}

/** `resource` with all that we hold; in legacy mode nobody says such a thing. */
export function sayResources(turn: Turn, isstable: boolean, info?: string): void {
  if (isLegacy(turn.state)) return;
  turn.send({
    t: 'resource',
    rsc_hold: heldOf(turn.state.mine),
    rtype: 'full',
    isstable: isstable ? '1' : '0',
    ...(info === undefined ? {} : { info }),
  });
}

/**
 * Communication is up. A life that goes on with running resources (`-R -C`) is stable from the
 * beginning (recording reload-sighup).
 */
export function beginNegotiation(turn: Turn): void {
  const { state } = turn;
  state.phase = state.mine.local || state.mine.foreign ? 'stable' : 'starting';
  turn.send({ t: 'starting' });
}

/** `starting` of the peer. */
export function onStarting(turn: Turn): void {
  const { state } = turn;
  if (isLegacy(state)) return;
  if (state.phase === 'init') {
    turn.log('error', "Received 'starting' message in state 0");
    return;
  }
  if (state.phase === 'starting') state.phase = 'bothStarting';
  state.otherStable = false;
  sayResources(turn, state.phase === 'stable');
}

/** `resource` of anybody: the first one begins the ten seconds, also our own (rule 3). */
export function onResource(turn: Turn, message: Message, peer: Peer | undefined): void {
  const { state } = turn;
  if (isLegacy(state) || state.phase === 'init') return;
  if (state.phase === 'starting' || state.phase === 'bothStarting') {
    state.phase = 'received';
    state.settleBy = turn.now.at + SETTLE;
  }
  if (peer === undefined) onOwn(turn, message);
  else if (!isEnding(state)) onPeers(turn, message, peer);
}

function onOwn(turn: Turn, message: Message): void {
  const { state } = turn;
  if (message.get('info') === 'mach_down') {
    if (isEnding(state)) return;
    state.takeoverInProgress = false;
    state.mine.foreign = true;
    state.needsFailback = true;
    turn.log('info', 'mach_down takeover complete.');
    noteFirstAcquisition(turn, 'mach_down');
    considerFailback(turn);
  } else if (message.get('isstable') === '1' && state.phase === 'stable' && state.mine.local) {
    // What a standby brings is told when it is over.
    if (state.standby.phase === 'none') noteFirstAcquisition(turn, 'T_RESOURCES(us)');
  }
}

function onPeers(turn: Turn, message: Message, peer: Peer): void {
  const { state } = turn;
  const said = holdingOf(message.get('rsc_hold'));
  const replaces = message.get('rtype') === 'full' || message.get('rsc_hold') === 'none';
  const { local, foreign } = state.other;
  state.other = replaces ? said : { local: local || said.local, foreign: foreign || said.foreign };
  peer.gaveUp = false;
  const isstable = message.get('isstable');
  if (isstable === '0') state.otherStable = false;
  if (isstable === '1' && !state.otherStable) {
    state.otherStable = true;
    turn.log('info', 'remote resource transition completed.');
    sayResources(turn, state.phase === 'stable');
    considerFailback(turn);
  }
  if (state.phase === 'received' && state.otherStable) {
    turn.log('info', 'remote resource transition completed.');
    acquireOwn(turn, false);
    state.phase = 'stable';
    state.settleBy = undefined;
    sayResources(turn, true);
    considerFailback(turn);
  }
}

/** The ten seconds are over (rule 6): seen when the next beat is sent. */
export function settleIfDue(turn: Turn): void {
  const { state } = turn;
  if (state.settleBy === undefined || turn.now.at < state.settleBy) return;
  state.settleBy = undefined;
  if (state.phase !== 'received') return;
  state.phase = 'stable';
  // A stop that waited for this takes everything down again: nothing is begun any more.
  if (state.ending.phase === 'no') acquireOwn(turn, false);
  turn.log('info', 'local resource transition completed.');
  sayResources(turn, true);
}

/**
 * `req_our_resources` (rule 7): a child asks the first resource of each of our groups whether it
 * runs. `mine` is marked before anything is done.
 */
export function acquireOwn(turn: Turn, forced: boolean): void {
  const { state } = turn;
  if (!forced && (state.other.foreign || state.mine.local)) {
    turn.log('info', 'Local Resource acquisition completed. (none)');
    // With auto_failback on the groups are about to come: the line is written then.
    if (state.settings.autoFailback === 'off') noteFirstAcquisition(turn, 'T_RESOURCES(them)');
    return;
  }
  if (!isLegacy(state)) state.mine.local = true;
  turn.fork({ kind: 'findIdle' }, { kind: 'own', active: isAnyoneActive(state) });
}

/** The child of `req_our_resources` has ended; these groups do not run here. */
export function onOwnFound(turn: Turn, idle: readonly string[], active: boolean): void {
  const { state } = turn;
  const { localNode } = state.settings;
  const legacy = isLegacy(state);
  for (const key of idle) {
    if (legacy && active) turn.send({ t: 'ip-request', ipaddr: key });
    else turn.send({ t: 'ip-request-resp', dest: localNode, ipaddr: key, weown: 'yes', ok: 'OK' });
  }
  const list = `/usr/share/heartbeat/ResourceManager listkeys ${localNode}`;
  const nothing = `No local resources [${list}] to acquire.`;
  turn.log('info', state.nothingOwn ? nothing : 'Local Resource acquisition completed.');
  if (legacy && !(active && idle.length > 0)) noteFirstAcquisition(turn, 'req_our_resources');
  // What is to be taken is only queued so far, and yet we say that all is well.
  if (!isEnding(state)) sayResources(turn, true, 'req_our_resources()');
}

/** Gives the other's groups back by an ordinary standby request (rule 8). */
export function considerFailback(turn: Turn): void {
  const { state } = turn;
  state.failbackAt = undefined;
  const { settings, mine, ending } = state;
  if (settings.autoFailback !== 'on' || !state.needsFailback || !mine.foreign) return;
  if (ending.phase !== 'no' || !isPeerThere(turn)) return;
  if (isBusy(state) || state.phase !== 'stable' || !state.otherStable) {
    turn.log('debug', 'Auto failback delayed.');
    state.failbackAt = turn.now.at + FAILBACK_PAUSE;
    return;
  }
  state.needsFailback = false;
  turn.send({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
}

function isPeerThere(turn: Turn): boolean {
  return turn.others().some((peer) => peer.status === 'active' && !peer.gaveUp);
}

/** After each message (rule 10); the genuine daemon only complains. */
export function audit(turn: Turn): void {
  const { state } = turn;
  if (isLegacy(state)) return;
  const { mine, other } = state;
  const quiet = isQuiet(state);
  const complaints = [
    mine.local && other.foreign ? 'Both machines own our resources!' : '',
    mine.foreign && other.local ? 'Both machines own foreign resources!' : '',
    quiet && !mine.local && !other.foreign ? 'No one owns our local resources!' : '',
    quiet && !mine.foreign && !other.local ? 'No one owns foreign resources!' : '',
  ].filter((text) => text !== '');
  const all = complaints.join();
  if (all === state.complaints) return;
  state.complaints = all;
  for (const text of complaints) turn.log('error', text);
}

function isQuiet(state: GenuineState): boolean {
  const { phase, otherStable, ending } = state;
  return phase === 'stable' && otherStable && !isBusy(state) && ending.phase === 'no';
}
