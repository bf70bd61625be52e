/**
 * Requests in the middle of something, in every kind of pair. Prints a table with the genuine pair
 * beside the others; exit 0 only if every request ended, no two scripts met, and every group is
 * held once in the end. With a genuine node, what goes wrong between two of them may go wrong too.
 */

import { type Kinds, Programs, title } from '../cluster/kinds.js';
import { printTable, seconds } from '../cluster/table.js';
import { abreast, longRun } from '../lab/longrun.js';
import { Failures } from './failures.js';
import { stormOptions } from './options.js';
import { CASES, type Case } from './requestcases.js';
import { openStorm, playCase, type Verdict, verdictName } from './requestplay.js';
import type { Storm } from './storm.js';

const PAIRS: readonly Kinds[] = [
  ['TS', 'TS'],
  ['C', 'TS'],
  ['TS', 'C'],
  ['C', 'C'],
];
/** Two pairs of ours and one of each mixed kind; the genuine pair is not ours to test. */
const PAIRS_REDUCED: readonly Kinds[] = PAIRS.slice(0, 3);

/** The cases of a kind of pair are dealt out to this many pairs. */
const HANDS = 2;
const JOBS = 8;
const LIMIT_MS = 40 * 60_000;

const options = stormOptions('requests', 'times');

interface Hand {
  readonly kinds: Kinds;
  readonly cases: readonly Case[];
}

function hands(): readonly Hand[] {
  const pairs = options.reduced ? PAIRS_REDUCED : PAIRS;
  return pairs.flatMap((kinds) => {
    const chosen = CASES.filter(({ reduced, name }) => {
      return (reduced || !options.reduced) && options.only.test(`${title(kinds)} ${name}`);
    });
    const cases = Array.from({ length: options.count ?? 1 }, () => chosen).flat();
    return Array.from({ length: HANDS }, (_, hand) => ({
      kinds,
      cases: cases.filter((_case, place) => place % HANDS === hand),
    })).filter((found) => found.cases.length > 0);
  });
}

/** A mixed pair that is no worse than two genuine nodes is right. */
function isExcused(verdict: Verdict, all: readonly Verdict[]): boolean {
  if (!verdict.kinds.includes('C')) return false;
  if (!verdict.kinds.includes('TS')) return true;
  return all.some(({ kinds, name, wrong }) => {
    return !kinds.includes('TS') && name === verdict.name && wrong !== undefined;
  });
}

function row(verdict: Verdict, all: readonly Verdict[]): readonly string[] {
  const { kinds, name, ends, noneMs, restMs, wrong } = verdict;
  const word = wrong === undefined ? 'right' : isExcused(verdict, all) ? 'as genuine' : 'WRONG';
  const reason = wrong === undefined ? '' : `: ${wrong}`;
  return [name, title(kinds), ends, seconds(noneMs), seconds(restMs), word + reason];
}

await longRun(
  LIMIT_MS,
  () => new Programs(),
  async (programs) => {
    const all: Verdict[] = [];
    const failures = new Failures('requests');
    const dealt = hands();
    const count = dealt.reduce((sum, { cases }) => sum + cases.length, 0);
    await abreast(dealt, options.jobs ?? JOBS, async ({ kinds, cases }) => {
      let storm: Storm | undefined;
      for (const one of cases) {
        storm ??= await openStorm(programs, kinds);
        const [doings, seen] = [storm.doings.mark, storm.cluster.feed.mark];
        let verdict = await playCase(storm, kinds, one);
        if (verdict.wrong !== undefined) {
          const text = `${verdict.wrong}\n${storm.timeline(doings, seen)}`;
          const wrong = `${verdict.wrong}; ${failures.keep(verdictName(verdict), text)}`;
          verdict = { ...verdict, wrong };
          await storm.close();
          await storm.pair.close();
          storm = undefined;
        }
        all.push(verdict);
        console.log(`[${all.length}/${count}] ${row(verdict, []).join('  ')}`);
      }
      await storm?.close();
      await storm?.pair.close();
    });
    const rows = CASES.flatMap(({ name }) => all.filter((verdict) => verdict.name === name));
    const heads = ['request', 'pair', 'ended', 'unheld', 'took', 'verdict'];
    printTable(
      'requests',
      heads,
      rows.map((verdict) => row(verdict, all)),
    );
    const bad = all.filter((found) => found.wrong !== undefined && !isExcused(found, all));
    console.log(`${all.length - bad.length} of ${count} right, or no worse than the genuine pair`);
    return bad.length === 0 && all.length === count;
  },
);
