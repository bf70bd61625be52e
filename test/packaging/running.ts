/**
 * Packages on a node that holds the group, with real daemons, installed as the documents have it
 * typed. The Debian package takes the place of Debian's heartbeat; the RPM that of the same
 * programs as `make install` leaves them, with files that no package owns. Then a newer one comes,
 * the other node follows, and at the end the first is removed.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { heldBy, heldByNobody } from '../cluster/holders.js';
import { buildBase } from '../installed/repacked.js';
import { Cluster } from '../lab/cluster.js';
import { recordingScripts, type Timers, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';
import { ownArch, Workplace } from './built.js';
import { typeInClone } from './clone.js';
import { buildToyDeb } from './toy.js';

const START_LIMIT_MS = 60_000;
/** An orderly move takes less, whoever runs it. */
const OUTAGE_MAX_MS = 3000;
const TIMERS: Timers = { keepalive: '500ms', deadtime: '6', warntime: '3', initdead: '8' };
const [HOME, OTHER] = DIRECTORS;
const STARTED = /ts-heartbeat \S+ on Node\.js/;
const NEWER = '0.1.1';

/** Where a host sees the packages. */
const FOLDER = '/opt/ts-heartbeat';

type PackageKind = 'rpm' | 'deb';

interface Kind {
  /** Builds what stands for the rest of a system: node may come from elsewhere. */
  readonly base: (workplace: Workplace) => string;
  /** The names of the packages in the commands; they say x86_64 on any machine. */
  readonly file: string;
  readonly newer: string;
  readonly prepare: string;
  readonly install: string;
  readonly renew: string;
  /** Another way to do the same as `install`, for the standby node. */
  readonly installOther: string;
  readonly remove: string;
}

const KINDS: Readonly<Record<PackageKind, Kind>> = {
  rpm: {
    base: buildBase,
    file: 'ts-heartbeat-0.1.0-1.x86_64.rpm',
    newer: 'ts-heartbeat-NEWER.x86_64.rpm',
    prepare: 'rpm -i base',
    install: 'rpm -Uvh ts-heartbeat-0.1.0-1.x86_64.rpm',
    renew: 'rpm -Uvh ts-heartbeat-NEWER.x86_64.rpm',
    installOther: 'rpm -ivh ts-heartbeat-0.1.0-1.x86_64.rpm',
    remove: 'rpm -e ts-heartbeat',
  },
  deb: {
    base: (workplace) => {
      const toy = { name: 'base', version: '1', files: {} };
      return buildToyDeb(workplace, toy, 'Provides: nodejs (= 22), logrotate\n');
    },
    file: 'ts-heartbeat_0.1.0_amd64.deb',
    newer: 'ts-heartbeat_NEWER_amd64.deb',
    prepare: 'dpkg -i base',
    install: 'apt install ./ts-heartbeat_0.1.0_amd64.deb',
    renew: 'apt install ./ts-heartbeat_NEWER_amd64.deb',
    installOther: 'dpkg -i ts-heartbeat_0.1.0_amd64.deb',
    remove: 'apt remove ts-heartbeat',
  },
};

/** The newer version of a package of this machine's architecture. */
function buildNewer(workplace: Workplace, kind: PackageKind): string {
  const dist = workplace.next('newer');
  const renumber = `sed -i 's/"version": "0.1.0"/"version": "${NEWER}"/' package.json`;
  typeInClone(`${renumber} && npm run ${kind} -- --arch ${ownArch()}`, dist);
  const [file = ''] = readdirSync(dist);
  assert.ok(file.includes(NEWER), file);
  return path.join(dist, file);
}

/** A system of the genuine programs, with the packages of a kind in its folder. */
function withPackages(workplace: Workplace, kind: PackageKind, genuine: Stack): Stack {
  const { base, file, newer } = KINDS[kind];
  const layer = workplace.next('layer');
  mkdirSync(`${layer}/etc/rpm`, { recursive: true });
  writeFileSync(`${layer}/etc/rpm/macros`, '%_dbpath /var/lib/rpm-of-test\n');
  const folder = path.join(layer, FOLDER);
  mkdirSync(folder, { recursive: true });
  copyFileSync(base(workplace), path.join(folder, 'base'));
  copyFileSync(workplace.build(kind, ownArch()), path.join(folder, file));
  copyFileSync(buildNewer(workplace, kind), path.join(folder, newer));
  // Whether services may be started is the machine's, and this one may forbid it.
  const hidden = [...genuine.hidden, '/usr/sbin/policy-rc.d'];
  return { ...genuine, layers: [layer, ...genuine.layers], hidden };
}

/** The tests of one kind of package, for a file of their own. */
export function testRunning(kind: PackageKind): void {
  describe(`the ${kind} on the node that holds the group`, () => {
    const { prepare, install, renew, installOther, remove } = KINDS[kind];
    const workplace = new Workplace();
    let genuine: Stack;
    let pair: Pair;
    let cluster: Cluster;

    before(async () => {
      genuine = stack('genuine');
      pair = await openPair(withPackages(workplace, kind, genuine));
      cluster = await Cluster.open(pair, { ...tutorialFiles(TIMERS), ...recordingScripts() });
      await Promise.all(DIRECTORS.map((node) => typed(prepare, node)));
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

    /** By an administrator who answers each question with the default. */
    async function typed(command: string, node: string = HOME): Promise<void> {
      const words = ['sh', '-c', `cd ${FOLDER} && yes '' | ${command}`];
      const { code, stdout, stderr } = await pair.site.run(node, words);
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
      await typed(install);
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

    test('to a newer version: another life with the same group, and nobody notices', async () => {
      const since = cluster.feed.mark;
      await typed(renew);
      await cluster.logged(HOME, STARTED, since, START_LIMIT_MS);
      await cluster.settled(START_LIMIT_MS);
      await heldBy(cluster, [HOME], 'renewal');
      for (const node of DIRECTORS) assert.deepEqual(cluster.calls(node, since), [], node);
      assert.equal(heldByNobody(cluster.feed.since(since), [HOME]), 0);
    });

    test('over the genuine one of the standby: nobody notices', async () => {
      const since = cluster.feed.mark;
      await typed(installOther, OTHER);
      await cluster.logged(OTHER, STARTED, since, START_LIMIT_MS);
      await cluster.settled(START_LIMIT_MS);
      await heldBy(cluster, [HOME], 'upgrade of the standby');
      assert.equal(heldByNobody(cluster.feed.since(since), [HOME]), 0);
    });

    test('removed: the other node takes the group, and the configuration stays', async () => {
      const since = cluster.feed.mark;
      const files = await digests();
      await typed(remove);
      await cluster.called(OTHER, 'ldirectord start', since, START_LIMIT_MS);
      await cluster.holding(OTHER, true, START_LIMIT_MS);
      const nobody = heldByNobody(cluster.feed.since(since), [HOME, OTHER]);
      assert.ok(nobody <= OUTAGE_MAX_MS, `nobody for ${nobody} ms`);
      assert.equal(cluster.doublyHeldMs(since), 0);
      assert.equal(await digests(), files);
      const left = await pair.site.run(HOME, ['ls', '/usr/lib/ts-heartbeat']);
      assert.notEqual(left.code, 0);
    });
  });
}
