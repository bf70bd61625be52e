/** Who holds what: the `starting` and `resource` conversation, and taking what is ours. */
import type { JobOutcome } from '../job.js';
import type { Message } from '../message/message.js';
import { type Holding, heldOf, holdingOf, type NodeState, type Part, type Peer } from '../state.js';
import type { Turn } from '../turn.js';
import { forgetTroublesOf, hold, noteFirstAcquisition, tellAcquired } from './ownership.js';
import { askBack, noteStarts } from './trouble.js';

/** How long we wait for a peer that never says it is stable (heartbeat 3.0.6, a constant). */
const SETTLE = 10_000;
/** A failback that finds us busy is tried again after this (heartbeat 3.0.6). */
const FAILBACK_PAUSE = 1000;
/** A genuine node that gives our groups back at all has begun to by then. */
const HOME_PAUSE = 30_000;
/** A genuine node that was told what we hold has settled by then: it takes `SETTLE`. */
const TELL_AGAIN = 15_000;
/** A genuine node that begins anew has its groups by then, or says why not. */
const FORSAKEN_PAUSE = 30_000;

/** True while scripts run, groups move, or a node is being reset. */
export function busy(state: NodeState): boolean {
  return (
    state.resources.jobs.length > 0 || state.standby.phase !== 'none' || state.fencing.length > 0
  );
}

/**
 * Says what we hold (`rtype=full`: it replaces what we said before). In legacy mode nobody says
 * such a thing, and nobody listens (heartbeat 3.0.6).
 */
export function sayResources(turn: Turn, more: Readonly<Record<string, string>> = {}): void {
  if (turn.state.settings.autoFailback !== 'legacy') tellHolding(turn, more);
}

/**
 * A word that was lost on the way has been sent again: a genuine node acts on it although it has
 * heard a newer one, and would take us for in flux as long as we have nothing new to say.
 */
export function sayAgain(turn: Turn): void {
  turn.state.resources.overtaken = false;
  if (!turn.allCan('settle') && turn.livingOthers().length > 0) sayResources(turn);
}

/** The message of `sayResources`, in whatever mode. */
export function tellHolding(turn: Turn, more: Readonly<Record<string, string>>): void {
  const { resources } = turn.state;
  // A node that has just begun must not start its groups before we have stopped them here.
  const wait = resources.jobs.some(({ purpose }) => STOPPING.has(purpose.kind));
  turn.send({
    t: 'resource',
    rsc_hold: heldOf(stillRunning(turn)),
    rtype: 'full',
    isstable: resources.phase === 'stable' && !wait ? '1' : '0',
    ...(wait ? { x_wait: '1' } : {}),
    ...troublesOf(resources),
    ...more,
  });
}

/**
 * What we hold; and what is still being stopped here, if a genuine node has begun a new life
 * meanwhile. That one takes no notice of `x_wait`, and starts after ten seconds what nobody says to
 * hold.
 */
function stillRunning(turn: Turn): Holding {
  const { standby, resources } = turn.state;
  const { mine } = resources;
  if (standby.phase === 'giving' || turn.allCan('settle')) return mine;
  const shares = resources.jobs.flatMap(({ purpose }) => {
    if (purpose.kind === 'shutdown') return [holdingOf(purpose.held)];
    return purpose.kind === 'standbyRelease' ? [holdingOf(purpose.share)] : [];
  });
  const runs = (part: Part): boolean => mine[part] || shares.some((share) => share[part]);
  return { local: runs('local'), foreign: runs('foreign') };
}

/** Shares of which something is to be tried again here, so that the peer does not try meanwhile. */
export function troublesOf({ troubles }: NodeState['resources']): Readonly<Record<string, string>> {
  if (troubles.length === 0) return {};
  const shares = new Set(troubles.map(({ share }) => share));
  return { x_trouble: heldOf({ local: shares.has('local'), foreign: shares.has('foreign') }) };
}

/** Jobs that stop groups which another node may be about to start. */
const STOPPING: ReadonlySet<string> = new Set(['handBack', 'standbyRelease', 'letGo', 'shutdown']);

/** Communication is up: ask what the others hold, or settle at once when there are none. */
export function beginNegotiation(turn: Turn): void {
  const { resources } = turn.state;
  resources.phase = 'starting';
  resources.joined = turn.livingOthers().some(({ status }) => status === 'active');
  sayStarting(turn);
}

/** Nobody need have heard it: the wire may carry only one way. */
function sayStarting(turn: Turn): void {
  turn.state.resources.settleBy = turn.now.at + SETTLE;
  turn.send({ t: 'starting' });
}

