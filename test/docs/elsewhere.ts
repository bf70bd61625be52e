/** Commands of the documents that another suite runs, and words that nobody is asked to type. */

export interface Elsewhere {
  readonly command: string;
  /** Where it is run. */
  readonly file: string;
  /** What stands there. */
  readonly shows: string;
}

const STACK = 'test/lab/stack.ts';
const STAGES = "'rpm', 'stage.mjs'), made]";
const RPM = 'test/packaging/rpm.test.ts';
const INSTALL = 'test/installed/install.test.ts';
const DEB = 'test/packaging/deb.test.ts';
const NPM = 'test/packaging/npm.test.ts';
const BUILT = 'test/packaging/built.ts';
const BUILDS = '{kind}.mjs`),';

function row(command: string, file: string, shows: string): Elsewhere {
  return { command, file, shows };
}

export const ELSEWHERE: readonly Elsewhere[] = [
  row('npm run format', 'package.json', '"format": "biome check --write ."'),
  row('npm run stage -- DIR', STACK, STAGES),
  row('npm run stage -- /tmp/stage', STACK, STAGES),
  row('npm run rpm:prepare', 'package.json', 'node rpm/prepare.mjs && node test/run.mjs packaging'),
  row('npm run rpm', BUILT, BUILDS),
  row('npm run deb', BUILT, BUILDS),
  row('npm run tarball', BUILT, BUILDS),
  row('rpm -ivh ts-heartbeat-0.1.0-1.x86_64.rpm', INSTALL, "'rpm -ivh ts-heartbeat-0.1.0-1"),
  row('rpm -Uvh ts-heartbeat-0.1.0-1.x86_64.rpm', 'docs/migrate.md', 'backup# rpm -Uvh ts-heart'),
  row('rpm -Uvh ts-heartbeat-NEWER.x86_64.rpm', RPM, "rpm(root, '-U', '--replacepkgs', ours)"),
  row('rpm -e ts-heartbeat', INSTALL, "'rpm -e ts-heartbeat'"),
  row('apt install ./ts-heartbeat_0.1.0_amd64.deb', DEB, "dpkg('-i', ours)"),
  row('dpkg -i', DEB, "dpkg('-i', ours)"),
  row('npm install -g ts-heartbeat-linux-x64-0.1.0.tgz', NPM, "'npm', 'install', '--global'"),
  row('npm install -g --offline', NPM, "'npm', 'install', '--global'"),
  row('npm install -g oracledb', 'test/services/servers/scripted.ts', 'node_modules/oracledb'),
  row('rpm -V', 'test/installed/migration.ts', 'rpm -V heartbeat resource-agents'),
  row('cat </dev/ttyS0', 'test/demo/play.ts', "['cat', '/dev/ttyS0']"),
  row('echo hello >/dev/ttyS0', 'test/demo/play.ts', "'echo hello > /dev/ttyS0'"),
  row(
    'ts-resource-runner --stop-policy stay --deadline 300',
    'packages/ts-resource-runner/src/testing/sandbox.ts',
    "'--stop-policy', 'stay'",
  ),
];

/** What programs run themselves, signals, editors. */
export const SPOKEN_OF: readonly string[] = [
  '/usr/sbin/sendmail -t',
  '/usr/sbin/stonith -t TYPE -F FILE -T reset NODE',
  'chkconfig --list heartbeat',
  'chmod 755',
  'dnf install nodejs',
  'ipvsadm -R',
  'ipvsadm -S -n',
  'kill -9',
  'kill -USR1',
  'make install',
  'systemctl start',
  'vi /etc/ha.d/...',
];

export interface OwnSuite {
  readonly documents: RegExp;
  /** The test, which names their folder. */
  readonly file: string;
  /** `blocks`: sentences and tables are still looked up here. */
  readonly covers: 'blocks' | 'everything';
}

/** Documents that a suite takes apart itself. */
export const OWN_SUITE: readonly OwnSuite[] = [
  {
    documents: /^docs\/examples\/.+\/README\.md$/,
    file: 'test/examples/example.ts',
    covers: 'blocks',
  },
  {
    documents: /^docs\/operating\.md$/,
    file: 'test/cluster/operating.test.ts',
    covers: 'blocks',
  },
  {
    documents: /^docs\/migrate\.md$/,
    file: 'test/installed/migrate.test.ts',
    covers: 'blocks',
  },
  // Each row names the tests that show it.
  {
    documents: /^docs\/compatibility\//,
    file: 'test/house/compatibility.test.ts',
    covers: 'everything',
  },
];
