/**
 * A partition has healed, or two nodes hold the same groups for another reason.
 *
 * With a genuine peer both sides give up everything and begin a new life, as heartbeat 3.0.6 does.
 * Two nodes of our kind settle it in words (claim.ts), and one lets go.
 */
import { COUNTED_GENERATION_MAX } from '../membership/retransmit.js';
import type { Message } from '../message/message.js';
import type { Part, Peer } from '../state.js';
import type { Turn } from '../turn.js';
import { isSettling, settle } from './claim.js';
import { isLegacy, shareWithGenuine } from './legacy.js';
import { busy } from './negotiation.js';
import { letGo } from './ownership.js';
import { cancelStandby, forgetStandby } from './standby.js';

/** A genuine node gives up this long after it saw the partition heal; so do we towards one. */
const GIVE_UP_PAUSE = 2000;
/** Two that hold the same begin to settle it no sooner than this after the last time. */
const BOTH_HOLD_AGAIN = 1000;

const PARTS: readonly Part[] = ['local', 'foreign'];

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
    // Nobody has come back from death: what was moved by hand before stays where it was moved to.
    turn.state.resources.needsFailback = false;
    // Its word on what it holds may come before the status that tells of its return.
    if (!isSettling(turn.state, peer.name)) settle(turn, peer);
    return;
  }
  // A genuine node counts it as dead once more, and as one that has given up everything.
  turn.log('warn', `node ${peer.name}: is dead`);
  turn.log('info', `Dead node ${peer.name} gave up resources.`);
  // What was agreed before that was known would only put off the end.
  cancelStandby(turn);
  beginAnew(turn);
  withdrawTakeover(turn);
}

/** A takeover that waits behind a script that hangs would start what runs there, and much later. */
function withdrawTakeover(turn: Turn): void {
  const [, ...waiting] = turn.state.resources.jobs;
  if (!waiting.some(({ purpose }) => purpose.kind === 'takeover')) return;
  letGo(turn, 'foreign');
  turn.job({ kind: 'standbyRelease', share: 'foreign' }, { kind: 'withdraw' });
}

/** Gives up everything and begins another life, as a genuine node does after a partition. */
function beginAnew(turn: Turn): void {
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
 * cluster was split. A genuine node takes no notice of that, and would go on with what we hold too:
 * it is for us to begin anew.
 */
export function onMeeting(turn: Turn, peer: Peer): void {
  if (peer.capabilities.includes('heal')) {
    settle(turn, peer);
    return;
  }
  const { mine } = turn.state.resources;
  if (!mine.local && !mine.foreign) return;
  if (!wentToWorkAlone(peer)) {
    if (isLegacy(turn.state)) shareWithGenuine(turn);
    return;
  }
  turn.log(
    'crit',
    `${peer.name} went to work while the cluster was split: it may hold what we hold`,
  );
  beginAnew(turn);
}

/**
 * From 2.1 on a node becomes active only when another has answered its `reqnodes`, or all are dead
 * for it: then it has taken everything. (1.99.4, which counts its generations from 1, never asks.)
 */
function wentToWorkAlone(peer: Peer): boolean {
  return !peer.asked && peer.generation > COUNTED_GENERATION_MAX;
}

/**
 * The peer has begun a new life, in which it may have found its groups still running. In legacy
 * mode it does not say so unless it is asked.
 */
export function onNewLifeActive(turn: Turn, peer: Peer): void {
  if (!isLegacy(turn.state)) return;
  if (peer.capabilities.includes('heal')) settle(turn, peer);
  else shareWithGenuine(turn);
}

/**
 * `stonith`: the peer takes a node for dead, and all that it holds. If that is us, and a genuine
 * peer has not heard a word between our lives and its own, it will go on with it when it hears us,
 * as if nobody returned from a partition; in legacy mode without saying so. It has forgotten what
 * was agreed with us, and before it gives up everything it waits until we are stable.
 */
export function onTakenForDead(turn: Turn, peer: Peer, message: Message): void {
  const { settings, resources } = turn.state;
  const { local, foreign } = resources.mine;
  if (message.get('node') !== settings.localNode) return;
  peer.tookUs = true;
  if (peer.capabilities.includes('heal')) return;
  if (!isLegacy(turn.state)) {
    forgetStandby(turn);
    return;
  }
  if (peer.acked !== undefined || (!local && !foreign)) return;
  turn.log('crit', `${peer.name} takes us for dead: it may hold what we hold`);
  beginAnew(turn);
}

/**
 * Both hold the same, whatever led to it (a life that was begun in a partition with what the one
 * before had left, say): it is settled as after a partition.
 */
export function claimIfBothHold(turn: Turn, peer: Peer): void {
  const { heal } = turn.state;
  if (isLegacy(turn.state) || !PARTS.some((part) => bothHold(turn, part))) return;
  if (!peer.capabilities.includes('heal')) {
    yieldIfBothHold(turn);
    return;
  }
  if (heal !== undefined && turn.now.at - heal.begunAt < BOTH_HOLD_AGAIN) return;
  settle(turn, peer);
}

/**
 * The same beside a genuine node, which says no word of it. What that node says is taken for true
 * only while nothing moves and no message of it is missing, and not of groups that fail: it says
 * that it holds those as well. So it is looked at again whenever time has passed.
 */
export function yieldIfBothHold(turn: Turn): void {
  const { resources } = turn.state;
  const isFailing = (part: Part): boolean => resources.troubles.some(({ share }) => share === part);
  const shared = PARTS.some((part) => bothHold(turn, part) && !isFailing(part));
  if (!shared || isLegacy(turn.state) || busy(turn.state)) return;
  if (!resources.otherStable || resources.phase !== 'stable') return;
  const speaks = ({ status, capabilities, window }: Peer): boolean =>
    status === 'active' && !capabilities.includes('heal') && window.missing.size === 0;
  if (turn.livingOthers().some(speaks)) beginAnew(turn);
}

function bothHold(turn: Turn, part: Part): boolean {
  const { mine, other } = turn.state.resources;
  return mine[part] && other[part === 'local' ? 'foreign' : 'local'];
}
