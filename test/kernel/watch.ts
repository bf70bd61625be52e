/** What the watcher saw, and what a test concludes from it. */

/** Weights by `SERVICE DESTINATION`, both as /proc/net/ip_vs has them. */
export type Weights = Readonly<Record<string, number>>;

/** Instants of the site's clock. */
export interface Look {
  /** The table whenever it changed. */
  readonly states: { readonly at: number; readonly weights: Weights }[];
  /** When the watcher should have run, and when it did. */
  readonly stalls: { readonly from: number; readonly to: number }[];
  /** How long `ipvsadm -S -n` took. */
  readonly calls: { readonly at: number; readonly ms: number }[];
}

/** Reads /proc/net/ip_vs: connections are left out. */
export function readWeights(text: string): Weights {
  const weights: Record<string, number> = {};
  let service = '';
  for (const line of text.split('\n').slice(3)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '->') weights[`${service} ${words[1]}`] = Number(words[3]);
    else service = words.slice(0, 3).join(' ');
  }
  return weights;
}

/** When the table first had no weight for a server after `since`, given a pattern of its places. */
export function weightlessAt(look: Look, place: RegExp, since: number): number | undefined {
  return look.states.find(({ at, weights }) => {
    const own = Object.entries(weights).filter(([name]) => place.test(name));
    return at >= since && own.every(([, weight]) => weight === 0);
  })?.at;
}

/**
 * How long the machine may have held up a director between two instants: all the time in which the
 * watcher did not run when it should have, and `calls` calls of ipvsadm as slow as its slowest.
 */
export function slowness(look: Look, from: number, to: number, calls: number): number {
  const stalled = look.stalls.reduce(
    (sum, stall) => sum + Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from)),
    0,
  );
  const near = look.calls.filter(({ at, ms }) => at + ms >= from && at <= to).map(({ ms }) => ms);
  return stalled + calls * Math.max(0, ...near);
}
