/** One round of the kills: a transition is provoked, a process dies in it, the pair is judged. */

import { DIRECTORS, type Director } from '../lab/lab.js';
import { killOne, VICTIMS } from './kill.js';
import type { Random } from './random.js';
import { stalledMs } from './stall.js';
import { pause, type Storm } from './storm.js';
import type { Naps } from './stormfiles.js';

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

const NAPS: readonly Naps[] = [
  { start: 0, stop: 0 },
  { start: 0.2, stop: 0.2 },
  { start: 0.6, stop: 0.3 },
];

const WORDS = ['all', 'local', 'foreign'] as const;

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
  begin(storm: Storm): Promise<Provoked>;
}

function transition(random: Random): Transition {
  const node = random.pick(DIRECTORS);
  const word = random.pick(WORDS);
  const cutMs = random.between(300, 6000);
  const kind = random.pick(['standby', 'standby', 'takeover', 'takeover', 'cut', 'stop', 'none']);
  switch (kind) {
    case 'standby':
    case 'takeover': {
      const what = `hb_${kind} ${word} on ${node}`;
      const program = `/usr/share/heartbeat/hb_${kind}`;
      return {
        what,
        begin: async (storm) => {
          await storm.run(node, program, word);
          return { what };
        },
      };
    }
    case 'cut': {
      const what = `cut of ${node} for ${(cutMs / 1000).toFixed(1)} s`;
      return {
        what,
        begin: async (storm) => {
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
        begin: async (storm) => {
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
  const naps = random.pick(NAPS);
  const provoke = transition(random);
  const moment = random.between(0, MOMENT_MS);
  const victimNode = random.pick(DIRECTORS);
  const order = random.shuffled(VICTIMS);
  const seed = random.below(32_768);
  await storm.naps(naps);
  const [from, stalledBefore] = [Date.now(), stalledMs()];
  const provoked = provoke.begin(storm).then(
    (done) => ({ done }),
    (error: unknown) => ({ error }),
  );
  await pause(moment);
  const killed =
    (await killOne(storm.pair.site, victimNode, seed, order)) ??
    (await killOne(storm.pair.site, other(victimNode), seed, order));
  const at = Date.now();
  const where = `on ${victimNode} after ${Math.round(moment)} ms`;
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
  if (both > 0) failed ??= `held twice for ${both.toFixed(0)} ms`;
  if (noneMs > limit) {
    failed ??= `held by nobody for ${noneMs.toFixed(0)} ms, more than ${limit.toFixed(0)}`;
  }
  return failed === undefined ? round : { ...round, failed };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
