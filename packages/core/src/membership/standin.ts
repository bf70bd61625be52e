/** What is sent again in the place of a message that is over. */
import type { Message } from '../message/message.js';
import type { Turn } from '../turn.js';
import { isOvertaken, keyOf, newestOf } from './history.js';

/** What each status says of its node. */
const OF_STATUS = ['st', 'dt', 'protocol', 'x_ts'] as const;
/** The fields of such a message that a status does not have. */
const NOT_OF_STATUS = ['rsc_hold', 'info', 'dest', 'ipaddr', 'weown', 'ok'] as const;

/**
 * A message that is over when the other node misses it is not sent again: it gets a status under
 * that number instead, which does as well.
 */
export function standIn(turn: Turn, message: Message): Message {
  if (!isRequestOver(turn, message) && !isOfferOver(turn, message)) return message;
  const last = newestOf(turn.state.history, 'status');
  const fields = OF_STATUS.map((name) => [name, last?.get(name)] as const);
  const status = fields.reduce(
    (sofar, [name, value]) => (value === undefined ? sofar : sofar.with(name, value)),
    message.with('t', 'status'),
  );
  return NOT_OF_STATUS.reduce((without, name) => without.without(name), status);
}

/**
 * A genuine node that hears late of a request to go standby which we have given up would wait an
 * hour for what we do not give. (Our kind passes over it after ten seconds.)
 */
function isRequestOver(turn: Turn, message: Message): boolean {
  if (message.get('t') !== 'ask_resources' || message.get('info') !== 'me') return false;
  const { standby, history } = turn.state;
  const over = standby.phase !== 'me' || isOvertaken(history, seqOf(message), 'ask_resources');
  return over && !turn.allCan('settle');
}

/** A group was offered, and has been asked back since: it may run here. */
function isOfferOver(turn: Turn, message: Message): boolean {
  const key = keyOf(message);
  if (message.get('t') !== 'ip-request-resp' || key === undefined) return false;
  return isOvertaken(turn.state.history, seqOf(message), 'ip-request', key);
}

function seqOf(message: Message): number {
  return message.hex('seq') ?? 0;
}
