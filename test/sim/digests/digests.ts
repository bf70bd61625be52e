/**
 * The digests of the traces of some short runs, as `digests.txt` keeps them: they change when, and
 * only when, something else happens in one of these runs. `node test/dist/sim/digests/digests.js`
 * prints them.
 */
import { pathToFileURL } from 'node:url';
import { drawBrief } from '../brief.js';
import { simulateDirector } from '../director/simulate.js';
import { SETS, type Weather } from '../options.js';
import { judge } from '../simulate.js';
import { Trace } from '../trace.js';

/** Per set of the cluster's, and of the director's swarm. */
const SEEDS = { swarm: 6, other: 2, director: 3 } as const;

const STORM_MS = 1_200_000;
const CALM_MS = 60_000;

/** A line for each run: seed, set, digest. */
export function* digestLines(): Generator<string> {
  for (const set of SETS) {
    const seeds = set === 'swarm' ? SEEDS.swarm : SEEDS.other;
    for (let seed = 1; seed <= seeds; seed += 1) yield `${seed} ${set} ${digestOf(seed, set)}`;
  }
  for (let seed = 1; seed <= SEEDS.director; seed += 1) {
    yield `${seed} director ${simulateDirector(seed, 'swarm', { brief: true }).digest}`;
  }
}

function digestOf(seed: number, set: Weather): string {
  const options = drawBrief(seed, set, { storm: STORM_MS, calm: CALM_MS });
  const trace = new Trace(options.nodes.map(({ name }) => name));
  judge(options, trace);
  return trace.digest();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of digestLines()) console.log(line);
}
