/** Plays a table at one program, each row as a node of its own, and tells what was seen. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@ts-heartbeat/core/message/message';
import { Bench, DaemonDied, type Setting } from './bench.js';
import type { BenchLab } from './benchlab.js';
import { datagram, Peer } from './peer.js';
import type { Act, Row, Sight } from './row.js';
import { sightOf } from './sight.js';

/** Nobody falls silent for good while rows are played: each stands for itself. */
const TIMERS = ['keepalive 1', 'deadtime 600', 'warntime 500', 'initdead 600'];

/**
 * Ours writes a line of a kind at most once a second, so rows are not closer together.
 */
const PAUSE_MS = 1050;

/** A node that never speaks: as long as it is missing, the daemon's cluster is not complete. */
const SILENT = 'silent';

export interface Table {
  readonly host: string;
  readonly number: number;
  readonly rows: readonly Row[];
  readonly setting: Pick<Setting, 'authkeys' | 'keyring' | 'files'>;
}

/** The node that a row speaks as. */
function nodeOf(place: number): string {
  return `n${String(place).padStart(2, '0')}`;
}

/** Plays the rows one after the other. A row that fails has the reason in its sight. */
export async function playTable(
  lab: BenchLab,
  { host, number, rows, setting }: Table,
): Promise<readonly Sight[]> {
  const fresh = rows.some((row) => row.fresh);
  const nodes = rows.map((_, place) => nodeOf(place));
  const bench = await Bench.open(lab, {
    host,
    number,
    hacf: [...TIMERS, 'auto_failback off'],
    nodes: fresh ? [...nodes, SILENT] : nodes,
    answers: true,
    ...setting,
  });
  const peers = nodes.map((name) => new Peer(name));
  await begin(bench, rows, peers);
  const sights: Sight[] = [];
  for (const [place, row] of rows.entries()) {
    const peer = peers[place];
    if (peer === undefined) continue;
    if (lab.stack === 'genuine' && row.oursOnly !== undefined) {
      sights.push({ log: [`not played: ${row.oursOnly}`], sent: [] });
      continue;
    }
    try {
      sights.push(await playRow(bench, row, peer));
      await delay(PAUSE_MS);
    } catch (error) {
      if (!(error instanceof DaemonDied)) throw error;
      sights.push({ log: ['the daemon died'], sent: [] });
      await begin(bench, rows, peers);
    }
  }
  return sights;
}

/** Starts the daemon, and has it know the nodes that it shall know. */
async function begin(bench: Bench, rows: readonly Row[], peers: readonly Peer[]): Promise<void> {
  const { mark } = bench.feed;
  await bench.start();
  for (const [place, row] of rows.entries()) {
    const peer = peers[place];
    if (row.fresh || peer === undefined) continue;
    bench.send(datagram(peer.status(), bench.keyring));
  }
  await bench.fence();
  if (rows.some((row) => row.fresh)) return;
  await bench.logged(/No local resources|local resource transition completed/, mark);
  await delay(PAUSE_MS);
}

async function playRow(bench: Bench, row: Row, peer: Peer): Promise<Sight> {
  const since = bench.feed.mark;
  let base = bench.newest;
  const rebase = (): void => {
    base = bench.newest;
  };
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(`note: ${text}`);
  const act = { ...actOf(bench, peer, since), rebase, note };
  try {
    await row.play(act);
    await bench.fence();
  } catch (error) {
    if (error instanceof DaemonDied) throw error;
    note(`FAILED ${error instanceof Error ? error.message : String(error)}`);
  }
  const neutral = (text: string): string =>
    text
      .replaceAll(peer.name, 'PEER')
      .replaceAll(peer.name.toUpperCase(), 'PEER-IN-CAPITALS')
      .replaceAll(bench.host, 'NODE')
      .replace(/(?<=gen = )1[789]\d{8}\b/g, 'CLOCK')
      .replace(/(requested\.) \d+ is max/, '$1 N is max')
      .replace(/(current hiseq =) \d+/, '$1 N')
      .replace(
        /rexmit pkt (\d+)/,
        (_, seq: string) => `rexmit pkt ${Number(seq) < 100 ? seq : `newest${Number(seq) - base}`}`,
      )
      .replace(/firstseq=([0-9a-f]+)/, (_, seq: string) => firstseq(seq, base))
      .replace(/#(\d+)/, (_, seq: string) => `newest${Number(seq) - base}`)
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID');
  const sight = sightOf(bench.feed.since(since), peer.name, neutral);
  const sent = sight.sent.filter((line) => !(row.mayAsk && line.startsWith('asks for')));
  if (row.notesOnly) return { log: notes.map(neutral), sent: [] };
  return { log: [...sight.log, ...notes.map(neutral)], sent };
}

/** The number in a refusal (hexadecimal), as it stands to the newest; small ones as they are. */
function firstseq(text: string, base: number): string {
  const seq = Number.parseInt(text, 16);
  return `firstseq=${seq < 100 ? seq : `newest${seq - base}`}`;
}

function actOf(bench: Bench, peer: Peer, since: number): Omit<Act, 'rebase' | 'note'> {
  const { keyring } = bench;
  return {
    bench,
    keyring,
    peer,
    send: (what: Message | Uint8Array, network: 0 | 1 = 0) =>
      bench.send(what instanceof Uint8Array ? what : datagram(what, keyring), network),
    fence: () => bench.fence(),
    logged: (pattern) => bench.logged(pattern, since),
    answered: (fits) => bench.sent(fits, `what ${peer.name} waits for`, since),
    rest: (ms) => delay(ms),
    newest: () => bench.newest,
  };
}
