/**
 * Packages on a node that holds the group, with real daemons. The Debian package takes the place of
 * Debian's heartbeat; the RPM that of the same programs as `make install` leaves them, with files
 * that no package owns. Then each takes its own place.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
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
const STARTED = /ts-heartbeat \S+ on Node\.js/;

/** Where a host sees the package. */
const FILE = '/opt/ts-heartbeat';

/** Into the root of the host, where node is not of a package; over itself as well. */
const INSTALL = {
  rpm: ['rpm', '-U', '--nodeps', '--replacepkgs', '--dbpath', '/var/lib/rpm-of-test', FILE],
  deb: ['dpkg', '--force-depends', '--force-confold', '-i', FILE],
} as const;

for (const kind of ['rpm', 'deb'] as const) {
  describe(`the ${kind} on the node that holds the group`, () => {
    const workplace = new Workplace();
    let genuine: Stack;
    let pair: Pair;
    let cluster: Cluster;

    before(async () => {
      const layer = workplace.next('layer');
      mkdirSync(`${layer}/opt`, { recursive: true });
      copyFileSync(workplace.build(kind, ownArch()), `${layer}${FILE}`);
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

    async function install(): Promise<void> {
      const { code, stdout, stderr } = await pair.site.run(HOME, INSTALL[kind]);
      assert.equal(code, 0, stdout + stderr);
      assert.doesNotMatch(stderr, /scriptlet failed/);
    }

    async function digests(): Promise<string> {
      const files = ['ha.cf', 'haresources', 'authkeys', 'ldirectord.cf', 'resource.d/ipvsadm'];
      const words = ['md5sum', '/var/lib/heartbeat/hb_uuid'];
      const outcome = await pair.site.run(HOME, [
        ...words,
        ...files.map((name) => `/etc/ha.d/${name}`),
      ]);
      assert.equal(outcome.code, 0, outcome.stderr);
      return outcome.stdout;
    }

    test('over the genuine one: the other node serves meanwhile, and gives it back', async () => {
      const since = cluster.feed.mark;
      const files = await digests();
      await install();
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
      assert.equal(await digests(), files);
    });

    test('over itself: another life with the same group, and nobody notices', async () => {
      const since = cluster.feed.mark;
      await install();
      await cluster.logged(HOME, STARTED, since, START_LIMIT_MS);
      await cluster.settled(START_LIMIT_MS);
      await heldBy(cluster, [HOME], 'renewal');
      for (const node of DIRECTORS) assert.deepEqual(cluster.calls(node, since), [], node);
      assert.equal(heldByNobody(cluster.feed.since(since), [HOME]), 0);
    });
  });
}
