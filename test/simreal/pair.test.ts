/**
 * Real pairs, ours with ours and ours with the genuine heartbeat, go through a story in namespaces,
 * and the judge of the simulation looks at what they did.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Kinds, Programs, title } from '../cluster/kinds.js';
import { MULTICAST, SERIAL } from '../cluster/storyfiles.js';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Task } from '../lab/site.js';
import { settleBound } from '../sim/judge/bounds.js';
import { RECORDER, RealTrace } from '../sim/judge/realtrace.js';
import type { Watched } from '../sim/observation.js';

const [HOME, OTHER] = DIRECTORS;
const LIMIT_MS = 90_000;
/** So many of a kind come of the story at least: each group is started six times, say. */
const LEAST = { begins: 3, script: 80, declares: 8, ends: 2, power: 2, asked: 2 };
/** How long nothing may change after all has had the time to settle. */
const QUIET_MS = 5000;
/** The last lines of a log and of the recorder have been read then. */
const ARRIVAL_MS = 500;

const GROUPS: Readonly<Record<Director, readonly string[]>> = {
  loadbalancer: ['record::web', 'record::www'],
  backup: ['record::mail'],
};

const PAIRS: readonly Kinds[] = [
  ['TS', 'TS'],
  ['C', 'TS'],
];

/** The nodes hear each other no longer, whatever else goes over the network. */
const CUT =
  'table inet cut { chain in { type filter hook input priority 0; udp dport 694 drop; }; }';

const HACF = `logfile /var/log/ha-log
keepalive 500ms
deadtime 4
warntime 2
initdead 8
udpport 694
baud 19200
${MULTICAST}
${SERIAL}
auto_failback on
node ${HOME}
node ${OTHER}
`;

function files(): ClusterFiles {
  const lines = DIRECTORS.map((node) => `${[node, ...GROUPS[node]].join(' ')}\n`);
  return {
    ...tutorialFiles(null),
    '/etc/ha.d/ha.cf': { text: HACF, mode: 0o644 },
    '/etc/ha.d/haresources': { text: lines.join(''), mode: 0o644 },
    '/etc/ha.d/resource.d/record': { text: RECORDER, mode: 0o755 },
  };
}

function watchedOf(kinds: Kinds): Watched {
  return {
    nodes: DIRECTORS.map((name, place) => ({ name, genuine: kinds[place] === 'C' })),
    keepalive: 500,
    warntime: 2000,
    deadtime: 4000,
    initdead: 8000,
    autoFailback: 'on',
    ipfail: false,
    pingNodes: [],
    links: ['eth0', '/dev/ttyS0'],
    groups: DIRECTORS.map((node) => ({
      node,
      key: GROUPS[node][0] ?? '',
      resources: GROUPS[node],
      address: undefined,
    })),
    scriptMax: 1000,
    scriptDeadline: 600_000,
  };
}

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

/** One pair under observation. */
class Play {
  readonly #pair: Pair;
  readonly #cluster: Cluster;
  readonly #trace: RealTrace;
  readonly #watched: Watched;
  #asked = 0;

  constructor(pair: Pair, cluster: Cluster, watched: Watched) {
    this.#pair = pair;
    this.#cluster = cluster;
    this.#watched = watched;
    this.#trace = new RealTrace(watched);
  }

