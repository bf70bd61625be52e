/** One case of the requests: played on a pair, and judged. */

import { type Kinds, type Programs, title } from '../cluster/kinds.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Case } from './requestcases.js';
import { stalledMs } from './stall.js';
import { Storm } from './storm.js';
import { HOME_GROUP, type StormWishes } from './stormfiles.js';

export interface Verdict {
  readonly kinds: Kinds;
  readonly name: string;
  /** How the requests ended: `moved, refused`. */
  readonly ends: string;
  readonly noneMs: number;
  readonly restMs: number;
  readonly wrong?: string;
}

/** Long enough that a phase is not over before the next command is given. */
const NAP_S = 0.7;

const WISHES: StormWishes = {
  deadtimeMs: 3000,
  keepaliveMs: 250,
  media: ['bcast eth0', 'serial /dev/ttyS0'],
  autoFailback: 'on',
  naps: { start: NAP_S, stop: NAP_S },
};

/** A genuine node waits ten seconds here and there. */
const REST_LIMIT_MS = 60_000;
const START_LIMIT_MS = 90_000;

/** What a log says of the end of a request; texts of heartbeat 3.0.6 and of ours. */
const ENDS: readonly (readonly [string, RegExp])[] = [
  ['moved', /Other node completed standby takeover|All HA resources relinquished/],
  [
    'refused',
    /new request from \S+ ignored|ignored\. {2}(Other side|local resources)|Ignored standby/,
  ],
  ['refused', /goes first|Standby refused|Standby mode only|could not stop its resources/],
  ['called off', /Cancelling pending standby operation|Resource takeover cancelled/],
  ['timed out', /No reply to standby request/],
];

function endsOf(storm: Storm, since: number): readonly string[] {
  const ends: string[] = [];
  for (const seen of storm.cluster.feed.since(since)) {
    if (seen.kind !== 'log') continue;
    const found = ENDS.find(([, pattern]) => pattern.test(seen.text));
    if (found !== undefined) ends.push(found[0]);
  }
  return ends;
}

/** A pair at rest, each node with its own group. */
export async function openStorm(programs: Programs, kinds: Kinds): Promise<Storm> {
  const pair = await programs.open(kinds);
  const storm = await Storm.open(pair, WISHES, kinds);
  await storm.startBoth();
  await storm.rest(START_LIMIT_MS);
  await goHome(storm);
  return storm;
}

async function goHome(storm: Storm): Promise<void> {
  for (const node of DIRECTORS) {
    const holder = storm.holder(HOME_GROUP[node]);
    if (holder === node) continue;
    if (holder === undefined) throw new Error(`nobody to give ${node} its own: ${storm.holding}`);
    await storm.run(holder, '/usr/share/heartbeat/hb_standby', 'foreign');
    await storm.rest(REST_LIMIT_MS);
  }
}

/** Every node that is off or stopped comes back. */
async function bringBack(storm: Storm): Promise<void> {
  for (const node of DIRECTORS) {
    if (storm.isUp(node)) continue;
    if (!storm.isOn(node)) await storm.powerOn(node);
    await storm.start(node);
  }
}

/** Plays a case on a pair at home and brings it back there. Never rejects. */
export async function playCase(storm: Storm, kinds: Kinds, one: Case): Promise<Verdict> {
  const from = Date.now();
  const since = storm.cluster.feed.mark;
  const stalled = stalledMs();
  let wrong: string | undefined;
  let rested = from;
  const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
    if (wrong !== undefined) return;
    await step().catch((error: unknown) => {
      wrong = `${what}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    });
  };
  await attempt('the act', () => one.act(storm));
  const alone = DIRECTORS.every((node) => !storm.isUp(node));
  if (!alone) await attempt('afterwards', () => storm.rest(REST_LIMIT_MS));
  rested = storm.doings.since(0).at(-1)?.at ?? from;
  const ends = endsOf(storm, since);
  await attempt('when all nodes are back', async () => {
    await bringBack(storm);
    await storm.rest(REST_LIMIT_MS);
  });
  const { bothMs, noneMs, overlaps } = storm.judge(from, Date.now());
  if (overlaps > 0) wrong ??= `${overlaps} scripts ran beside another one of their group`;
  const excused = storm.wasHeldUp(since, stalledMs() - stalled, WISHES.deadtimeMs);
  if (bothMs > 0 && !excused) wrong ??= `held twice for ${bothMs.toFixed(0)} ms`;
  if (ends.length < one.requests && !one.endsLife) {
    wrong ??= `${one.requests - ends.length} requests without an end`;
  }
  await attempt('the way home', () => goHome(storm));
  const words = [...new Set(ends)].join(', ');
  const restMs = Math.max(0, rested - from);
  const verdict = { kinds, name: one.name, ends: words, noneMs, restMs };
  return wrong === undefined ? verdict : { ...verdict, wrong };
}

export function verdictName({ kinds, name }: Verdict): string {
  return `${title(kinds)} ${name}`;
}
