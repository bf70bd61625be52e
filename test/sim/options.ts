/** What one simulated run is made of: all of it drawn from the seed, each run with its own weather. */
import type { AuthMethod } from '@ts-heartbeat/core/auth/keyring';
import { drawFaults, type Fault } from './faults.js';
import { Random } from './random.js';

/** The named kinds of weather beside the swarm, in which every kind of fault has its chance. */
export const SETS = ['swarm', 'calm', 'cable', 'load', 'serial', 'scripts', 'clock'] as const;
export type Weather = (typeof SETS)[number];

export interface LinkOptions {
  readonly name: string;
  readonly kind: 'serial' | 'mcast' | 'bcast' | 'ucast';
  /** Of each message and receiver. On a serial line nothing is lost but by damage. */
  readonly loss: number;
  readonly duplicates: number;
  /** Of each message: a byte is changed, or the rest cut off. */
  readonly damage: number;
  /** Mean of what comes on top of the least delay, in milliseconds; overtaking comes of it. */
  readonly delay: number;
  /** Of a serial line. */
  readonly baud: number;
}

export interface NodeOptions {
  readonly name: string;
  /** Follows the model of the genuine daemon. */
  readonly genuine: boolean;
  /** Parts per million. */
  readonly drift: number;
  /** From power on to the start of the daemon, in milliseconds. */
  readonly boot: number;
}

export interface GroupOptions {
  readonly node: string;
  readonly key: string;
  readonly resources: readonly string[];
  readonly address: string;
}

export interface ScriptOptions {
  /** Mean duration of a start or stop, in milliseconds. */
  readonly mean: number;
  readonly longest: number;
  /** Of each start or stop during the storm. */
  readonly failing: number;
  readonly hanging: number;
  /** Of each status during the storm. */
  readonly lying: number;
  readonly deadline: number;
}

