/** One node asks another for a group by its key: `ip-request` and the answer to it. */
import type { JobOutcome } from '../job.js';
import type { Message } from '../message/message.js';
import type { Part, Peer, Purpose } from '../state.js';
import type { Turn } from '../turn.js';
import { onMoveOffer } from './handover.js';
import { forgetKey, isLegacy, noteKeys } from './legacy.js';
import { hold, noteFirstAcquisition } from './ownership.js';
import { forgetTrouble, noteGivenBack, noteStarts, shareOfGroup } from './trouble.js';

/**
 * Asks for a group. A genuine node does one after the other what it was asked for and what it
 * takes over, behind scripts that may take long: it answers a request of an earlier life of ours,
 * and then starts what that life has left. It reads the first word of `ipaddr` and sends back all
 * of it (heartbeat 3.0.6: rc.d/ip-request), so a second word tells which life it answers, and of
 * which share the group was.
 */
export function requestGroup(turn: Turn, key: string): void {
  const genuine = turn.livingOthers().some(({ capabilities }) => !capabilities.includes('heal'));
  // A user's script may take the answer by the letter.
  const marked = genuine && !turn.state.scripted.includes('ip-request-resp');
  const mark = markOf(turn, shareOfGroup(turn, key));
  turn.send({ t: 'ip-request', ipaddr: marked ? `${key} ${mark}` : key });
}

/** The group's key: a second word may follow it. */
function keyOf(ipaddr: string): string {
  return ipaddr.split(' ', 1)[0] ?? '';
}

/** Behind the key of a group: the life that wants it, and of which share it is. */
function markOf(turn: Turn, share: Part): string {
  const life = `x_${turn.state.generation.toString(16)}`;
  return share === 'local' ? life : `${life}_foreign`;
}

/** Of which share the group was when this life asked for it; undefined: another life did. */
function shareIn(turn: Turn, mark: string): Part | undefined {
  return (['local', 'foreign'] as const).find((share) => mark === markOf(turn, share));
}

/** `ip-request`: a node wants a group. Gives it up if it runs here, and says so. */
export function onGroupRequest(turn: Turn, peer: Peer, message: Message): void {
  const ipaddr = message.get('ipaddr') ?? '';
  const key = keyOf(ipaddr);
  if (key !== '') give(turn, { ipaddr, to: peer.name, life: peer.generation });
}

/** Another node asked for that group, in the life of that generation. */
type Request = Omit<Extract<Purpose, { readonly kind: 'give' }>, 'kind'>;

function give(turn: Turn, request: Request): void {
  const key = keyOf(request.ipaddr);
  const environment = { HA_t: 'ip-request', HA_src: request.to, HA_ipaddr: key };
  turn.job({ kind: 'giveGroup', key }, { kind: 'give', ...request }, environment);
}

/**
 * The group is stopped, or did not run. One that could not be stopped must not be started anywhere
 * else: then the answer is not `OK`. (The genuine script does not get so far: its node reboots.)
 */
export function onGroupGiven(turn: Turn, request: Request, outcome: JobOutcome): void {
  const { ipaddr, to, life } = request;
  const key = keyOf(ipaddr);
  const { jobs } = turn.state.resources;
  // That node died since and is back: what is still to be taken over from it is given after that.
  if (jobs.some(({ purpose }) => purpose.kind === 'takeover' && purpose.node === to)) {
    give(turn, request);
    return;
  }
  if (outcome.ok) {
    forgetTrouble(turn, key);
    const { resources } = turn.state;
    resources.borrowed = resources.borrowed.filter((other) => other.key !== key);
  }
  // Also one that did not run: an end that was refused may have stopped it, and would retake it.
  if (outcome.ok && isLegacy(turn.state)) forgetKey(turn, key);
  // Another life has asked anew, and what was taken over in between may still have to be started.
  if (turn.state.peers.get(to)?.generation !== life) return;
  turn.send({
    t: 'ip-request-resp',
    dest: to,
    ipaddr,
    weown: outcome.groups.length > 0 ? 'yes' : 'no',
    ok: outcome.ok ? 'OK' : 'failed',
  });
}

