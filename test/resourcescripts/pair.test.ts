/** A line of haresources with the scripts of the old package, on a pair of whole nodes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MULTICAST, storyFiles } from '../cluster/storyfiles.js';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';

const [HOME, OTHER] = DIRECTORS;
const LIMIT_MS = 60_000;
const TIMERS = { keepalive: '500ms', deadtime: '4', warntime: '2', initdead: '8' };

const WORDS = [
  'Delay::0',
  'portblock::tcp::80::block',
  'IPaddr::192.168.136.10/24/eth0',
  'IPaddr2::192.168.136.20/24/eth0',
  'SendArp::192.168.136.10/eth0',
  'IPsrcaddr::192.168.136.10',
  'IPv6addr::2001:db8:136:0:0:0:0:10/64/eth0',
  'Filesystem::none::/srv/data::tmpfs',
  'LVSSyncDaemonSwap::master',
  'MailTo::root@example.org::web',
  'AudibleAlarm::nobody',
  'portblock::tcp::80::unblock',
];
const STARTS = WORDS.map((word) => `${word.replace(/::.*/, '')} start`);
const STOPS = STARTS.map((call) => call.replace('start', 'stop')).reverse();

/** Keeps the last rule. */
const IPTABLES = `#!/bin/sh
[ "$1" != -w ] || shift
verb=$1
shift
case $verb in
-I) echo "$*" >/run/rule ;;
-D) rm /run/rule ;;
-C) [ -e /run/rule ] ;;
esac
`;

/** Keeps the role of the kernel. */
const IPVSADM = `#!/bin/sh
case $1 in
-L) [ ! -e /run/role ] || cat /run/role ;;
--start-daemon) echo "$2 sync daemon (mcast=$4, syncid=0)" >/run/role ;;
--stop-daemon) rm -f /run/role ;;
esac
`;

/** Keeps the subjects. */
const MAIL = `#!/bin/sh
cat >/dev/null
echo "$3: $2" | sed 's/ at .* \\(on\\|from\\) / \\1 /' >>/run/mails
`;

function files(): ClusterFiles {
  const program = (text: string) => ({ text, mode: 0o755 });
  return {
    ...storyFiles({ media: [MULTICAST], timers: TIMERS, autoFailback: 'on' }),
    '/etc/ha.d/haresources': { text: `${HOME} ${WORDS.join(' ')}\n`, mode: 0o644 },
    '/usr/sbin/iptables': program(IPTABLES),
    '/usr/sbin/ipvsadm': program(IPVSADM),
    '/usr/bin/mail': program(MAIL),
  };
}

let programs: Stack;
let pair: Pair;

before(async () => {
  programs = stack('ours');
  pair = await openPair(programs);
});

after(async () => {
  await pair.close();
  programs.dispose();
});

/** What runs on a node, by looking at the machine and not by asking the scripts. */
async function runs(node: Director): Promise<readonly string[]> {
  const look = `
    ip -o addr show dev eth0 scope global | sed 's/.* inet6* \\([^ ]*\\) .*/\\1/'
    ip route show default | sed 's/.* src /source /;/^default/d;s/ *$//'
    grep -o '/srv/data tmpfs' /proc/mounts
    cat /run/role /run/rule 2>/dev/null
    ps ax -o args= | grep -q '[A]udibleAlarm nobody start' && echo beeps
    exit 0`;
  const { code, stdout, stderr } = await pair.site.run(node, ['sh', '-c', look]);
  assert.equal(code, 0, stderr);
  const own = /[.:]1[12]\//;
  return stdout.split('\n').filter((line) => line !== '' && !own.test(line));
}

const RUNNING = [
  '192.168.136.10/24',
  '192.168.136.20/24',
  '2001:db8:136::10/64',
  'source 192.168.136.10',
  '/srv/data tmpfs',
  'master sync daemon (mcast=eth0, syncid=0)',
  'beeps',
];
/** The kernel goes on as backup of the synchronisation. */
const LEFT = ['backup sync daemon (mcast=eth0, syncid=0)'];

function calls(cluster: Cluster, node: Director, since: number): readonly string[] {
  return cluster.calls(node, since).map(({ script, verb }) => `${script} ${verb}`);
}

/** The node has started everything in order, and it runs. */
async function started(cluster: Cluster, node: Director, since: number): Promise<void> {
  await cluster.logged(node, /portblock tcp 80 unblock start/, since, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  assert.deepEqual(calls(cluster, node, since), STARTS, node);
  assert.deepEqual(await runs(node), RUNNING, node);
}

test('a group of eleven scripts moves to the other node and back, in order', async () => {
  const cluster = await Cluster.open(pair, files());
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await started(cluster, HOME, 0);
  assert.deepEqual(await runs(OTHER), []);

  const stopped = cluster.feed.mark;
  await cluster.stop(HOME);
  assert.deepEqual(calls(cluster, HOME, stopped), STOPS);
  assert.deepEqual(await runs(HOME), LEFT);
  await started(cluster, OTHER, stopped);

  const back = cluster.feed.mark;
  await cluster.start(HOME);
  await started(cluster, HOME, back);
  assert.deepEqual(calls(cluster, OTHER, back), STOPS);
  assert.deepEqual(await runs(OTHER), LEFT);

  const { stdout } = await pair.site.run(HOME, ['cat', '/run/mails']);
  const taken = `root@example.org: web Takeover in progress on ${HOME}`;
  const given = `root@example.org: web Migrating resource away from ${HOME}`;
  assert.deepEqual(stdout.trim().split('\n'), [taken, given, taken]);
  assert.deepEqual(cluster.lines(HOME, /ERROR|CRIT/, 0), []);
  await cluster.close();
});
