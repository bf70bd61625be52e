/**
 * Kills random processes of ours on random nodes at random moments of transitions, and looks after
 * each whether the pair comes to rest as it must. Prints a table; exit 0 only if it always did.
 */

import { Programs } from '../cluster/kinds.js';
import { printTable, seconds } from '../cluster/table.js';
import { DIRECTORS } from '../lab/lab.js';
import { abreast, longRun } from '../lab/longrun.js';
import { Failures } from './failures.js';
import { type KillRound, playRound } from './killround.js';
import { stormOptions } from './options.js';
import { Random } from './random.js';
import { stalledMs } from './stall.js';
import { Storm } from './storm.js';
import type { StormWishes } from './stormfiles.js';

const KILLS = 200;
const KILLS_REDUCED = 12;
/** Pairs mostly wait. */
const JOBS = 4;
const JOBS_REDUCED = 3;
/** From the first staged file to the table: a round takes ten seconds, at worst a minute. */
const LIMIT_MS = 45 * 60_000;
const START_LIMIT_MS = 90_000;

const DEADTIME_MS = 3000;

/** Half of the pairs give groups back to their home by themselves. */
function wishes(place: number): StormWishes {
  return {
    deadtimeMs: DEADTIME_MS,
    keepaliveMs: 250,
    media: ['mcast eth0 225.0.0.1 694 1 0', 'serial /dev/ttyS0', 'ping 192.168.136.1'],
    autoFailback: place % 2 === 0 ? 'on' : 'off',
    naps: { start: 0, stop: 0 },
    more: ['respawn hacluster /usr/lib/heartbeat/ipfail'],
  };
}

interface Share {
  readonly place: number;
  readonly kills: number;
}

/** A pair at rest. */
async function openStorm(programs: Programs, place: number): Promise<Storm> {
  const pair = await programs.open(['TS', 'TS']);
  const storm = await Storm.open(pair, wishes(place));
  await storm.startBoth();
  await storm.rest(START_LIMIT_MS);
  return storm;
}

async function playShare(
  programs: Programs,
  seed: number,
  { place, kills }: Share,
  done: (round: KillRound) => void,
  failures: Failures,
): Promise<void> {
  const random = new Random(seed + place);
  let storm: Storm | undefined;
  try {
    for (let turn = 1; turn <= kills; turn++) {
      storm ??= await openStorm(programs, place);
      const [doings, seen] = [storm.doings.mark, storm.cluster.feed.mark];
      const name = `${place}.${turn}`;
      const round = await playRound(storm, random, name, DEADTIME_MS);
      if (round.failed === undefined) {
        done(round);
        continue;
      }
      const rows = `${round.what}\n${round.failed}\n${storm.timeline(doings, seen)}`;
      done({ ...round, failed: `${round.failed}; ${failures.keep(name, rows)}` });
      // The next round begins with a pair that is well.
      await storm.close();
      await storm.pair.close();
      storm = undefined;
    }
  } finally {
    await storm?.close();
    await storm?.pair.close();
  }
}

function row(round: KillRound): readonly string[] {
  const { name, what, victim, noneMs, bothMs, restMs, failed } = round;
  return [
    name,
    what,
    victim,
    seconds(noneMs),
    seconds(bothMs),
    seconds(restMs),
    failed === undefined ? 'right' : `WRONG: ${failed}`,
  ];
}

const HEADS = ['round', 'transition', 'killed', 'unheld', 'held twice', 'at rest', 'verdict'];

function summary(rounds: readonly KillRound[]): void {
  const kinds = [...new Set(rounds.map(({ victim }) => victim.split(' ')[0] ?? ''))].sort();
  const rows = kinds.map((kind) => {
    const of = rounds.filter(({ victim }) => victim.startsWith(kind));
    const worst = (value: (round: KillRound) => number): string =>
      seconds(Math.max(...of.map(value)));
    const wrong = of.filter(({ failed }) => failed !== undefined).length;
    return [
      kind,
      String(of.length),
      worst(({ noneMs }) => noneMs),
      worst(({ restMs }) => restMs),
      String(wrong),
    ];
  });
  printTable('by what was killed', ['killed', 'times', 'unheld', 'at rest', 'wrong'], rows);
}

const options = stormOptions('kills', 'kills');
const kills = options.count ?? (options.reduced ? KILLS_REDUCED : KILLS);
const jobs = Math.min(kills, options.jobs ?? (options.reduced ? JOBS_REDUCED : JOBS));

await longRun(
  LIMIT_MS,
  () => new Programs(),
  async (programs) => {
    const nodes = DIRECTORS.join(' and ');
    console.log(`${kills} kills on ${nodes}, ${jobs} pairs: --seed ${options.seed} --jobs ${jobs}`);
    const rounds: KillRound[] = [];
    const failures = new Failures('kills');
    const began = performance.now();
    const stalled = stalledMs();
    const shares = Array.from({ length: jobs }, (_, place) => ({
      place,
      kills: Math.floor((kills + jobs - 1 - place) / jobs),
    }));
    await abreast(shares, jobs, (share) =>
      playShare(
        programs,
        options.seed,
        share,
        (round) => {
          rounds.push(round);
          console.log(`[${rounds.length}/${kills}] ${row(round).join('  ')}`);
        },
        failures,
      ),
    );
    printTable('kills', HEADS, rounds.map(row));
    summary(rounds);
    const wrong = rounds.filter(({ failed }) => failed !== undefined).length;
    const took = seconds(performance.now() - began);
    const waited = seconds(stalledMs() - stalled);
    console.log(`${rounds.length - wrong} of ${rounds.length} right in ${took}; waited ${waited}`);
    return wrong === 0 && rounds.length === kills;
  },
);
