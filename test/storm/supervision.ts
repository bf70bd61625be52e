/**
 * Every combination of processes that can die on a node, and what becomes of its resources; then a
 * stop, which must leave nothing behind. Prints a table; exit 0 only if all ended as promised.
 */

import { Programs } from '../cluster/kinds.js';
import { printTable, seconds } from '../cluster/table.js';
import { DIRECTORS } from '../lab/lab.js';
import { abreast, longRun } from '../lab/longrun.js';
import { Failures } from './failures.js';
import { stormOptions } from './options.js';
import { stalledMs } from './stall.js';
import { pause, Storm } from './storm.js';
import { resourcesOf, type StormWishes } from './stormfiles.js';
import { CASES, type Case, DEATHS, leftovers, THROWING } from './supervisioncases.js';

const [NODE, PEER] = DIRECTORS;
const GROUP = 'alpha';

const JOBS = 4;
const LIMIT_MS = 15 * 60_000;
const REST_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;
const DEADTIME_MS = 3000;
/** How long a runner waits for another daemon. */
const PATIENCE_MS = DEADTIME_MS / 2;
/** In which a mistake would show: the other node would have taken over. */
const WATCH_MS = 2 * DEADTIME_MS;
/** Cases of the reduced form: each outcome, and both ways to it. */
const REDUCED = /every node|as it starts|of daemon and supervisor$|no program|supervisor$/;

const WISHES: StormWishes = {
  deadtimeMs: DEADTIME_MS,
  keepaliveMs: 250,
  media: ['bcast eth0', 'ping 192.168.136.1'],
  autoFailback: 'on',
  naps: { start: 0.1, stop: 0.1 },
  more: ['respawn hacluster /usr/lib/heartbeat/ipfail'],
};

interface Verdict {
  readonly one: Case;
  readonly noneMs: number;
  readonly bothMs: number;
  readonly stopMs: number;
  readonly wrong: readonly string[];
}

/** A pair at rest whose first node would throw when told to. */
async function openStorm(programs: Programs): Promise<Storm> {
  const storm = await Storm.open(await programs.open(['TS', 'TS']), WISHES);
  const { path, text } = THROWING;
  await storm.pair.site.put(NODE, path, text);
  await storm.start(PEER);
  const options = `NODE_OPTIONS=--require=${path}`;
  const started = await storm.run(NODE, 'env', options, '/etc/init.d/heartbeat', 'start');
  if (started.code !== 0) throw new Error(`start: ${started.stdout}${started.stderr}`);
  storm.expect(NODE, true);
  await storm.rest(REST_LIMIT_MS);
  return storm;
}

function calls(storm: Storm, since: number): readonly string[] {
  return storm.doings
    .since(since)
    .filter(({ word }) => word === 'start' || word === 'stop')
    .map(({ node, resource, word }) => `${node} ${resource} ${word}`);
}

/** Waits until the other node has everything. */
async function taken(storm: Storm, since: number): Promise<void> {
  const last = resourcesOf(GROUP).at(-1) ?? '';
  await storm.did(PEER, last, 'started', since, REST_LIMIT_MS);
}

async function judge(storm: Storm, one: Case, since: number, wrong: string[]): Promise<void> {
  const stalled = stalledMs();
  if (one.outcome === 'adopted') {
    await storm.rest(REST_LIMIT_MS);
    await pause(WATCH_MS);
    await storm.rest(REST_LIMIT_MS);
    const ran = calls(storm, since);
    // A daemon that a busy machine starts too late finds that all was released in time.
    const busy = stalledMs() - stalled > PATIENCE_MS;
    if (ran.length > 0 && !busy) wrong.push(`scripts ran: ${ran.join(', ')}`);
    return;
  }
  storm.expect(NODE, false);
  await taken(storm, since);
  if (one.outcome === 'orphaned') return;
  await storm.rest(REST_LIMIT_MS);
}

async function play(programs: Programs, one: Case, failures: Failures): Promise<Verdict> {
  const storm = await openStorm(programs);
  const [doings, seen] = [storm.doings.mark, storm.cluster.feed.mark];
  const from = Date.now();
  const wrong: string[] = [];
  let [to, stopMs] = [from, 0];
  try {
    const died = await storm.run(NODE, 'bash', '-c', `${DEATHS}\n${one.script}`);
    if (died.code !== 0) wrong.push(`exit ${died.code}: ${died.stdout}${died.stderr}`);
    await judge(storm, one, doings, wrong);
    to = Date.now();
    const began = performance.now();
    const argv =
      one.stop === 'init'
        ? ['/etc/init.d/heartbeat', 'stop']
        : ['/usr/lib/heartbeat/heartbeat', '-k'];
    if (one.mend !== undefined) await storm.run(NODE, 'sh', '-c', one.mend);
    const stopped = await storm.pair.site.run(NODE, argv, { timeoutMs: STOP_LIMIT_MS });
    stopMs = performance.now() - began;
    if (stopped.code !== 0) wrong.push(`${argv.join(' ')}: exit ${stopped.code}`);
    const left = await leftovers(storm, NODE);
    if (left !== '') wrong.push(`left behind: ${left}`);
    storm.expect(NODE, false);
    await storm.rest(REST_LIMIT_MS);
  } catch (error) {
    wrong.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  const { bothMs, noneMs, overlaps } = storm.judge(from, to);
  if (overlaps > 0) wrong.push(`${overlaps} scripts ran beside another one of their group`);
  if (bothMs > 0 && one.outcome !== 'orphaned')
    wrong.push(`held twice for ${bothMs.toFixed(0)} ms`);
  if (wrong.length > 0) {
    const text = `${one.name}\n${wrong.join('\n')}\n${storm.timeline(doings, seen)}`;
    wrong.push(failures.keep(one.name, text));
  }
  await storm.close();
  await storm.pair.close();
  return { one, noneMs, bothMs, stopMs, wrong };
}

const options = stormOptions('supervision', 'times');

await longRun(
  LIMIT_MS,
  () => new Programs(),
  async (programs) => {
    const cases = CASES.filter(({ name }) => {
      return options.only.test(name) && (!options.reduced || REDUCED.test(name));
    });
    const verdicts: Verdict[] = [];
    const failures = new Failures('supervision');
    const stalled = stalledMs();
    await abreast(cases, options.jobs ?? JOBS, async (one) => {
      const verdict = await play(programs, one, failures);
      verdicts.push(verdict);
      const word = verdict.wrong.length === 0 ? 'right' : `WRONG: ${verdict.wrong.join('; ')}`;
      console.log(`[${verdicts.length}/${cases.length}] ${one.name}  ${word}`);
    });
    const rows = cases.flatMap((one) => verdicts.filter((verdict) => verdict.one === one));
    printTable(
      'who dies, and what becomes of the resources',
      ['dies', 'promised', 'unheld', 'held twice', 'stop took', 'verdict'],
      rows.map(({ one, noneMs, bothMs, stopMs, wrong }) => [
        one.name,
        one.outcome,
        ...[noneMs, bothMs, stopMs].map(seconds),
        wrong.length === 0 ? 'right' : `WRONG: ${wrong.join('; ')}`,
      ]),
    );
    const bad = verdicts.filter(({ wrong }) => wrong.length > 0).length;
    console.log(
      `${verdicts.length - bad} of ${cases.length}; waited ${seconds(stalledMs() - stalled)}`,
    );
    return bad === 0 && verdicts.length === cases.length;
  },
);