export interface Options {
  readonly seed: number;
  readonly set: Weather;
  readonly nodes: readonly NodeOptions[];
  readonly keepalive: number;
  readonly warntime: number;
  readonly deadtime: number;
  readonly initdead: number;
  readonly autoFailback: 'on' | 'off' | 'legacy';
  readonly auth: AuthMethod;
  readonly links: readonly LinkOptions[];
  readonly pingNodes: readonly string[];
  readonly ipfail: boolean;
  readonly groups: readonly GroupOptions[];
  readonly scripts: ScriptOptions;
  readonly stopPolicy: 'reboot' | 'stay';
  /** How long the storm lasts, and the calm after the time in which the cluster must settle. */
  readonly storm: number;
  readonly calm: number;
  /** This node has no power from the calm on. */
  readonly leftDown?: string;
  /** This node reaches no ping node from the calm on. */
  readonly leftBlind?: string;
  readonly faults: readonly Fault[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Most clusters beat every two seconds or less often; quick ones cost the most of our time. */
const KEEPALIVES = [
  200, 500, 1000, 1000, 2000, 2000, 2000, 2000, 2000, 2000, 5000, 5000, 5000, 5000, 5000,
] as const;

const NAMES = ['alpha', 'beta'] as const;
const RESOURCES = ['lvs', 'ipvsadm', 'ldirectord', 'mail', 'web'] as const;

/** Draws a run: the same one for the same seed and set. */
export function drawOptions(seed: number, set: Weather = 'swarm'): Options {
  const random = new Random(seed);
  const drawn = drawCluster(random.split('cluster'), set);
  const storm = set === 'calm' ? 10 * MINUTE : random.split('storm').spread(10 * MINUTE, 24 * HOUR);
  const options = { seed, set, ...drawn, storm, calm: HOUR, faults: [] };
  return { ...options, faults: drawFaults(random.split('faults'), options) };
}

type Drawn = Omit<Options, 'seed' | 'set' | 'storm' | 'calm' | 'faults'>;

function drawCluster(random: Random, set: Weather): Drawn {
  const keepalive = random.pick(KEEPALIVES);
  const deadtime = Math.max(2000, keepalive * random.whole(3, 15));
  const mixed = set !== 'clock' && random.chance(0.5);
  const genuine = mixed ? random.whole(0, 1) : -1;
  const faulty = set === 'swarm' || set === 'scripts';
  const autoFailback = random.pick(['on', 'on', 'off', 'off', 'legacy'] as const);
  const pings = random.chance(0.6) ? random.whole(1, 2) : 0;
  return {
    nodes: NAMES.map((name, index) => ({
      name,
      genuine: index === genuine,
      drift: random.chance(0.5) ? random.whole(-500, 500) : 0,
      boot: random.whole(1000, 30_000),
    })),
    keepalive,
    warntime: Math.max(keepalive, Math.floor(deadtime / 2)),
    deadtime,
    initdead: Math.max(deadtime * 2, random.pick([10_000, 30_000, 60_000])),
    autoFailback,
    auth: random.pick(['crc', 'md5', 'sha1']),
    links: drawLinks(random.split('links'), keepalive, set),
    pingNodes: Array.from({ length: pings }, (_, index) => `10.0.0.${index + 250}`),
    ipfail: pings > 0 && autoFailback !== 'legacy' && random.chance(0.7),
    groups: drawGroups(random.split('groups')),
    scripts: {
      mean: random.pick([20, 50, 200, 1000, 4000]),
      longest: 20_000,
      failing: faulty && random.chance(0.4) ? random.pick([0.01, 0.05, 0.1]) : 0,
      hanging: faulty && random.chance(0.2) ? 0.02 : 0,
      lying: faulty && random.chance(0.15) ? 0.02 : 0,
      deadline: random.pick([30_000, 60_000, 600_000]),
    },
    stopPolicy: random.pick(['reboot', 'reboot', 'stay']),
  };
}

function drawLinks(random: Random, keepalive: number, set: Weather): LinkOptions[] {
  const count = set === 'serial' ? 0 : random.whole(1, 2);
  // A frame takes 250 ms at 19200 baud: quicker heartbeats would fill the line.
  const serial = keepalive >= 1000 && (set === 'serial' || random.chance(0.6));
  const noisy = set === 'serial' || (set === 'swarm' && random.chance(0.3));
  const stormy = set === 'swarm' && random.chance(0.6);
  const links: LinkOptions[] = [];
  if (serial) {
    const damage = noisy ? random.pick([0.001, 0.01, 0.05]) : 0;
    const baud = random.pick([19_200, 38_400, 115_200]);
    links.push({
      name: '/dev/ttyS0',
      kind: 'serial',
      loss: 0,
      duplicates: 0,
      damage,
      delay: 0,
      baud,
    });
  }
  for (let index = 0; index < Math.max(count, serial ? 0 : 1); index += 1) {
    links.push({
      name: `eth${index}`,
      kind: random.pick(['mcast', 'mcast', 'bcast', 'ucast']),
      loss: stormy && random.chance(0.5) ? random.pick([0.01, 0.05, 0.2, 0.3]) : 0,
      duplicates: stormy && random.chance(0.3) ? random.pick([0.01, 0.2]) : 0,
      damage: stormy && random.chance(0.2) ? 0.01 : 0,
      delay: stormy && random.chance(0.4) ? random.pick([5, 50, 300]) : 0,
      baud: 0,
    });
  }
  return links;
}

function drawGroups(random: Random): GroupOptions[] {
  const layouts = random.pick([[0], [0], [0, 1], [0, 1], [1, 0, 1], [0, 0, 1, 1]] as const);
  return layouts.map((owner, index) => {
    const address = `10.1.0.${index + 1}`;
    const first = `${RESOURCES[random.whole(0, 1)] ?? 'lvs'}::${index}`;
    const more = RESOURCES.slice(2, 2 + random.whole(0, 3)).map((word) => `${word}::${index}`);
    const resources = random.chance(0.7)
      ? [first, `IPaddr::${address}/24/eth0`, ...more]
      : [`IPaddr::${address}/24/eth0`, ...more];
    return { node: NAMES[owner], key: resources[0] ?? first, resources, address };
  });
}
