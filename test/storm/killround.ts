/** One round of the kills: a transition is provoked, a process dies in it, the pair is judged. */

import { DIRECTORS, type Director } from '../lab/lab.js';
import { killOne, VICTIMS, type Victim } from './kill.js';
import type { Random } from './random.js';
import { stalledMs } from './stall.js';
import { type Doing, pause, type Storm } from './storm.js';
import { HOME_GROUP, type Naps } from './stormfiles.js';

export interface KillRound {
  readonly name: string;
  /** The transition. */
  readonly what: string;
  /** What was killed, and where. */
  readonly victim: string;
  /** The longest time in which nobody held some resource. */
  readonly noneMs: number;
  readonly bothMs: number;
  /** From the kill to the last word of a script. */
  readonly restMs: number;
  readonly failed?: string;
}

/** What may be added to the deadtime and the scripts' own times. */
const GRACE_MS = 5000;

/** A pair that is not at rest by then never will be. */
const REST_LIMIT_MS = 60_000;

/** The longest time from the provocation to the kill: transitions are over by then. */
const MOMENT_MS = 1500;

/** Stops and starts of a standby of everything, of two groups with two resources each. */
const SCRIPTS = 8;

const LONG_NAPS: readonly Naps[] = [
  { start: 0.2, stop: 0.2 },
  { start: 0.6, stop: 0.3 },
];

const NAPS: readonly Naps[] = [{ start: 0, stop: 0 }, ...LONG_NAPS];

/** In so many of all rounds a script is the first choice, and its moment is waited for. */
const SCRIPTS_FIRST = 0.4;
/** Then the moment is within the nap of the script, by this part of the usual one. */
const AT_SCRIPT = 0.2;

/** Shorter and longer than the deadtime, with the takeover cut off at any point. */
const CUT_MS: readonly [number, number] = [300, 6000];

const WORDS = ['all', 'local', 'foreign'] as const;

interface Move {
  readonly kind: 'standby' | 'takeover';
  readonly node: Director;
  readonly word: (typeof WORDS)[number];
}

type Provoked = {
  readonly what: string;
  /** When a partition that the provocation made is over; undefined without one. */
  readonly healed?: number;
};

function other(node: Director): Director {
  return DIRECTORS[0] === node ? DIRECTORS[1] : DIRECTORS[0];
}

/** The beginning of a transition, by name, and what is needed to end it. */
interface Transition {
  readonly what: string;
  /** Resolves when the pair has what it needs to come to rest. */
  begin(): Promise<Provoked>;
}

/** The commands that move something, by who holds what. */
function moves(storm: Storm): readonly Move[] {
  return DIRECTORS.flatMap((node) => {
    const own = storm.holder(HOME_GROUP[node]) === node;
    const foreign = storm.holder(HOME_GROUP[other(node)]) === node;
    const gives = WORDS.filter(
      (word) => (own && word !== 'foreign') || (foreign && word !== 'local'),
    );
    const takes = WORDS.filter(
      (word) => (!own && word !== 'foreign') || (!foreign && word !== 'local'),
    );
    return [
      ...gives.map((word) => ({ kind: 'standby', node, word }) as const),
      ...takes.map((word) => ({ kind: 'takeover', node, word }) as const),
    ];
  });
}

function transition(storm: Storm, random: Random): Transition {
  const move = random.pick(moves(storm));
  const node = random.pick(DIRECTORS);
  const cutMs = random.between(...CUT_MS);
  const kind = random.pick(['move', 'move', 'move', 'move', 'cut', 'stop', 'none']);
  switch (kind) {
    case 'move': {
      const what = `hb_${move.kind} ${move.word} on ${move.node}`;
      const program = `/usr/share/heartbeat/hb_${move.kind}`;
      return {
        what,
        begin: async () => {
          await storm.run(move.node, program, move.word);
          return { what };
        },
      };
    }
    case 'cut': {
      const what = `cut of ${node} for ${(cutMs / 1000).toFixed(1)} s`;
      return {
        what,
        begin: async () => {
          await storm.split(node);
          await pause(cutMs);
          await storm.heal(node);
          return { what, healed: Date.now() };
        },
      };
    }
    case 'stop': {
      const what = `stop and start of ${node}`;
      return {
        what,
        begin: async () => {
          await storm.stop(node);
          await storm.start(node);
          return { what };
        },
      };
    }
    default:
      return { what: 'none', begin: () => Promise.resolve({ what: 'none' }) };
  }
}

