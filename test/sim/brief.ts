/** Short runs: an hour of storm in the weather that a seed draws, for tests that play many. */
import { drawFaults } from './faults.js';
import { drawOptions, type Options, type Weather } from './options.js';
import { Random } from './random.js';

const STORM_MS = 3_600_000;
const CALM_MS = 300_000;

/** What a test wants otherwise than drawn; the faults are drawn for it. */
export type Given = Partial<Omit<Options, 'seed' | 'set' | 'faults'>>;

export function drawBrief(seed: number, set: Weather, given: Given = {}): Options {
  const options = { ...drawOptions(seed, set), storm: STORM_MS, calm: CALM_MS, ...given };
  return { ...options, faults: drawFaults(new Random(seed).split('faults'), options) };
}

/** Quicker hearts cost the most time and show little more. */
const HEART = { keepalive: 2000, warntime: 5000, deadtime: 10_000, initdead: 20_000 } as const;

/** The same between two nodes of ours, whose hearts beat every other second. */
export function drawBriefOfOurs(seed: number, set: Weather, given: Given = {}): Options {
  const { nodes } = drawOptions(seed, set);
  return drawBrief(seed, set, {
    ...HEART,
    ...given,
    nodes: nodes.map((node) => ({ ...node, genuine: false })),
  });
}
