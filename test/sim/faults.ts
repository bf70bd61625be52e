/** The faults of a run and what operators do meanwhile: a plain list, so that it can be made shorter. */
import type { Told, Verb } from './cluster/scripts.js';
import type { Options } from './options.js';
import type { Random } from './random.js';

/** One fault; times in milliseconds of true time. */
export type Fault = { readonly at: number } & (
  | {
      readonly kind: 'cut';
      /** All links when absent. */
      readonly link?: string;
      /** Both directions when absent. */
      readonly from?: string;
      readonly lasts: number;
    }
  /** Power off, and on again after a while. */
  | { readonly kind: 'crash'; readonly node: string; readonly lasts: number }
  /** The daemon alone is killed (its supervisor starts another), or the runner. */
  | { readonly kind: 'killDaemon' | 'killRunner'; readonly node: string }
  | { readonly kind: 'pause'; readonly node: string; readonly lasts: number }
  | {
      readonly kind: 'slow';
      readonly node: string;
      readonly lateness: number;
      readonly lasts: number;
    }
  | { readonly kind: 'wallStep'; readonly node: string; readonly seconds: number }
  /** Stopped in order, and started again after a while. */
  | { readonly kind: 'stop'; readonly node: string; readonly lasts: number }
  | { readonly kind: 'reload'; readonly node: string }
  | {
      readonly kind: 'standby';
      readonly node: string;
      readonly share: 'all' | 'local' | 'foreign';
    }
  | {
      readonly kind: 'takeover';
      readonly node: string;
      readonly share: 'all' | 'local' | 'foreign';
    }
  | {
      readonly kind: 'pingLost';
      readonly node: string;
      readonly pingNode: string;
      readonly lasts: number;
    }
  /** A script does from now on what it is told. Only in stories. */
  | {
      readonly kind: 'script';
      readonly node: string;
      readonly resource: string;
      readonly verb: Verb;
      readonly told: Told | undefined;
    }
  /** The generation file is gone or unreadable at the next start. */
  | { readonly kind: 'fileLost'; readonly node: string }
);

type Kind = Fault['kind'];

/** How often each kind comes, in each set; a kind that is not named does not come. */
const WEIGHTS: Readonly<Record<Options['set'], Partial<Record<Kind, number>>>> = {
  calm: {},
  cable: { cut: 1 },
  load: { pause: 1, slow: 1 },
  serial: { standby: 1, stop: 1 },
  scripts: { standby: 3, takeover: 2, stop: 2, crash: 1 },
  clock: { wallStep: 5, standby: 1, crash: 1, cut: 1 },
  swarm: {
    cut: 4,
    crash: 2,
    killDaemon: 1,
    killRunner: 1,
    pause: 1,
    slow: 1,
    wallStep: 1,
    stop: 2,
    reload: 1,
    standby: 3,
    takeover: 2,
    pingLost: 2,
    fileLost: 0.2,
  },
};

const MINUTE = 60_000;

/** Draws the faults of a storm, in the order of their time. */
export function drawFaults(random: Random, options: Options): Fault[] {
  const weights = Object.entries(WEIGHTS[options.set]) as [Kind, number][];
  // Each run has its own weather: some kinds are left out.
  const chosen = weights.filter(() => random.chance(0.7));
  const kinds = chosen.length > 0 ? chosen : weights;
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return [];
  const between = random.spread(10_000, 20 * MINUTE);
  const faults: Fault[] = [];
  for (let at = random.delay(between); at < options.storm; at += random.delay(between) + 1) {
    const fault = drawFault(random, options, weighted(kinds, random.fraction() * total), at);
    if (fault !== undefined) faults.push(fault);
    if (faults.length >= FAULTS_MAX) break;
  }
  return faults;
}

/** The kind into whose share of the whole weight the number falls. */
function weighted(kinds: readonly [Kind, number][], drawn: number): Kind {
  let rest = drawn;
  for (const [kind, weight] of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return 'standby';
}

/** More would only make a run hard to read. */
const FAULTS_MAX = 2000;

function drawFault(random: Random, options: Options, kind: Kind, at: number): Fault | undefined {
  const { deadtime, keepalive, pingNodes, links } = options;
  const [one, other] = options.nodes.map(({ name }) => name);
  if (one === undefined || other === undefined) return undefined;
  const node = random.pick([one, other]);
  const share = random.pick(['all', 'all', 'local', 'foreign'] as const);
  // From a blink to a long while, and often around the deadtime.
  const lasts = random.chance(0.5)
    ? random.whole(Math.floor(deadtime / 2), deadtime * 2)
    : random.spread(100, 20 * MINUTE);
  switch (kind) {
    case 'cut': {
      const link = random.chance(0.4) ? undefined : links[random.whole(0, links.length - 1)]?.name;
      const from = random.chance(0.25) ? node : undefined;
      return {
        at,
        kind,
        lasts,
        ...(link === undefined ? {} : { link }),
        ...(from === undefined ? {} : { from }),
      };
    }
    case 'pause':
      return { at, kind, node, lasts: random.spread(50, deadtime * 3) };
    case 'slow':
      return { at, kind, node, lateness: random.whole(1, Math.max(2, keepalive)), lasts };
    case 'wallStep':
      return {
        at,
        kind,
        node,
        seconds: random.pick([1, -1, 3600, -3600, 315_360_000, -315_360_000]),
      };
    case 'standby':
    case 'takeover':
      return { at, kind, node, share };
    case 'pingLost': {
      const pingNode = pingNodes[random.whole(0, pingNodes.length - 1)];
      return pingNode === undefined ? undefined : { at, kind, node, pingNode, lasts };
    }
    case 'crash':
    case 'stop':
      return { at, kind, node, lasts };
    case 'script':
      return undefined;
    default:
      return { at, kind, node };
  }
}