/**
 * A peer is starting: tell it what we hold. `late`: it was asked for again, and what the peer has
 * said of its holding since came before it.
 */
export function onStarting(turn: Turn, peer: Peer, late: boolean): void {
  const { resources, settings } = turn.state;
  if (settings.autoFailback === 'legacy') return;
  if (resources.phase === 'init') {
    turn.logLimited('starting', 'error', "Received 'starting' message in state 0");
    // We may wait long for a ping node; a genuine one takes after ten seconds what nobody says to hold.
    const { mine } = resources;
    if ((mine.local || mine.foreign) && !turn.allCan('settle')) sayResources(turn);
    return;
  }
  const both = resources.phase === 'starting';
  if (both) resources.phase = 'bothStarting';
  if (!late) resources.otherStable = false;
  const life = peer.capabilities.includes('settle') ? { x_life: peer.generation.toString(16) } : {};
  sayResources(turn, life);
  if (!turn.allCan('settle')) resources.tellAgainAt = turn.now.at + TELL_AGAIN;
  // A genuine node was not at work when we began, and took no notice of it; one that has only read
  // its configuration anew says what it holds when it is asked, and never otherwise.
  if (both && !turn.allCan('settle')) turn.send({ t: 'starting' });
}

/**
 * A genuine node says `starting` once, and waits without end for what we hold. It may have lost
 * that word and not miss it: it asks for nothing that was sent before the first status that it
 * hears of us.
 */
export function tellAgainIfDue(turn: Turn): void {
  const { resources } = turn.state;
  if (resources.tellAgainAt === undefined || turn.now.at < resources.tellAgainAt) return;
  resources.tellAgainAt = undefined;
  if (resources.otherStable || resources.phase === 'shutdown' || turn.allCan('settle')) return;
  resources.tellAgainAt = turn.now.at + TELL_AGAIN;
  if (!busy(turn.state)) sayResources(turn);
}

/**
 * A word of a node of our kind that takes us for dead is no answer, unless it names our life: it
 * may not have heard of that, and is about to take what it does not hold.
 */
function hearsUs(turn: Turn, peer: Peer, message: Message): boolean {
  if (!peer.tookUs || peer.acked !== undefined) return true;
  if (!peer.capabilities.includes('settle')) return true;
  return message.hex('x_life') === turn.state.generation;
}

/** A peer says what it holds. */
export function onResource(turn: Turn, peer: Peer, message: Message): void {
  const { resources } = turn.state;
  if (resources.phase === 'init') return;
  // The word of a takeover that ends answers nothing.
  const answers = message.get('isstable') !== undefined;
  const asks = resources.phase === 'starting' || resources.phase === 'bothStarting';
  const first = answers && asks && hearsUs(turn, peer, message);
  if (first) {
    resources.phase = 'received';
    resources.settleBy = turn.now.at + SETTLE;
  }
  noteOddHolding(turn, message.get('rsc_hold') ?? 'none');
  resources.other = heard(resources.other, message);
  resources.otherTroubles = holdingOf(message.get('x_trouble'));
  const { mine, other } = resources;
  if (other.foreign && !mine.local) forgetTroublesOf(turn, 'local');
  if (other.local && !mine.foreign) forgetTroublesOf(turn, 'foreign');
  noteStability(turn, message);
  if (resources.phase === 'received') {
    // Two nodes of our kind need not wait for one another: each has now said what it holds. One that
    // still stops something says so, and again when it has: it is waited for as long as it lives.
    const stopping = isStopping(turn, peer, message);
    if (stopping) resources.settleBy = undefined;
    const genuine = !peer.capabilities.includes('settle');
    const speaks = !genuine && !stopping;
    const settled = resources.otherStable || speaks;
    const whose = resources.otherStable ? 'remote' : 'local';
    // A peer that was settled when we came, and has nothing of ours, has not missed us: we come
    // back before our dead time, and a genuine one may run what our last life could not start.
    const unmissed = first && resources.otherStable && genuine;
    const resumes = mine.local || mine.foreign;
    if (settled) becomeStable(turn, whose, unmissed);
    // A genuine one that is told nothing of what we go on with takes its own after ten seconds.
    else if (first && resumes && genuine) sayResources(turn);
  }
}

/**
 * A peer says whether anything moves on it. The word of a takeover's end (`info=mach_down`) does
 * not: one that was sent before it, and came later, is the newest that does.
 */
