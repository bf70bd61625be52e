/** Short forms of rows: one message with something odd about it. */
import { bytesOf } from '@ts-heartbeat/core/message/latin1';
import { type Changes, type Handmade, handmade, linesOf } from '../peer.js';
import type { Row } from '../row.js';

type Extra = Pick<Row, 'ours'>;

/** The line that tells that a probe was accepted. */
export const ACCEPTED = 'info: Status update for node PEER: status probe';

/** Ours takes no notice of a datagram, and says so. */
export function refused(reason: string, log = 'refused'): Extra {
  return { ours: { reason, log: [log] } };
}

/** Ours accepts a probe, and says no more. */
export function accepted(reason: string): Extra {
  return { ours: { reason, log: [ACCEPTED] } };
}

/** A status that says `probe`: where it is accepted, the log tells so. */
export function probe(name: string, changes: Changes, extra: Extra = {}): Row {
  return {
    name,
    ...extra,
    play: ({ send, peer }) => send(peer.status({ st: 'probe', ...changes })),
  };
}

/** The same from a node that was never heard before. */
export function first(name: string, changes: Changes, extra: Extra = {}): Row {
  return { ...probe(name, changes, extra), fresh: true };
}

/** A status put together by hand, out of the lines that it would have. */
export function crafted(
  name: string,
  change: (lines: string[]) => string[],
  how: Handmade = {},
  extra: Extra = {},
): Row {
  return {
    name,
    ...extra,
    play: ({ send, peer, keyring }) => {
      const lines = change(linesOf(peer.status({ st: 'probe' })));
      send(handmade(lines, keyring, how));
    },
  };
}

/** Bytes that are made of the right datagram of a status. */
export function bent(name: string, bend: (text: string) => string, extra: Extra = {}): Row {
  return {
    name,
    ...extra,
    play: ({ send, peer, keyring }) => {
      const right = handmade(linesOf(peer.status({ st: 'probe' })), keyring);
      send(bytesOf(bend(Buffer.from(right).toString('latin1'))));
    },
  };
}
