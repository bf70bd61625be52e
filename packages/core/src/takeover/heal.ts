/**
 * A partition has healed: both nodes may hold the same groups.
 *
 * With a genuine peer both sides give up everything and begin a new life, as heartbeat 3.0.6 does.
 * Two nodes of our kind say to each other how long they have held what, and one lets go: the holder
 * of longer standing keeps a group, its home node where both are equal, or in legacy mode, in which
 * a group goes to its home node whenever that is there.
 */
import type { JobOutcome, Share } from '../job.js';
import type { Message } from '../message/message.js';
import type { Heal, Peer } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { isLegacy } from './legacy.js';
import { tellHolding } from './negotiation.js';
import { letGo } from './ownership.js';
import { letGoLater } from './stuck.js';

/** A genuine node gives up this long after it saw the partition heal; so do we towards one. */
const GIVE_UP_PAUSE = 2000;
/** A claim that was not answered is said again after this. */
const CLAIM_AGAIN = 500;
/** Two that hold the same begin to settle it no sooner than this after the last time. */
const BOTH_HOLD_AGAIN = 1000;

/** A node that was declared dead is back in the same life. */
export function onReturn(turn: Turn, peer: Peer): void {
  // Before what the same message has already told of the link and of its lateness.
  turn.logFirst([
    { severity: 'crit', text: `Cluster node ${peer.name} returning after partition.` },
    {
      severity: 'info',
      text: 'For information on cluster partitions, See URL: http://linux-ha.org/wiki/Split_Brain',
    },
    { severity: 'warn', text: 'Deadtime value may be too small.' },
    { severity: 'info', text: 'See FAQ for information on tuning deadtime.' },
    { severity: 'info', text: 'URL: http://linux-ha.org/wiki/FAQ#Heavy_Load' },
  ]);
  if (peer.capabilities.includes('heal')) {
    claim(turn, peer);
    return;
  }
  // A genuine node counts it as dead once more, and as one that has given up everything.
  turn.log('warn', `node ${peer.name}: is dead`);
  turn.log('info', `Dead node ${peer.name} gave up resources.`);
  if (turn.state.ending.phase !== 'no') return;
  turn.state.ending = {
    phase: 'wanted',
    restart: true,
    keep: false,
    from: turn.now.at + GIVE_UP_PAUSE,
    told: false,
  };
}

/**
 * A node that we have never heard is at work already, as we are: one of us began its life while the
 * cluster was split. A genuine node takes no notice of that: it is settled between our kind only.
 */
export function onMeeting(turn: Turn, peer: Peer): void {
  if (peer.capabilities.includes('heal')) claim(turn, peer);
}

/**
 * The peer has begun a new life, in which it may have found its groups still running. In legacy
 * mode it does not say so unless it is asked.
 */
export function onNewLifeActive(turn: Turn, peer: Peer): void {
  if (isLegacy(turn.state) && peer.capabilities.includes('heal')) claim(turn, peer);
}

/**
 * Both hold the same, whatever led to it (a life that was begun in a partition with what the one
 * before had left, say): it is settled as after a partition.
 */
export function claimIfBothHold(turn: Turn, peer: Peer): void {
  const { resources, heal } = turn.state;
  const { mine, other } = resources;
  const both = (mine.local && other.foreign) || (mine.foreign && other.local);
  if (!both || isLegacy(turn.state) || !peer.capabilities.includes('heal')) return;
  if (heal !== undefined && turn.now.at - heal.begunAt < BOTH_HOLD_AGAIN) return;
  claim(turn, peer);
}

/** Begins to settle: says what we hold and since when, again and again until it is answered. */
function claim(turn: Turn, peer: Peer): void {
  turn.state.heal = { ...standing(turn, peer), againAt: turn.now.at + CLAIM_AGAIN };
  sayClaim(turn, turn.state.heal, 'heal', turn.state.heal.ownId);
}

/** What we hold and for how long, as of now. */
function standing(turn: Turn, peer: Peer): Heal {
  const { state, now } = turn;
  const { mine, since } = state.resources;
  return {
    peer: peer.name,
    local: mine.local ? Math.round(now.at - since.local) : undefined,
    foreign: mine.foreign ? Math.round(now.at - since.foreign) : undefined,
    ownId: state.history.newest.toString(16),
    begunAt: now.at,
    peerId: undefined,
    decided: false,
    againAt: undefined,
  };
}

