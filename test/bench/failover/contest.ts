/** One run: the holder ends its service, the other node takes it, and what a client saw of it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Seen } from '../../lab/cluster.js';
import { DIRECTORS } from '../../lab/lab.js';
import { type Contestant, KEEPALIVE_MS, type Way } from './contestant.js';
import type { Client, Sighting } from './sight.js';

type Said = Sighting & { readonly kind: 'said' };

/** Where the time goes: instants, in the order in which they are reached. */
export const STAGES = ['decided', 'asked', 'script', 'address'] as const;

export type Stage = (typeof STAGES)[number];

export interface Outage {
  /** From the last answer of the holder to the first of the other node, milliseconds. */
  readonly outage: number;
  /** Milliseconds from the holder's last heartbeat to its last answer; heartbeats only. */
  readonly age: number | undefined;
  /** Milliseconds from each stage to the first answer; undefined where it was not seen. */
  readonly before: Readonly<Record<Stage, number | undefined>>;
}

/** The longest takeover of any contestant, on a busy machine. */
const TAKEOVER_LIMIT_MS = 30_000;
const BEAT_LIMIT_MS = 5000;
/** The client shall have seen the last of the holder's answers when the longest gap is taken. */
const AFTERMATH_MS = 100;

/** What is heard on the wire when the other node may begin, by the way the holder ends. */
const DECIDED: Readonly<Record<Way, (said: Said, taker: string) => boolean>> = {
  // Whoever declares a node dead says at once what became of its fencing.
  crash: ({ node, type }, taker) => node === taker && type === 'stonith',
  stop: ({ node, type }, taker) => node !== taker && type === 'shutdone',
  standby: ({ node, type, info }, taker) =>
    node !== taker && type === 'ask_resources' && info === 'done',
};
/** keepalived says it in its log. */
const MASTER = /Entering MASTER STATE/;
const ASKED = /Taking over resource group|Acquiring resource group/;
const SCRIPT = /Running \S*IPaddr .*\bstart\s*$/;

/**
 * Plays one run. `phase`, from 0 to 1, says when between two heartbeats the holder ends.
 *
 * @throws NotSeen when nobody takes over.
 */
export async function play(
  contestant: Contestant,
  client: Client,
  way: Way,
  phase: number,
): Promise<Outage> {
  const { cluster } = contestant;
  const [holder] = cluster.holders;
  const taker = DIRECTORS.find((node) => node !== holder);
  if (holder === undefined || taker === undefined || cluster.holders.length !== 1) {
    throw new Error(`${contestant.name}: held by ${cluster.holders.join(', ') || 'nobody'}`);
  }
  if (way === 'crash') await contestant.rest();
  if (contestant.name !== 'keepalived') await client.beat(holder, BEAT_LIMIT_MS);
  await delay(phase * KEEPALIVE_MS);
  const seen = cluster.feed.mark;
  const mark = client.feed.mark;
  await contestant.end(way, holder);
  await client.answered(taker, mark, TAKEOVER_LIMIT_MS);
  await delay(AFTERMATH_MS);
  const gaps = client.feed.since(mark).flatMap((one) => (one.kind === 'gap' ? [one] : []));
  const longest = gaps.reduce((a, b) => (b.until - b.since > a.until - a.since ? b : a));
  const beat = client.lastBeat(holder, longest.until);
  const said = client.feed.since(mark).find((one) => {
    return one.kind === 'said' && DECIDED[way](one, taker);
  });
  const decided = said?.kind === 'said' ? said.at : undefined;
  const stages = stagesOf(cluster.feed.since(seen), taker, decided);
  const before = (stage: Stage): number | undefined => {
    const at = stages[stage];
    return at === undefined ? undefined : longest.until - at;
  };
  await contestant.restore(way, holder);
  return {
    outage: longest.until - longest.since,
    age: beat === undefined ? undefined : longest.since - beat,
    before: {
      decided: before('decided'),
      asked: before('asked'),
      script: before('script'),
      address: before('address'),
    },
  };
}

function stagesOf(
  seen: readonly Seen[],
  taker: string,
  decided: number | undefined,
): Readonly<Record<Stage, number | undefined>> {
  const logged = (pattern: RegExp): number | undefined =>
    seen.find((one) => one.kind === 'log' && one.node === taker && pattern.test(one.text))?.at;
  return {
    decided: decided ?? logged(MASTER),
    asked: logged(ASKED),
    script: logged(SCRIPT),
    address: seen.find((one) => one.kind === 'address' && one.node === taker && one.held)?.at,
  };
}
