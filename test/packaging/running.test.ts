/**
 * The RPM on a node that holds the group, with real daemons: over the genuine heartbeat as
 * `make install` leaves it, whose files no package owns, and over itself.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { heldBy, heldByNobody } from '../cluster/holders.js';
import { Cluster } from '../lab/cluster.js';
import { recordingScripts, type Timers, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';
import { ownArch, Workplace } from './built.js';

const START_LIMIT_MS = 60_000;
/** An orderly move takes less, whoever runs it. */
const OUTAGE_MAX_MS = 3000;
const TIMERS: Timers = { keepalive: '500ms', deadtime: '6', warntime: '3', initdead: '8' };
const [HOME, OTHER] = DIRECTORS;
/** Where a host sees the package. */
const RPM = '/opt/ts-heartbeat.rpm';
const STARTED = /ts-heartbeat \S+ on Node\.js/;

const workplace = new Workplace();
let genuine: Stack;
let pair: Pair;
let cluster: Cluster;

before(async () => {
  const layer = workplace.next('layer');
  mkdirSync(`${layer}/opt`, { recursive: true });
  copyFileSync(workplace.build('rpm', ownArch()), `${layer}${RPM}`);
  genuine = stack('genuine');
  pair = await openPair({ ...genuine, layers: [layer, ...genuine.layers] });
  cluster = await Cluster.open(pair, { ...tutorialFiles(TIMERS), ...recordingScripts() });
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.called(HOME, 'ldirectord start', 0, START_LIMIT_MS);
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
});

after(async () => {
  await cluster?.close();
  await pair?.close();
  genuine?.dispose();
  workplace.close();
});

/** The package into the root of the host, with a database of its own. */
async function upgrade(...flags: readonly string[]): Promise<void> {
  const words = ['rpm', '-U', '--nodeps', '--dbpath', '/var/lib/rpm-of-test', ...flags, RPM];
  const { code, stdout, stderr } = await pair.site.run(HOME, words);
  assert.equal(code, 0, stdout + stderr);
  assert.doesNotMatch(stderr, /scriptlet failed/);
}

async function read(path: string): Promise<string> {
  return (await pair.site.run(HOME, ['od', '-An', '-tx1', path])).stdout;
}

test('over the genuine heartbeat: the other node serves meanwhile, and gives it back', async () => {
  const since = cluster.feed.mark;
  const uuid = await read('/var/lib/heartbeat/hb_uuid');
  await upgrade();
  await cluster.logged(HOME, STARTED, since, START_LIMIT_MS);
  // With auto_failback on, the home node gets the group back.
  await cluster.called(HOME, 'ldirectord start', since, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  await heldBy(cluster, [HOME], 'upgrade');
  const away = cluster.calls(OTHER, since).map(({ script, verb }) => `${script} ${verb}`);
  assert.ok(away.includes('ldirectord start') && away.includes('lvs stop'), away.join());
  const nobody = heldByNobody(cluster.feed.since(since), [HOME]);
  assert.ok(nobody <= OUTAGE_MAX_MS, `nobody for ${nobody} ms`);
  assert.equal(cluster.doublyHeldMs(since), 0);
  assert.equal(await read('/var/lib/heartbeat/hb_uuid'), uuid);
});

test('over itself: another life with the same group, and nobody notices', async () => {
  const since = cluster.feed.mark;
  await upgrade('--replacepkgs');
  await cluster.logged(HOME, STARTED, since, START_LIMIT_MS);
  await cluster.logged(
    OTHER,
    /Status update for node loadbalancer|loadbalancer.*active/,
    since,
    START_LIMIT_MS,
  );
  await cluster.settled(START_LIMIT_MS);
  await heldBy(cluster, [HOME], 'renewal');
  for (const node of DIRECTORS) assert.deepEqual(cluster.calls(node, since), [], node);
  assert.equal(heldByNobody(cluster.feed.since(since), [HOME]), 0);
});
