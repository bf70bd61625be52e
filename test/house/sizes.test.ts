/** The sizes in docs/past-one-pair.md are those that benches demand and the simulation draws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEADTIME_MS, KEEPALIVE_MS } from '../bench/failover/contestant.js';
import { GOALS } from '../bench/failover/report.js';
import { BOUND_S, CONNECT_PER_SECOND, FULL, HTTP_PER_SECOND } from '../bench/ldirectord/plan.js';
import { REALS } from '../kernel/network.js';
import { VIRTUALS } from '../kernel/service.js';
import { drawFile } from '../sim/director/drawplan.js';
import { drawOptions, SETS } from '../sim/options.js';
import { Random } from '../sim/random.js';
import { read } from './shownby.js';

const PAGE = read('docs/past-one-pair.md');
const MINUTE = 60_000;
const SEEDS = 300;

/** The page has these words, however its lines are cut. */
function says(words: string): void {
  assert.ok(PAGE.replace(/\s+/g, ' ').includes(words), words);
}

function goal(way: string, what: RegExp): number {
  const found = GOALS.find((one) => one.way === way && what.test(one.what));
  assert.ok(found !== undefined, way);
  return found.limitMs;
}

test('what is demanded of real servers, outage and memory', () => {
  const slack = FULL.slackMs / 1000;
  says(`a server that refuses is out ${BOUND_S.refused + slack} s later`);
  says(`a silent one ${BOUND_S.blackholed + slack} s`);
  const cases = FULL.deaths.flat();
  const sizes = (large: boolean): string =>
    [...new Set(cases.map(({ reals }) => reals))].filter((n) => n > 100 === large).join(', ');
  const dead = [...new Set(cases.map(({ others }) => others))].filter((n) => n < 100);
  assert.deepEqual(dead, [0, 1, 10]);
  says(`${sizes(false)} with none, 1 or 10 dead; ${sizes(true)} with 100 dead`);
  says(`${HTTP_PER_SECOND} of http or ${CONNECT_PER_SECOND} connects a second`);
  says(`${sizes(true)} real servers | ${FULL.memoryMb} MiB`);
  assert.equal(FULL.checks, 1_000_000);
  says(`keepalive ${KEEPALIVE_MS} ms, deadtime ${DEADTIME_MS / 1000} s`);
  says(`${goal('crash', /declared dead/)} ms from declared dead to the first answer`);
  assert.equal(goal('stop', /outage/), goal('standby', /outage/));
  says(`${goal('stop', /outage/)} ms for a stop or standby`);
});

test('the scene on the kernel’s table', () => {
  assert.equal(Object.keys(VIRTUALS).length, 8);
  assert.equal(REALS.length, 3);
  says('eight services, three real servers');
});

test('what is only simulated', () => {
  const runs = SETS.flatMap((set) =>
    Array.from({ length: SEEDS }, (_, seed) => drawOptions(seed, set)),
  );
  const range = (of: (run: (typeof runs)[number]) => number): readonly [number, number] => {
    const values = runs.map(of);
    return [Math.min(...values), Math.max(...values)];
  };
  assert.deepEqual(
    range(({ groups }) => groups.length),
    [1, 4],
  );
  assert.deepEqual(
    range(({ links }) => links.filter(({ kind }) => kind !== 'serial').length),
    [0, 2],
  );
  assert.deepEqual(
    range(({ pingNodes }) => pingNodes.length),
    [0, 2],
  );
  assert.deepEqual(
    range(({ keepalive }) => keepalive),
    [200, 5000],
  );
  const [shortest, longest] = range(({ storm }) => storm);
  assert.ok(shortest >= 10 * MINUTE && longest <= 24 * 60 * MINUTE);
  assert.deepEqual(
    range(({ calm }) => calm),
    [60 * MINUTE, 60 * MINUTE],
  );
  const mixed = runs.filter(({ nodes }) => nodes.some(({ genuine }) => genuine)).length;
  assert.ok(Math.abs(mixed / runs.length - 0.45) < 0.1, `${mixed} of ${runs.length}`);
  says('one to four groups; up to two networks and a serial line; none to two ping nodes');
  says('about half with a model of a genuine node');
  says('keepalive 200 ms to 5 s; faults for ten minutes up to a day, then an hour of calm');
});

test('the files of simulated directors', () => {
  const files = Array.from({ length: SEEDS }, (_, seed) => drawFile(new Random(seed)));
  const most = Math.max(...files.flatMap(({ virtuals }) => virtuals.map((v) => v.reals.length)));
  assert.equal(most, 20);
  says('one to six virtual services, up to twenty real servers in each');
});