function sayClaim(turn: Turn, heal: Heal, info: 'heal' | 'healed', id: string): void {
  tellHolding(turn, {
    info,
    x_heal: id,
    ...(heal.local === undefined ? {} : { x_local: String(heal.local) }),
    ...(heal.foreign === undefined ? {} : { x_foreign: String(heal.foreign) }),
  });
}

/** Says our claim again, when nobody has answered it yet. */
export function claimIfDue(turn: Turn): void {
  const { heal } = turn.state;
  if (heal?.againAt === undefined || turn.now.at < heal.againAt) return;
  turn.state.heal = { ...heal, againAt: turn.now.at + CLAIM_AGAIN };
  sayClaim(turn, heal, 'heal', heal.ownId);
}

/**
 * The peer says what it holds and since when (`heal`), or answers what we said (`healed`). Both
 * sides judge by the same two claims, so they come to the same end.
 */
export function onClaim(turn: Turn, peer: Peer, message: Message): void {
  const { state } = turn;
  const id = message.get('x_heal') ?? '';
  const answer = message.get('info') === 'healed';
  let heal = state.heal;
  if (answer) {
    if (heal?.ownId !== id) return;
  } else {
    const another = heal?.peerId !== undefined && heal.peerId !== id;
    if (heal === undefined || another) heal = standing(turn, peer);
    heal = { ...heal, peerId: id };
    sayClaim(turn, heal, 'healed', id);
  }
  state.heal = { ...heal, decided: true, againAt: undefined };
  if (heal.decided) return;
  // Nobody has come back from death: what was moved by hand before stays where it was moved to.
  state.resources.needsFailback = false;
  const theirs = { local: message.decimal('x_foreign'), foreign: message.decimal('x_local') };
  const local = judgeShare(turn, peer, 'local', heal.local, theirs.local);
  const foreign = judgeShare(turn, peer, 'foreign', heal.foreign, theirs.foreign);
  if (!local && !foreign) return;
  const kept = local && foreign ? 'all' : local ? 'local' : 'foreign';
  state.heal = { ...state.heal, kept };
  // Whoever heard the other node last must find us; again when it has taken its addresses away.
  turn.job({ kind: 'announce', share: kept }, { kind: 'announce' });
}

/**
 * Decides one share that both hold; ours and theirs are how long it has been held. True when both
 * do and it stays here.
 */
function judgeShare(
  turn: Turn,
  peer: Peer,
  share: Exclude<Share, 'all'>,
  ours: Millis | undefined,
  theirs: Millis | undefined,
): boolean {
  if (ours === undefined || theirs === undefined) return false;
  const { state } = turn;
  const { localNode, autoFailback } = state.settings;
  const home = share === 'local' ? localNode : peer.name;
  const homeDecides = ours === theirs || autoFailback === 'legacy';
  const weKeep = homeDecides ? share === 'local' : ours > theirs;
  const facts = `held ${ours} ms here, ${theirs} ms on ${peer.name}, home node ${home}`;
  if (weKeep) {
    turn.log('info', `Keeping our ${share} resources after the partition: ${facts}`);
    return true;
  }
  turn.log('warn', `Giving up our ${share} resources after the partition: ${facts}`);
  // It could not be stopped a moment ago, and will be tried again in time.
  if (state.resources.redo?.how === 'letGo') return false;
  letGo(turn, share);
  turn.job({ kind: 'standbyRelease', share }, { kind: 'letGo', share });
  return false;
}

/** What we gave up after a partition has stopped: the other node may say again where it is. */
export function onLetGo(turn: Turn, share: Share, outcome: JobOutcome): void {
  if (outcome.stuck !== undefined && outcome.stuck.length > 0) {
    const groups = outcome.stuck.join(' ');
    turn.log('crit', `${groups} could not be stopped and runs on both nodes`);
    letGoLater(turn, share);
    return;
  }
  tellHolding(turn, { info: 'letgo' });
}

/** The other node has let go of what we keep: its addresses are gone, ours are the only ones. */
export function onOtherLetGo(turn: Turn): void {
  const { heal } = turn.state;
  if (heal?.kept === undefined) return;
  turn.job({ kind: 'announce', share: heal.kept }, { kind: 'announce' });
}
