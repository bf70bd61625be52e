/** Who takes part: the genuine heartbeat, keepalived, and ours, each a pair with one address. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../../lab/cluster.js';
import type { ClusterFiles } from '../../lab/clusterfiles.js';
import { ADDRESSES, DIRECTORS, VIRTUAL_ADDRESS } from '../../lab/lab.js';
import { NotPrepared } from '../../lab/notprepared.js';
import { openPair, type Pair } from '../../lab/pair.js';
import type { Task } from '../../lab/site.js';
import { type Stack, stack } from '../../lab/stack.js';
import { serve } from './sight.js';

export const KEEPALIVE_MS = 200;
export const DEADTIME_MS = 1000;

/** How a holder ends its service. */
export type Way = 'crash' | 'stop' | 'standby';

export type Name = 'ours' | 'genuine' | 'keepalived';

/** For five seconds after its start a heartbeat asks for a longer deadtime (heartbeat 3.0.6). */
const START_GRACE_MS = 6000;
/** A cold start with the genuine daemon takes ten seconds; a busy machine a multiple of it. */
const START_LIMIT_MS = 60_000;

const HA_CF = [
  'logfile /var/log/ha-log',
  `keepalive ${KEEPALIVE_MS}ms`,
  `warntime ${DEADTIME_MS / 2}ms`,
  `deadtime ${DEADTIME_MS}ms`,
  'initdead 3',
  'udpport 694',
  'mcast eth0 225.0.0.1 694 1 0',
  'auto_failback off',
  ...DIRECTORS.map((name) => `node ${name}`),
];

function hosts(): string {
  const lines = DIRECTORS.map((name) => `${ADDRESSES[name]?.[0]?.replace(/\/.*/, '')} ${name}`);
  return ['127.0.0.1 localhost', ...lines, ''].join('\n');
}

const HEARTBEAT_FILES: ClusterFiles = {
  '/etc/hosts': { text: hosts(), mode: 0o644 },
  '/etc/ha.d/ha.cf': { text: [...HA_CF, ''].join('\n'), mode: 0o644 },
  '/etc/ha.d/haresources': {
    text: `${DIRECTORS[0]} IPaddr::${VIRTUAL_ADDRESS}/24/eth0\n`,
    mode: 0o644,
  },
  '/etc/ha.d/authkeys': { text: 'auth 1\n1 sha1 bench\n', mode: 0o600 },
};

const KEEPALIVED = '/usr/sbin/keepalived';
const KEEPALIVED_CONF = '/etc/keepalived/bench.conf';

/** Three adverts go missing before keepalived takes over: the same deadtime. */
const KEEPALIVED_FILES: ClusterFiles = {
  [KEEPALIVED_CONF]: {
    text: `global_defs {
 vrrp_version 3
}
vrrp_instance BENCH {
 interface eth0
 virtual_router_id 51
 state BACKUP
 nopreempt
 priority 250
 advert_int ${(DEADTIME_MS / 3000).toFixed(2)}
 virtual_ipaddress {
  ${VIRTUAL_ADDRESS}/24 dev eth0
 }
}
`,
    mode: 0o644,
  },
};

