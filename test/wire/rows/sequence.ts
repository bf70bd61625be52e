/** Rows on numbers: copies, gaps, reordering, restarts, and the questions that follow from them. */
import type { Act, Row } from '../row.js';

/**
 * Sends a status with the number `offset` above the node's first. Nothing is asked of a node that
 * says neither `up` nor `active`.
 */
function at(act: Act, offset: number, st = 'up'): void {
  act.send(act.peer.status({ seq: (1 + offset).toString(16), st }));
}

/** Waits until so many numbers were asked for. */
async function asked(act: Act, count = 1): Promise<void> {
  const numbers = new Set<string>();
  await act.answered((message) => {
    const mine = message.get('t') === 'NS_rexmit' && message.get('dest') === act.peer.name;
    if (mine) numbers.add(message.get('firstseq') ?? '');
    return numbers.size >= count;
  });
}

/** The node begins a new life: what was missing of the old one is asked for no more. */
async function renew(act: Act): Promise<void> {
  await act.fence();
  act.peer.generation += 1;
  act.send(act.peer.status({ seq: '1', st: 'active' }));
}

/** A gap of so many numbers; with `given up`, it is more than is asked for. */
function gap(size: number, givenUp = false): Row {
  return {
    name: `a gap of ${size}`,
    play: async (act) => {
      at(act, size + 1);
      if (givenUp) await act.rest(600);
      else await asked(act, size);
      await renew(act);
    },
  };
}

function nak(act: Act, firstseq: string, dest: string): void {
  act.send(act.peer.message({ t: 'NS_nak_rexmit', firstseq, dest, info: 'seqno too low' }));
}

/** What is seen of ours where an older status comes late: it fills the gap, and says no news. */
function older(...sent: string[]): NonNullable<Row['ours']> {
  return {
    reason: 'an older status does not undo a newer one',
    log: [
      'WARN: 1 lost packet(s) for [PEER] [1:3]',
      'info: Status update for node PEER: status up',
      'info: No pkts missing from PEER!',
    ],
    sent,
  };
}

export const SEQUENCE: readonly Row[] = [
  {
    name: 'a copy',
    play: (act) => {
      at(act, 1);
      at(act, 1, 'active');
    },
  },
  {
    name: 'an old number',
    play: (act) => {
      for (const offset of [1, 2, 3]) at(act, offset);
      at(act, 1, 'active');
    },
  },
  {
    name: 'a copy on the other medium',
    play: async (act) => {
      const message = act.peer.status({ st: 'probe' });
      act.send(message);
      await act.logged(/status probe/);
      act.send(message, 1);
      await act.logged(/eth1 up/);
    },
  },
  {
    name: 'first on the other medium',
    play: async (act) => {
      const message = act.peer.status({ st: 'probe' });
      act.send(message, 1);
      await act.logged(/status probe/);
      act.send(message);
    },
  },
  {
    name: 'one missing, then there',
    play: async (act) => {
      at(act, 2);
      await asked(act);
      at(act, 1, 'active');
    },
    ours: older('asks for 2'),
  },
  {
    name: 'three missing, in any order',
    play: async (act) => {
      at(act, 4);
      await asked(act, 3);
      for (const offset of [3, 1, 2]) at(act, offset);
    },
  },
  {
    name: 'the next before the last',
    mayAsk: true,
    play: (act) => {
      at(act, 2);
      at(act, 1, 'active');
      at(act, 3);
    },
    ours: older(),
  },
  {
    name: 'one missing, there twice',
    mayAsk: true,
    play: (act) => {
      for (const offset of [2, 1, 1]) at(act, offset);
    },
  },
  ...[2, 100, 101, 249, 250].map((size) => gap(size)),
  ...[251, 499, 500, 501, 600].map((size) => gap(size, true)),
  {
    name: 'two gaps of 200',
    play: async (act) => {
      at(act, 201);
      await asked(act, 200);
      // The line on the loss is one of those written once a second.
      await act.rest(1100);
      at(act, 402, 'active');
      await asked(act, 400);
      await renew(act);
    },
  },
  {
    name: 'a gap of 600, then a number in it',
    play: async (act) => {
      at(act, 601);
      await act.fence();
      at(act, 3, 'active');
    },
  },
  {
    name: 'NS_nak for what is missing',
    play: async (act) => {
      at(act, 2);
      await asked(act);
      nak(act, '2', act.bench.host);
    },
  },
  {
    name: 'NS_nak for another node',
    mayAsk: true,
    play: async (act) => {
      at(act, 2);
      nak(act, '2', 'fence');
      await act.fence();
      at(act, 1, 'active');
    },
  },
  {
    name: 'NS_nak for what is not missing',
    play: (act) => nak(act, '5', act.bench.host),
  },
  {
    name: 'NS_nak, no number',
    play: (act) => nak(act, 'zz', act.bench.host),
  },
  {
    name: 'NS_nak, its number is read as hexadecimal',
    play: async (act) => {
      at(act, 17);
      nak(act, '10', act.bench.host);
      await asked(act, 15);
      await renew(act);
    },
  },
  {
    name: 'a restart',
    play: (act) => {
      act.peer.generation += 1;
      act.send(act.peer.status({ seq: '1', st: 'up' }));
    },
  },
  {
    name: 'a restart told by another type first',
    play: (act) => {
      act.peer.generation += 1;
      act.send(act.peer.message({ t: 'x_hello' }, { seq: '1' }));
      act.send(act.peer.status({ seq: '2', st: 'up' }));
    },
  },
  {
    name: 'a restart, then the old life',
    play: (act) => {
      act.peer.generation += 1;
      act.send(act.peer.status({ seq: '1', st: 'up' }));
      act.peer.generation -= 1;
      act.send(act.peer.status({ seq: '2', st: 'active' }));
    },
  },
  {
    name: 'a restart while something was missing',
    mayAsk: true,
    play: async (act) => {
      at(act, 3);
      act.peer.generation += 1;
      act.send(act.peer.status({ seq: '1', st: 'up' }));
      await act.fence();
      act.send(act.peer.status({ seq: '2', st: 'active' }));
    },
  },
  {
    name: 'a restart at a high number',
    play: (act) => {
      act.peer.generation += 1;
      act.send(act.peer.status({ seq: '100', st: 'up' }));
    },
  },
  {
    name: 'numbers begin anew without a new life',
    play: async (act) => {
      at(act, 20);
      await asked(act, 19);
      at(act, 0, 'active');
      await renew(act);
    },
  },
];
