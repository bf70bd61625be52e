/** Makes a failing run shorter and quieter, as long as it still breaks the same invariant. */
import type { Options } from './options.js';

const MINUTE = 60_000;

/**
 * `fails` plays a run and says whether it breaks what the first one broke. Returns the smallest run
 * found; `tell` hears of every success.
 */
export function shrink(
  options: Options,
  fails: (options: Options) => boolean,
  tell: (smaller: Options) => void,
): Options {
  let best = options;
  const attempt = (smaller: Options): boolean => {
    if (!fails(smaller)) return false;
    best = smaller;
    tell(best);
    return true;
  };
  for (const quieter of quietings) attempt(quieter(best));
  removeFaults(() => best, attempt);
  const last = best.faults.at(-1)?.at ?? 0;
  attempt({ ...best, storm: last + MINUTE });
  for (const quieter of quietings) attempt(quieter(best));
  return best;
}

/** Ways to make a run less stormy that concern all of it. */
const quietings: readonly ((options: Options) => Options)[] = [
  (options) => ({
    ...options,
    links: options.links.map((link) => ({ ...link, loss: 0, duplicates: 0, damage: 0, delay: 0 })),
  }),
  (options) => ({ ...options, scripts: { ...options.scripts, failing: 0, hanging: 0, lying: 0 } }),
  (options) => ({ ...options, nodes: options.nodes.map((node) => ({ ...node, drift: 0 })) }),
  (options) => ({ ...options, links: options.links.slice(0, 1) }),
  (options) => ({ ...options, groups: options.groups.slice(0, 1) }),
  (options) => ({ ...options, ipfail: false, pingNodes: [] }),
];

/** Takes faults out in ever smaller portions. */
function removeFaults(best: () => Options, attempt: (smaller: Options) => boolean): void {
  for (let portion = Math.ceil(best().faults.length / 2); portion >= 1; ) {
    let removed = false;
    for (let start = 0; start < best().faults.length; ) {
      const { faults } = best();
      const rest = [...faults.slice(0, start), ...faults.slice(start + portion)];
      if (attempt({ ...best(), faults: rest })) removed = true;
      else start += portion;
    }
    if (portion === 1 && !removed) return;
    portion = portion === 1 ? 1 : Math.ceil(portion / 2);
  }
}