export function noteStability(turn: Turn, message: Message): void {
  const { resources } = turn.state;
  const stable = message.get('isstable');
  if (stable === '0') resources.otherStable = false;
  if (stable === '1') resources.tellAgainAt = undefined;
  if (stable !== '1' || resources.otherStable) return;
  resources.otherStable = true;
  turn.log('info', 'remote resource transition completed.');
  if (resources.phase !== 'received') sayResources(turn);
}

/**
 * A genuine node that gives up everything says that it holds nothing before its scripts stop it.
 * One that was at work before us is stable otherwise, or will be by the rule of ten seconds.
 */
function isStopping(turn: Turn, peer: Peer, message: Message): boolean {
  if (message.get('x_wait') !== undefined) return true;
  if (peer.capabilities.includes('settle')) return false;
  const { joined, otherStable } = turn.state.resources;
  return message.get('info') === 'shutdown' || (joined && !otherStable);
}

/** A word that says nothing counts as none (heartbeat 3.0.6). */
function noteOddHolding(turn: Turn, word: string): void {
  if (['none', 'local', 'foreign', 'all'].includes(word)) return;
  turn.logLimited('share', 'error', `encode_resources: bad resource type [${word}]`);
}

/** `rtype=full` replaces, anything else adds; `none` clears (heartbeat 3.0.6). */
function heard(before: Readonly<Holding>, message: Message): Holding {
  const said = holdingOf(message.get('rsc_hold'));
  if (message.get('rtype') === 'full' || message.get('rsc_hold') === 'none') return said;
  return { local: before.local || said.local, foreign: before.foreign || said.foreign };
}

/** Nothing more to wait for: take what is ours, and say so. */
export function becomeStable(turn: Turn, whose: 'remote' | 'local', unmissed = false): void {
  const { resources } = turn.state;
  resources.phase = 'stable';
  resources.settleBy = undefined;
  acquireOwn(turn, false, unmissed);
  if (whose === 'local') turn.log('info', 'local resource transition completed.');
  sayResources(turn);
}

/** Takes our own groups, unless the peer holds them. */
export function acquireOwn(turn: Turn, forced: boolean, unmissed = false): void {
  const { resources, settings } = turn.state;
  if (resources.mine.local) return;
  if (!forced && resources.other.foreign) {
    turn.log('info', 'Local Resource acquisition completed. (none)');
    // With auto_failback on they are about to come: the line is written when they have.
    if (settings.autoFailback !== 'on') noteFirstAcquisition(turn, 'T_RESOURCES(them)');
    else if (!turn.allCan('settle')) resources.homeBy = turn.now.at + HOME_PAUSE;
    return;
  }
  // A group that runs here alone is no news of the job.
  const every = !resources.borrowed.some(({ share }) => share === 'local');
  hold(turn, 'local');
  if (unmissed) {
    turn.job({ kind: 'findIdle' }, { kind: 'findAway', share: 'local' });
    return;
  }
  const purpose = { kind: 'acquire', reason: 'req_our_resources()', every } as const;
  turn.job({ kind: 'acquireOwn' }, purpose);
}

/** Our own groups are up (or there are none): tell, once with the line of the first time. */
export function onAcquired(turn: Turn, outcome: JobOutcome, every: boolean): void {
  tellAcquired(turn, outcome.groups.length > 0);
  noteStarts(turn, outcome, { share: 'local', every });
  sayResources(turn, { info: 'req_our_resources()' });
  noteFirstAcquisition(turn, 'T_RESOURCES(us)');
}

/** These groups of a share do not run here: the peer is asked for them before they are started. */
export function onAwayFound(turn: Turn, share: Part, { groups, local }: JobOutcome): void {
  if (share === 'local') onAcquired(turn, { ok: true, failed: [], groups }, false);
  if (!turn.state.resources.mine[share]) return;
  // A resource runner of before names those that are listed for this node, whatever it is asked.
  const found = share === 'local' ? groups : groups.filter((key) => local?.includes(key) !== true);
  askBack(turn, found, share);
}

/**
 * The peer never became stable: do without it (heartbeat 3.0.6: the 10 s rule). One that never said
 * anything is asked again, which the genuine program does not.
 */
export function settleIfDue(turn: Turn): void {
  const { resources } = turn.state;
  if (resources.settleBy === undefined || turn.now.at < resources.settleBy) return;
  // Once: after a stop in the meantime there is nothing left to be woken for.
  resources.settleBy = undefined;
  const { phase } = resources;
  if (phase === 'received') becomeStable(turn, 'local');
  else if (phase === 'starting' || phase === 'bothStarting') sayStarting(turn);
}