/** A pair under observation; the address is held by one node, the other one can take it. */
export interface Contestant {
  readonly name: Name;
  readonly ways: readonly Way[];
  readonly pair: Pair;
  readonly cluster: Cluster;
  /** Waits until the timers of a start are over. */
  rest(): Promise<void>;
  /** Lets the holder end in that way; returns when that is under way. */
  end(way: Way, holder: string): Promise<void>;
  /** Brings back what has ended, until the pair is whole and at rest. */
  restore(way: Way, node: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a pair of that name and waits until the first node holds the address.
 *
 * @throws NotPrepared when its programs are not installed.
 */
export async function openContestant(name: Name, tree?: string): Promise<Contestant> {
  if (name === 'keepalived' && !existsSync(KEEPALIVED)) {
    throw new NotPrepared(
      `${KEEPALIVED} is not here. It is a package of Debian. As root:\n` +
        '  apt-get install -y --no-install-recommends keepalived',
    );
  }
  const programs = stack(name === 'ours' ? 'ours' : 'genuine', name === 'ours' ? tree : undefined);
  const pair = await openPair(programs);
  const files = name === 'keepalived' ? KEEPALIVED_FILES : HEARTBEAT_FILES;
  const cluster = await Cluster.open(pair, files);
  const base = { name, pair, cluster, close: () => close(pair, cluster, programs) };
  const contestant = name === 'keepalived' ? new Keepalived(base) : new Heartbeat(base);
  await contestant.open();
  return contestant;
}

async function close(pair: Pair, cluster: Cluster, programs: Stack): Promise<void> {
  await cluster.close();
  await pair.close();
  programs.dispose();
}

interface Base {
  readonly name: Name;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly close: () => Promise<void>;
}

class Heartbeat implements Contestant {
  readonly name: Name;
  readonly ways = ['crash', 'stop', 'standby'] as const;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly close: () => Promise<void>;
  #stopping: Promise<void> = Promise.resolve();
  #startedAt = 0;

  constructor({ name, pair, cluster, close }: Base) {
    this.name = name;
    this.pair = pair;
    this.cluster = cluster;
    this.close = close;
  }

  async open(): Promise<void> {
    for (const node of DIRECTORS) await serve(this.pair.site, node);
    await Promise.all(DIRECTORS.map((node) => this.cluster.start(node)));
    await this.cluster.holding(DIRECTORS[0], true, START_LIMIT_MS);
    await this.cluster.settled(START_LIMIT_MS);
    this.#startedAt = performance.now();
  }

  async rest(): Promise<void> {
    await delay(Math.max(0, this.#startedAt + START_GRACE_MS - performance.now()));
  }

  async end(way: Way, holder: string): Promise<void> {
    if (way === 'crash') await this.cluster.powerOff(holder);
    else if (way === 'stop') this.#stopping = this.cluster.stop(holder);
    else {
      const words = ['/usr/share/heartbeat/hb_standby', 'all'];
      const { code, stderr } = await this.pair.site.run(holder, words);
      if (code !== 0) throw new Error(`hb_standby: exit ${code}: ${stderr}`);
    }
  }

  async restore(way: Way, node: string): Promise<void> {
    await this.#stopping;
    if (way === 'crash') {
      await this.cluster.powerOn(node);
      await serve(this.pair.site, node);
    }
    if (way !== 'standby') {
      await this.cluster.start(node);
      this.#startedAt = performance.now();
    }
    await this.cluster.settled(START_LIMIT_MS);
  }
}

class Keepalived implements Contestant {
  readonly name: Name;
  /** It has nothing like hb_standby. */
  readonly ways = ['crash', 'stop'] as const;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly close: () => Promise<void>;
  readonly #tasks = new Map<string, Task>();

  constructor({ name, pair, cluster, close }: Base) {
    this.name = name;
    this.pair = pair;
    this.cluster = cluster;
    this.close = close;
  }

  async open(): Promise<void> {
    const [first, second] = DIRECTORS;
    for (const node of DIRECTORS) await serve(this.pair.site, node);
    await this.#start(first);
    await this.cluster.holding(first, true, START_LIMIT_MS);
    await this.#start(second);
    await this.#standingBy(second, 0);
  }

  async rest(): Promise<void> {}

  async end(way: Way, holder: string): Promise<void> {
    if (way === 'crash') await this.cluster.powerOff(holder);
    else await this.pair.site.run(holder, ['sh', '-c', 'kill $(cat /run/keepalived.pid)']);
  }

  async restore(way: Way, node: string): Promise<void> {
    if (way === 'crash') {
      await this.cluster.powerOn(node);
      await serve(this.pair.site, node);
    } else {
      await this.#tasks.get(node)?.ended;
    }
    const since = this.cluster.feed.mark;
    await this.#start(node);
    await this.#standingBy(node, since);
  }

  async #start(node: string): Promise<void> {
    const argv = [KEEPALIVED, '-n', '-l', '-D', '-f', KEEPALIVED_CONF];
    const task = await this.pair.site.start(node, argv, ({ at, text }) =>
      this.cluster.feed.add({ kind: 'log', at, node, text }),
    );
    this.#tasks.set(node, task);
  }

  async #standingBy(node: string, since: number): Promise<void> {
    await this.cluster.logged(node, /Entering BACKUP STATE/, since, START_LIMIT_MS);
  }
}
