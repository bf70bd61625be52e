/** Rows on messages of the daemon that a peer asks for again, and on acknowledgements. */
import type { Act, Row } from '../row.js';

/** What a peer says it misses; the numbers are decimal. */
function ask(act: Act, firstseq: string, lastseq = firstseq, dest = act.bench.host): void {
  act.send(act.peer.message({ t: 'NS_rexmit', dest, firstseq, lastseq }));
}

/** Asks for a message so far below the newest. */
function below(name: string, count: number, span = 1): Row {
  return {
    name,
    play: async (act) => {
      // Nothing of the start is asked for: what becomes of that is told elsewhere.
      await fill(act, count + 1);
      act.rebase();
      const first = act.newest() - count;
      ask(act, String(first), String(first + span - 1));
    },
  };
}

/** Has the daemon send so many messages, by its FIFO. */
export async function fill(act: Act, count: number): Promise<void> {
  if (count === 0) return;
  const before = act.newest();
  const one = '>>>\nt=x_fill\n<<<\n';
  for (let left = count; left > 0; left -= 100) {
    const text = one.repeat(Math.min(left, 100));
    await act.bench.must(['sh', '-c', 'cat >/var/lib/heartbeat/fifo'], text);
  }
  while (act.newest() < before + count) await act.fence();
}

function ack(act: Act, ackseq: string, dest = act.bench.host): void {
  act.send(act.peer.message({ t: 'NS_ackmsg', dest, ackseq }));
}

const ROWS: readonly Row[] = [
  below('one message', 2),
  below('a range of three', 5, 3),
  {
    name: 'a message, first and last turned round',
    play: (act) => ask(act, String(act.newest()), String(act.newest() - 2)),
  },
  { name: 'number 0', play: (act) => ask(act, '0') },
  { name: 'number c', play: (act) => ask(act, 'c') },
  {
    name: 'number -1',
    oursOnly: 'writes a log line for each of 2^64 numbers, millions a minute',
    play: (act) => ask(act, '-1'),
    ours: { reason: 'no number', log: ['ERROR: Invalid rexmit seqnos'], sent: [] },
  },
  { name: 'number empty', play: (act) => ask(act, '') },
  { name: 'a number with a word behind', play: (act) => ask(act, `${act.newest() - 1} x`) },
  {
    name: 'no lastseq',
    play: (act) =>
      act.send(
        act.peer.message({
          t: 'NS_rexmit',
          dest: act.bench.host,
          firstseq: String(act.newest() - 1),
        }),
      ),
  },
  { name: 'above the newest', play: (act) => ask(act, '99999') },
  { name: 'for another node', play: (act) => ask(act, String(act.newest()), undefined, 'fence') },
  {
    name: 'without dest',
    play: (act) => {
      const number = String(act.newest() - 1);
      act.send(act.peer.message({ t: 'NS_rexmit', firstseq: number, lastseq: number }));
    },
  },
  {
    name: 'the same number twice at once',
    play: (act) => {
      const number = String(act.newest() - 1);
      ask(act, number);
      ask(act, number);
    },
  },
  {
    name: 'the same number again after 1100 ms',
    play: async (act) => {
      const number = String(act.newest() - 1);
      ask(act, number);
      await act.fence();
      await act.rest(1100);
      ask(act, number);
    },
  },
  {
    name: 'a range of 60',
    play: async (act) => {
      await fill(act, 80);
      act.rebase();
      ask(act, String(act.newest() - 70), String(act.newest() - 11));
    },
  },
  {
    name: 'the oldest kept and one before it',
    play: async (act) => {
      await fill(act, 560);
      await act.logged(/ERROR: Message hist queue is filling up/);
      act.rebase();
      const newest = act.newest();
      ask(act, String(newest - 480));
      await act.fence();
      ask(act, String(newest - 520));
    },
  },
  {
    name: 'number 1, long forgotten',
    play: (act) => ask(act, '1'),
  },
  { name: 'an acknowledgement', play: (act) => ack(act, '2') },
  { name: 'acknowledgement, no number', play: (act) => ack(act, 'zz') },
  { name: 'acknowledgement 0', play: (act) => ack(act, '0') },
  { name: 'acknowledgement above the newest', play: (act) => ack(act, 'fffff') },
  { name: 'acknowledgement for another node', play: (act) => ack(act, 'fffff', 'fence') },
  {
    name: 'what was acknowledged, asked for',
    play: async (act) => {
      const newest = act.newest();
      ack(act, newest.toString(16));
      await act.fence();
      ask(act, String(newest - 1));
    },
  },
  {
    name: 'acknowledged lower than before',
    play: async (act) => {
      const newest = act.newest();
      ack(act, newest.toString(16));
      ack(act, (newest - 5).toString(16));
      await act.fence();
      ask(act, String(newest - 3));
    },
  },
];

/** On a busy machine the genuine daemon answers after what it was told later. */
const LOOK_MS = 700;

export const AGAIN: readonly Row[] = ROWS.map((row) => ({
  ...row,
  play: async (act) => {
    await row.play(act);
    await act.fence();
    await act.rest(LOOK_MS);
  },
}));
