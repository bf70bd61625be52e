/**
 * The processes that run scripts: those of the daemon itself, forked at once, and the scripts of
 * rc.d, one at a time after all others (cluster specification 3.4, 3.5, 4.1).
 */
import type { JobOutcome } from '@ts-heartbeat/core/job';
import type { Message } from '@ts-heartbeat/core/message/message';
import { endKilled, onAllReleased } from './ending.js';
import { onOwnFound } from './negotiation.js';
import { onAcquired, onReleased, seenFromOther } from './standby.js';
import { isEnding, isLegacy, type Purpose } from './state.js';
import { noteFirstAcquisition, type Turn } from './turn.js';

/** From a failed start to the `hb_standby` that its script leaves behind. */
const GIVEUP_PAUSE = 30_000;

/** `hb_takeover` of the other node: its script asks to go standby, shares seen from here. */
export function onTakeoverRequest(turn: Turn, message: Message): void {
  const word = message.get('rsc_hold');
  const share = word === 'local' || word === 'foreign' ? seenFromOther(word) : 'all';
  turn.state.queue.push({ kind: 'standby', share });
}

/**
 * `ip-request`: the other asks for a group of its own (legacy mode). The script does not quote the
 * key: what follows it after a blank is left alone, and sent back (test/wire/queue.test.ts).
 */
export function onGroupRequest(turn: Turn, to: string, message: Message): void {
  const ipaddr = message.get('ipaddr') ?? '';
  const [key = ''] = ipaddr.split(' ');
  if (key !== '') turn.enqueue({ kind: 'giveGroup', key }, { kind: 'giveGroup', ipaddr, to });
}

/** `ip-request-resp` meant for us, by whomever: the group is taken, whatever `weown` says. */
export function onGroupOffer(turn: Turn, message: Message): void {
  const key = message.get('ipaddr');
  if (key === undefined || message.get('ok') !== 'OK') return;
  turn.enqueue({ kind: 'takeGroup', key }, { kind: 'takeGroup', key });
}

/** Begins the next script of the queue when nothing runs. */
export function runQueue(turn: Turn): void {
  const { state } = turn;
  while (state.children.size === 0) {
    const next = state.queue.shift();
    if (next === undefined) return;
    if (next.kind === 'standby') goStandby(turn, next.share);
    else turn.fork(next.job, next.purpose, next.environment);
  }
}

/** The script hb_standby. */
function goStandby(turn: Turn, share: 'all' | 'local' | 'foreign'): void {
  turn.log('notice', `Going standby [${share}].`, 'hb_standby');
  turn.send({ t: 'ask_resources', rsc_hold: share, info: 'me' });
}

/** Goes standby where a start failed half a minute ago. */
export function giveUpIfDue(turn: Turn): void {
  const { state, now } = turn;
  if (!state.giveups.some(({ at }) => at <= now.at)) return;
  const due = state.giveups.filter(({ at }) => at <= now.at);
  state.giveups = state.giveups.filter(({ at }) => at > now.at);
  for (const { share } of due) goStandby(turn, share);
}

/** The runner has done what was forked. */
export function onJobDone(turn: Turn, id: number, outcome: JobOutcome): void {
  const { state } = turn;
  const purpose = state.children.get(id);
  if (purpose === undefined) return;
  state.children.delete(id);
  if (outcome.stuck !== undefined && outcome.stuck.length > 0) {
    endKilled(turn);
    return;
  }
  if (STARTING.has(purpose.kind)) noteFailures(turn, outcome.failed);
  conclude(turn, purpose, outcome);
}

const STARTING: ReadonlySet<string> = new Set(['machDown', 'takeGroup', 'acquire']);

/**
 * The group was stopped again by its script; half a minute later that asks to give away `local`
 * only where the group is a whole line of this node, else `foreign`, although the group that
 * failed is its own (recording failing-start).
 */
function noteFailures(turn: Turn, failed: readonly string[]): void {
  const { state, now } = turn;
  for (const key of failed) {
    const share = state.wholeLines.has(key) ? 'local' : 'foreign';
    state.giveups.push({ at: now.at + GIVEUP_PAUSE, share });
  }
}

function conclude(turn: Turn, purpose: Purpose, outcome: JobOutcome): void {
  switch (purpose.kind) {
    case 'own':
      onOwnFound(turn, outcome.groups, purpose.active);
      break;
    case 'machDown':
      tellTakenOver(turn);
      break;
    case 'takeGroup':
      if (isLegacy(turn.state)) noteFirstAcquisition(turn, 'ip-request-resp');
      break;
    case 'giveGroup':
      answerRequest(turn, purpose, outcome);
      break;
    case 'release':
      onReleased(turn, purpose.share);
      break;
    case 'acquire':
      onAcquired(turn, purpose.share, purpose.mine);
      break;
    case 'shutdown':
      onAllReleased(turn);
      break;
  }
}

/** The message of mach_down to the daemon, at its end. */
function tellTakenOver(turn: Turn): void {
  if (isLegacy(turn.state) || isEnding(turn.state)) return;
  turn.send({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
}

function answerRequest(
  turn: Turn,
  { ipaddr, to }: { readonly ipaddr: string; readonly to: string },
  { groups }: JobOutcome,
): void {
  const weown = groups.length > 0 ? 'yes' : 'no';
  turn.send({ t: 'ip-request-resp', dest: to, ipaddr, weown, ok: 'OK' });
}