/** Plays a round on a pair at rest. Rejects only when the lab itself fails. */
export async function playRound(
  storm: Storm,
  random: Random,
  name: string,
  deadtimeMs: number,
): Promise<KillRound> {
  const provoke = transition(storm, random);
  const moment = random.between(0, MOMENT_MS);
  let victimNode = random.pick(DIRECTORS);
  const shuffled = random.shuffled(VICTIMS);
  const atScript = random.next() < SCRIPTS_FIRST;
  const order: readonly Victim[] = atScript ? ['script', ...shuffled] : shuffled;
  const seed = random.below(32_768);
  const naps = random.pick(atScript ? LONG_NAPS : NAPS);
  await storm.naps(naps);
  const [since, seen] = [storm.doings.mark, storm.cluster.feed.mark];
  const [from, stalledBefore] = [Date.now(), stalledMs()];
  const provoked = provoke.begin().then(
    (done) => ({ done }),
    (error: unknown) => ({ error }),
  );
  const running = atScript ? await aScript(storm, since) : undefined;
  victimNode = running?.node ?? victimNode;
  await pause(running === undefined ? moment : moment * AT_SCRIPT);
  const killed =
    (await killOne(storm.pair.site, victimNode, seed, order)) ??
    (await killOne(storm.pair.site, other(victimNode), seed, order));
  const at = Date.now();
  const where = `on ${victimNode} after ${Math.round(at - from)} ms`;
  const victim = killed === undefined ? 'nothing' : `${killed.victim} [${killed.pid}] ${where}`;
  const head = { name, what: `${provoke.what}, naps ${naps.start}/${naps.stop}`, victim };
  let failed: string | undefined;
  const ended = await provoked;
  let healed: number | undefined;
  if ('error' in ended) failed = `the command failed: ${textOf(ended.error)}`;
  else healed = ended.done.healed;
  try {
    await storm.rest(REST_LIMIT_MS);
  } catch (error) {
    failed ??= textOf(error);
  }
  const to = Date.now();
  const busy = stalledMs() - stalledBefore;
  const scripts = SCRIPTS * Math.max(naps.start, naps.stop) * 1000;
  const limit = deadtimeMs + scripts + GRACE_MS + busy;
  const { noneMs, overlaps, bothMs } = storm.judge(from, to);
  const both = healed === undefined ? bothMs : storm.judge(healed + limit, to).bothMs;
  const last = storm.doings.since(0).at(-1)?.at ?? at;
  const round = { ...head, noneMs, bothMs, restMs: Math.max(0, last - at) };
  if (overlaps > 0) failed ??= `${overlaps} scripts ran beside another one of their group`;
  const excused = storm.wasHeldUp(seen, busy, deadtimeMs);
  if (both > 0 && !excused) failed ??= `held twice for ${both.toFixed(0)} ms`;
  if (noneMs > limit) {
    failed ??= `held by nobody for ${noneMs.toFixed(0)} ms, more than ${limit.toFixed(0)}`;
  }
  return failed === undefined ? round : { ...round, failed };
}

/** The first script that a transition runs; undefined when it runs none. */
function aScript(storm: Storm, since: number): Promise<Doing | undefined> {
  const isScript = ({ word }: Doing): boolean => word === 'start' || word === 'stop';
  return storm.doings
    .until(isScript, 'a script', { since, limitMs: 2 * MOMENT_MS })
    .catch(() => undefined);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
