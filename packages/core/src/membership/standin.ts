/** What is sent again in the place of a request that nobody waits for any more. */
import type { Message } from '../message/message.js';
import type { Turn } from '../turn.js';
import { isOvertaken } from './history.js';

/** The fields of a request to go standby that a status does not have. */
const OF_REQUEST = ['rsc_hold', 'info'] as const;

/**
 * A genuine node that hears late of a request that we have given up would wait an hour for what we
 * do not give: it gets a status under that number instead, which it misses as well as anything.
 * Between two nodes of our kind the answer to such a request is passed over after ten seconds.
 */
export function standIn(turn: Turn, message: Message): Message {
  const { state } = turn;
  if (message.get('t') !== 'ask_resources' || message.get('info') !== 'me') return message;
  const seq = message.hex('seq') ?? 0;
  const waits = state.standby.phase === 'me' && !isOvertaken(state.history, seq, 'ask_resources');
  if (waits || turn.allCan('settle')) return message;
  const status = message
    .with('t', 'status')
    .with('st', state.status)
    .with('dt', state.settings.deadtime.toString(16))
    .with('protocol', '1');
  return OF_REQUEST.reduce((without, name) => without.without(name), status);
}