/** Gives the peer's groups back to it, when it is well again and the configuration wants it so. */
export function considerFailback(turn: Turn): void {
  const { resources, settings, ending } = turn.state;
  const wanted =
    settings.autoFailback === 'on' &&
    resources.needsFailback &&
    resources.mine.foreign &&
    !resources.other.local &&
    resources.otherStable &&
    resources.phase === 'stable' &&
    ending.phase === 'no' &&
    turn.livingOthers().length > 0;
  if (!wanted) {
    resources.failbackAt = undefined;
    return;
  }
  if (busy(turn.state)) {
    turn.logLimited('failback', 'debug', 'Auto failback delayed.');
    resources.failbackAt = turn.now.at + FAILBACK_PAUSE;
    return;
  }
  resources.failbackAt = undefined;
  resources.needsFailback = false;
  turn.send({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
}

/**
 * A genuine node that is still taking over what we have left when we are back (`T_STARTING received
 * during takeover`) never gives it back by itself: it is asked for it, once.
 */
export function askForHomeIfDue(turn: Turn): void {
  const { resources, ending } = turn.state;
  if (resources.homeBy === undefined || turn.now.at < resources.homeBy) return;
  resources.homeBy = undefined;
  const { mine, other, otherStable, phase } = resources;
  if (mine.local || !other.foreign || !otherStable || phase !== 'stable') return;
  const [peer] = turn.livingOthers();
  if (ending.phase !== 'no' || peer === undefined) return;
  if (busy(turn.state)) {
    resources.homeBy = turn.now.at + FAILBACK_PAUSE;
    return;
  }
  turn.log('info', `${peer.name} has not given our resources back: asking for them`);
  turn.send({ t: 'hb_takeover', rsc_hold: 'local' });
}

/** Says so when two hold the same, and takes what nobody holds. */
export function audit(turn: Turn): void {
  const { resources, settings } = turn.state;
  if (settings.autoFailback === 'legacy') return;
  const { mine, other } = resources;
  if (mine.local && other.foreign) {
    turn.logLimited('both ours', 'error', 'Both machines own our resources!');
  }
  if (mine.foreign && other.local) {
    turn.logLimited('both foreign', 'error', 'Both machines own foreign resources!');
  }
  if (!isQuiet(turn)) return;
  if (!mine.foreign && !other.local) {
    turn.logLimited('nobody foreign', 'error', 'No one owns foreign resources!');
  }
  if (!mine.local && !other.foreign) {
    turn.logLimited('nobody ours', 'error', 'No one owns our local resources!');
    // What could not be started is seen to with pauses.
    const tried = resources.troubles.some(({ share }) => share === 'local');
    if (tried || resources.otherTroubles.foreign) return;
    // A genuine node that restarts in the middle of a standby runs what it says it does not hold.
    acquireOwn(turn, false, !turn.allCan('settle'));
    sayResources(turn);
  }
}

/**
 * A genuine node does not take again what it has given to a life of ours that is over, nor what we
 * have given while it was not listening (heartbeat 3.0.6 says a line, and waits). One that is about
 * to begin anew takes it by itself then. It is asked all the same: it may run it still.
 */
export function takeForsakenIfDue(turn: Turn): void {
  const { resources } = turn.state;
  const since = isForsaken(turn) ? (resources.forsakenSince ?? turn.now.at) : undefined;
  resources.forsakenSince = since;
  if (since === undefined || turn.now.at - since < FORSAKEN_PAUSE) return;
  resources.forsakenSince = undefined;
  hold(turn, 'foreign');
  turn.job({ kind: 'findIdle', share: 'foreign' }, { kind: 'findAway', share: 'foreign' });
  sayResources(turn);
}

/** Nobody holds the groups of a genuine node that lives and is settled. */
function isForsaken(turn: Turn): boolean {
  const { resources, settings } = turn.state;
  const { mine, other, troubles } = resources;
  if (settings.autoFailback === 'legacy' || mine.foreign || other.local) return false;
  if (turn.allCan('settle') || turn.livingOthers().length === 0 || !isQuiet(turn)) return false;
  return !troubles.some(({ share }) => share === 'foreign');
}

/** Nothing moves, here or there. */
function isQuiet(turn: Turn): boolean {
  const { resources, ending } = turn.state;
  if (resources.phase !== 'stable' || !resources.otherStable) return false;
  return !busy(turn.state) && ending.phase === 'no';
}