/**
 * A node in legacy mode that took itself for alone tells itself to take a group (`ip-request-resp`
 * to itself): it never saw an active status of ours, only something else. The group may run here;
 * then it is given up. Two genuine nodes go on running it both.
 */
export function onGroupTakenUnasked(turn: Turn, peer: Peer, message: Message): void {
  const key = message.get('ipaddr') ?? '';
  const { settings, resources } = turn.state;
  const unasked = message.get('dest') === peer.name && message.get('ok') === 'OK';
  if (!unasked || key === '' || settings.autoFailback !== 'legacy') return;
  if (resources.mine.foreign) {
    turn.job({ kind: 'giveGroup', key }, { kind: 'yield', key, to: peer.name });
  }
}

/** What another node took without asking runs here no longer. */
export function onGroupYielded(turn: Turn, key: string, to: string, outcome: JobOutcome): void {
  if (outcome.groups.length === 0) return;
  turn.log('warn', `${to} has taken ${key} without asking; it was given up here`);
  if (outcome.ok) forgetKey(turn, key);
}

/** `ip-request-resp` for us: another node, or a script here, says that a group is ours to take. */
export function onGroupOffer(turn: Turn, message: Message): void {
  const { settings, ending, resources } = turn.state;
  const [key = '', mark = markOf(turn, 'local')] = (message.get('ipaddr') ?? '').split(' ');
  if (key === '' || message.get('dest') !== settings.localNode) return;
  const share = shareIn(turn, mark);
  if (share === undefined) {
    turn.log('info', `An earlier life has asked for resource group ${key}: it is not started`);
    return;
  }
  const ok = message.get('ok') ?? '';
  // One that could not be given is asked for again in the other node's next life.
  if (ok === 'OK') {
    resources.asked = resources.asked.filter((asked) => asked !== key);
    resources.reclaimed = resources.reclaimed.filter((asked) => asked !== key);
  }
  // The line of a script of that name, which writes no word of severity before it.
  const text = `received ip-request-resp ${key} ${ok} ${message.get('weown') ?? ''}`;
  turn.log('notice', text, 'ip-request-resp');
  if (ok !== 'OK') return;
  if (ending.phase !== 'no' && ending.phase !== 'wanted') {
    turn.log('info', 'Resource takeover cancelled - shutdown in progress.');
    return;
  }
  if (onMoveOffer(turn, message, key)) return;
  if (isGivenAway(turn, message, key, share)) {
    turn.log('info', `Resource group ${key} is given away: it is not started`);
    return;
  }
  if (isLegacy(turn.state)) hold(turn, shareOfGroup(turn, key));
  noteGivenBack(turn, key);
  turn.job({ kind: 'takeGroup', key }, { kind: 'request', key });
}

/**
 * A late answer: since we asked for a group, all of its share goes to the other node, or has gone,
 * and it starts them when it is told that they are stopped here. (A genuine node that gets
 * such an answer starts what it has just given away.)
 */
function isGivenAway(turn: Turn, message: Message, key: string, share: Part): boolean {
  const { settings, standby, resources } = turn.state;
  if (message.get('src') === settings.localNode) return false;
  const trouble = resources.troubles.find((trouble) => trouble.key === key);
  // It could not be started here, and was offered to the node that answers an earlier request. One
  // that has stopped it before it got that offer will yet try it; afterwards it would say so first.
  if (trouble?.step === 'asked') return true;
  if (trouble?.step === 'away' && message.get('weown') === 'no') return true;
  if (isLegacy(turn.state) || resources.mine[share] || trouble !== undefined) return false;
  const gives = standby.phase === 'giving' || standby.phase === 'done';
  // What ran there and was stopped for us is ours to start, once nothing is on its way any more.
  if (gives) return standby.share === 'all' || standby.share === share;
  return message.get('weown') === 'no';
}

/** The group we were given runs. */
export function onGroupTaken(turn: Turn, key: string, outcome: JobOutcome): void {
  const share = shareOfGroup(turn, key);
  noteStarts(turn, outcome, { share, every: false });
  if (!isLegacy(turn.state)) return;
  noteKeys(turn, share, outcome);
  noteFirstAcquisition(turn, 'ip-request-resp');
}
