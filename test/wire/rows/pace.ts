/** Rows on time and amount: acknowledgements, flow control, the dead time that a peer asks for. */
import type { Act, Row } from '../row.js';
import { fill } from './again.js';

/** Every living node has everything. */
function acknowledgeAll(act: Act): void {
  const ackseq = act.newest().toString(16);
  const own = { t: 'NS_ackmsg', dest: act.bench.host, ackseq };
  act.send(act.peer.message(own));
  for (const message of act.bench.acknowledgements()) act.send(message);
}

/** The numbers that the daemon acknowledges to the row's peer from now on. */
function acknowledged(act: Act): readonly number[] {
  const acks: number[] = [];
  act.bench.feed.listen((seen) => {
    if (seen.kind !== 'sent' || seen.network !== 0) return;
    const { t, dest } = seen.message.strings();
    if (t === 'NS_ackmsg' && dest === act.peer.name) acks.push(seen.message.hex('ackseq') ?? 0);
  });
  return acks;
}

export const PACE: readonly Row[] = [
  {
    name: 'every tenth message is acknowledged',
    play: async (act) => {
      const acks = acknowledged(act);
      for (let count = 0; count < 40; count += 1) act.send(act.peer.message({ t: 'x_count' }));
      await act.fence();
      await act.rest(600);
      const digits = new Set(acks.map((seq) => seq % 10));
      act.note(`${acks.length} acknowledgements of ${digits.size} last digit`);
    },
  },
  {
    name: 'a gap is not acknowledged over',
    play: async (act) => {
      const acks = acknowledged(act);
      act.peer.seq += 1;
      for (let count = 0; count < 20; count += 1) act.send(act.peer.message({ t: 'x_count' }));
      await act.fence();
      await act.rest(600);
      act.note(`${acks.filter((seq) => seq > 1).length} acknowledgements`);
      act.send(act.peer.message({ t: 'x_count' }, { seq: '2' }));
    },
  },
  {
    name: 'clients wait for acknowledgements, and go on',
    play: async (act) => {
      acknowledgeAll(act);
      await fill(act, 200);
      await act.fence();
      await fill(act, 80);
      await act.logged(/all clients are now paused/);
      acknowledgeAll(act);
      await act.logged(/all clients are now resumed/);
    },
  },
  {
    name: 'the history fills, and is emptied',
    play: async (act) => {
      acknowledgeAll(act);
      await fill(act, 400);
      await act.logged(/WARN: Message hist queue is filling up/);
      await fill(act, 80);
      await act.logged(/ERROR: Message hist queue is filling up/);
      acknowledgeAll(act);
      await act.logged(/all clients are now resumed/);
    },
  },
  {
    name: 'the dead time that the peer asks for',
    // What follows from a death is the business of other tests.
    notesOnly: true,
    play: async (act) => {
      act.send(act.peer.status({ dt: '7d0' }));
      await act.fence();
      const begun = performance.now();
      await act.logged(new RegExp(`node ${act.peer.name}: is dead`));
      const ms = performance.now() - begun;
      act.note(ms > 1400 && ms < 15_000 ? 'dead after its dead time' : `dead after ${ms} ms`);
      await act.rest(500);
    },
  },
];