  async watch(): Promise<readonly Task[]> {
    const offset = Date.now() - (await this.#pair.site.now());
    this.#cluster.feed.listen((seen) => {
      if (seen.kind === 'log') this.#trace.log(seen.at, seen.node, seen.text);
    });
    return Promise.all(
      DIRECTORS.map((node) =>
        this.#pair.site.follow(node, 'scripts', ({ text }) =>
          this.#trace.script(node, text, offset),
        ),
      ),
    );
  }

  async coldStart(): Promise<void> {
    this.#trace.stage({ at: await this.#now(), kind: 'storm' });
    await Promise.all(DIRECTORS.map((node) => this.#cluster.start(node)));
    await this.#become('local', 'local');
  }

  /** Everything goes to the other node, and home again. */
  async standby(): Promise<void> {
    await this.#ask(HOME, 'all');
    await this.#become('none', 'all');
    await this.#ask(OTHER, 'foreign');
    await this.#become('local', 'local');
  }

  async split(): Promise<void> {
    await Promise.all(DIRECTORS.map((node) => this.#run(node, ['nft', CUT])));
    await this.#pair.serial.cut();
    this.#trace.paths(await this.#now(), false);
    await this.#become('all', 'all');
  }

  async heal(): Promise<void> {
    const since = this.#cluster.feed.mark;
    await this.#pair.serial.join();
    await Promise.all(DIRECTORS.map((node) => this.#run(node, ['nft', 'delete table inet cut'])));
    this.#trace.paths(await this.#now(), true);
    for (const node of DIRECTORS) {
      await this.#cluster.logged(node, /returning after partition/, since, LIMIT_MS);
    }
    const genuine = this.#watched.nodes.some((node) => node.genuine);
    for (const node of genuine ? DIRECTORS : []) {
      await this.#cluster.logged(node, /status now set to: 'active'/, since, LIMIT_MS);
    }
    await this.#become('local', 'local');
  }

  /** The other node's power is cut; it comes back and has its groups again. */
  async crash(): Promise<void> {
    await this.#cluster.powerOff(OTHER);
    this.#trace.see({ at: await this.#now(), node: OTHER, kind: 'power', on: false });
    await this.#become('all', '');
    await this.#cluster.powerOn(OTHER);
    this.#trace.see({ at: await this.#now(), node: OTHER, kind: 'power', on: true });
    await this.#cluster.start(OTHER);
    await this.#become('local', 'local');
  }

  /** Waits until all must have settled, and is quiet; then everything is judged. */
  async judge(name: string): Promise<void> {
    this.#trace.stage({ at: await this.#now(), kind: 'calm' });
    for (const node of DIRECTORS) {
      const resources = await this.#cluster.resources(node);
      this.#trace.see({ at: await this.#now(), node, kind: 'says', status: 'active', resources });
    }
    await sleep(settleBound(this.#watched) + QUIET_MS);
    const end = await this.#now();
    this.#trace.stage({ at: end, kind: 'over' });
    await Promise.all(DIRECTORS.map((node) => this.#cluster.stop(node)));
    await sleep(ARRIVAL_MS);
    assert.deepEqual(this.#trace.unreadable, [], name);
    const { violations } = this.#trace.judge(await this.#now());
    const { counts } = this.#trace;
    for (const [kind, least] of Object.entries(LEAST)) {
      assert.ok((counts.get(kind) ?? 0) >= least, `${name}: few of ${kind}: ${counts.get(kind)}`);
    }
    const facts = violations.map((v) => `${v.invariant} ${v.title}: ${v.facts.join('; ')}`);
    assert.deepEqual(facts, [], name);
  }

  async #ask(node: Director, share: 'all' | 'foreign'): Promise<void> {
    this.#asked += 1;
    const at = await this.#now();
    this.#trace.see({ at, node, kind: 'asked', id: this.#asked, what: 'standby', share });
    await this.#run(node, ['/usr/share/heartbeat/hb_standby', share]);
  }

  #now(): Promise<number> {
    return this.#pair.site.now();
  }

  async #run(node: Director, argv: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#pair.site.run(node, argv);
    assert.equal(code, 0, `${argv.join(' ')} on ${node}: ${stderr}`);
  }

  /** Waits until `cl_status rscstatus` says so on both nodes; an empty word is not asked for. */
  async #become(home: string, other: string): Promise<void> {
    const wanted: readonly (readonly [Director, string])[] = [
      [HOME, home],
      [OTHER, other],
    ];
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const said = await Promise.all(
        wanted.map(
          async ([node, word]) => word === '' || (await this.#cluster.resources(node)) === word,
        ),
      );
      if (said.every((right) => right)) return;
      if (performance.now() > deadline)
        throw new Error(`no ${home}/${other} within ${LIMIT_MS} ms`);
      await sleep(LOOK_MS);
    }
  }
}

const LOOK_MS = 500;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function play(kinds: Kinds): Promise<void> {
  const pair = await programs.open(kinds);
  const cluster = await Cluster.open(pair, files());
  const one = new Play(pair, cluster, watchedOf(kinds));
  const tasks = await one.watch();
  try {
    await one.coldStart();
    await one.standby();
    await one.split();
    await one.heal();
    await one.crash();
    await one.judge(title(kinds));
  } finally {
    await Promise.all(tasks.map((task) => task.stop()));
    await cluster.close();
  }
}

test('what real pairs do passes the judge', async () => {
  await Promise.all(PAIRS.map(play));
});
