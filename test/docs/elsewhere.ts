/** Commands of the documents that another suite runs, and words that nobody is asked to type. */

export interface Elsewhere {
  readonly command: string;
  /** Where it is run. */
  readonly file: string;
  /** What is typed there for words in capitals; else it stands there as it is. */
  readonly typed: string;
}

const INSTALL = 'test/installed/install.test.ts';
const RUNNING = 'test/packaging/running.ts';
const CLONE = 'test/packaging/clone.test.ts';
const CONTENTS = 'test/packaging/contents.test.ts';
const DEB = 'test/packaging/deb.test.ts';
const NPM = 'test/packaging/npm.test.ts';
const EXAMPLES = 'test/examples/examples.test.ts';

function row(command: string, file: string, typed = command): Elsewhere {
  return { command, file, typed };
}

export const ELSEWHERE: readonly Elsewhere[] = [
  row('npm run format', CLONE),
  row('npm run stage -- DIR', CLONE, 'npm run stage -- /tmp/stage'),
  row('npm run stage -- /tmp/stage', CLONE),
  row('npm run rpm', CONTENTS),
  row('npm run deb', DEB),
  row('npm run tarball', NPM),
  row('rpm -ivh ts-heartbeat-0.1.0-1.x86_64.rpm', INSTALL),
  row('rpm -Uvh ts-heartbeat-0.1.0-1.x86_64.rpm', RUNNING),
  row('rpm -Uvh ts-heartbeat-NEWER.x86_64.rpm', RUNNING),
  row('rpm -e ts-heartbeat', INSTALL),
  row('apt install ./ts-heartbeat_0.1.0_amd64.deb', RUNNING),
  row('apt install ./ts-heartbeat_NEWER_amd64.deb', RUNNING),
  row('apt remove ts-heartbeat', RUNNING),
  row('dpkg -i', RUNNING),
  row('npm install -g ts-heartbeat-linux-x64-0.1.0.tgz', NPM),
  row('npm install -g oracledb', 'test/services/servers/oracleclient.ts'),
  row('rpm -V', 'test/installed/migration.ts'),
  row('ipvsadm -Lnc', 'test/vm/synchronisation.test.ts'),
  row('cat </dev/ttyS0', EXAMPLES),
  row('echo hello >/dev/ttyS0', EXAMPLES),
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
