/**
 * What a respawned client, a resource script and a user's script in rc.d find in their environment:
 * the same variables under the genuine daemon and under ours, every directive among them. And how
 * the kernel schedules both daemons.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import { type Kinds, Programs } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';

const [HOME] = DIRECTORS;
const LIMIT_MS = 60_000;
const LOOK_MS = 100;
/** A message that a genuine node has not passed to its script by then is sent again. */
const PATIENCE_MS = 5000;
const TELL = '/usr/local/sbin/tell';
const FIFO = '/var/lib/heartbeat/fifo';

/** One of each directive that the scripts can see, with a value that is not the usual one. */
const DIRECTIVES = [
  'debugfile /var/log/ha-debug',
  'logfacility local3',
  'hopfudge 2',
  'deadping 7',
  'hbgenmethod time',
  'realtime yes',
  'rtprio 2',
  'debug 1',
  'msgfmt netstring',
  'use_logd no',
  'conn_logd_time 30',
  'log_badpack no',
  'syslogmsgfmt yes',
  'coredumps no',
  'coreroot /var/lib/heartbeat/cores',
  'crm no',
  'uuidfrom file',
  'compression bz2',
  'compression_threshold 3',
  'traditional_compression off',
  'max_rexmit_delay 200',
  'record_config_changes off',
  'record_pengine_inputs off',
  'enable_config_writes off',
  'memreserve 1000',
  'cluster ours',
  'env COLOUR=blue',
  'apiauth mine uid=root',
  `respawn root ${TELL} client start`,
];

/** Writes down what it finds around it, once it is called with the last word `start`. */
const SCRIPT = `#!/bin/sh
for last; do :; done
case $last in
start)
  { env; echo "working directory $(pwd)"; echo "limit of core dumps $(ulimit -c)"; } \\
    >/var/log/env-$1.new && mv /var/log/env-$1.new /var/log/env-$1; exit 100 ;;
status) echo stopped ;;
esac
exit 0
`;
const RESOURCE = SCRIPT.replaceAll('$1', 'resource').replace('exit 100', 'exit 0');
const MESSAGE = SCRIPT.replaceAll('$1', 'message').replace('case $last', 'case start');

function files(): ClusterFiles {
  const made = storyFiles({
    media: [MULTICAST, ...DIRECTIVES],
    timers: { keepalive: '500ms', deadtime: '4', warntime: '2', initdead: '8' },
    autoFailback: 'on',
    moreGroups: [`${HOME} tell`],
  });
  return {
    ...made,
    [TELL]: { text: SCRIPT, mode: 0o755 },
    '/etc/ha.d/resource.d/tell': { text: RESOURCE, mode: 0o755 },
    '/etc/ha.d/rc.d/greeting': { text: MESSAGE, mode: 0o755 },
  };
}

/** Who has the home node: the genuine daemon, then ours. */
const KINDS: readonly Kinds[] = [
  ['C', 'TS'],
  ['TS', 'C'],
];

let programs: Programs;
let told: readonly Told[] = [];

before(async () => {
  programs = new Programs();
  told = await Promise.all(KINDS.map(play));
});

after(() => programs.close());

/** Of each run, of the machine, or where each program has its own: HA_BIN. */
const PASSING = /^(HA_(BIN|seq|ts|hg|ld|auth|ttl)|PWD|OLDPWD|SHLVL|PATH|_|HOME|TERM|LANG|LC_\w+)=/;

const MESSAGE_FIELDS = /^HA_(t|src|dest|ipaddr|ok|weown|st|info|dt|protocol)=|^working directory /;

/** What was written down, without what differs from run to run; undefined: nothing was in time. */
async function found(
  pair: Pair,
  who: string,
  limitMs: number,
): Promise<readonly string[] | undefined> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const { code, stdout } = await pair.site.run(HOME, ['cat', `/var/log/env-${who}`]);
    if (code === 0) {
      const lines = stdout.split('\n').filter((line) => line !== '' && !PASSING.test(line));
      // The genuine paths have a slash too many in places.
      return lines
        .map((line) => line.replace('/etc/ha.d//', '/etc/ha.d/').replace(/\/$/, ''))
        .sort();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return undefined;
}

async function environment(pair: Pair, who: string): Promise<readonly string[]> {
  const lines = await found(pair, who, LIMIT_MS);
  assert.ok(lines !== undefined, `${who} was not called`);
  return lines;
}

/** Has a script of the user's called for a message. */
async function messageEnvironment(pair: Pair): Promise<readonly string[]> {
  const greeting = `printf '>>>\\nt=greeting\\ntext=hello\\n<<<\\n' >${FIFO}`;
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const sent = await pair.site.run(HOME, ['sh', '-c', greeting]);
    assert.equal(sent.code, 0, sent.stderr);
    const lines = await found(pair, 'message', PATIENCE_MS);
    if (lines !== undefined) return lines;
    assert.ok(performance.now() < deadline, 'no script was called for a message');
  }
}

/** Policy and priority that the kernel gives the daemon; ours resets them for its children. */
async function scheduling(pair: Pair): Promise<readonly string[]> {
  const script = 'chrt -p $(cat /var/run/heartbeat.pid)';
  const { code, stdout, stderr } = await pair.site.run(HOME, ['sh', '-c', script]);
  assert.equal(code, 0, stderr);
  const lines = stdout.replace('|SCHED_RESET_ON_FORK', '').trimEnd().split('\n');
  return lines.map((line) => line.replace(/^pid \d+'s current /, ''));
}

type Told = Readonly<Record<string, readonly string[]>>;

async function play(kinds: Kinds): Promise<Told> {
  const pair = await programs.open(kinds);
  const cluster = await Cluster.open(pair, files());
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  const seen: Record<string, readonly string[]> = {};
  for (const who of ['client', 'resource']) seen[who] = await environment(pair, who);
  await cluster.settled(LIMIT_MS);
  seen.message = await messageEnvironment(pair);
  seen.scheduling = await scheduling(pair);
  await cluster.close();
  return seen;
}

test('clients and scripts see every directive as HA_<name>, as the genuine ones do', () => {
  const [genuine, ours] = told;
  for (const who of ['client', 'resource', 'message']) {
    const [expected = [], actual = []] = [genuine?.[who], ours?.[who]];
    // A resource may be started because of a message or without one, whoever was there first.
    // Where it finds itself is not promised to it either.
    const passing = who === 'resource' ? MESSAGE_FIELDS : /^$/;
    const lacking = expected.filter((line) => !actual.includes(line) && !passing.test(line));
    const more = actual.filter((line) => !expected.includes(line));
    console.log([`${who}: ${expected.length} as genuine, and`, ...more].join('\n  '));
    assert.deepEqual(lacking, [], who);
    for (const line of DIRECTIVES) {
      const [name = '', value = ''] = line.split(' ');
      if (['apiauth', 'respawn'].includes(name)) continue;
      const [variable, text] = name === 'env' ? value.split('=') : [name, value];
      const seen = `HA_${variable === 'crm' ? 'pacemaker' : variable}=${text}`;
      assert.ok(actual.includes(seen), `${who}: ${seen}`);
    }
  }
  assert.ok(ours?.message?.includes('HA_text=hello'));
});

test('realtime and rtprio: policy and priority of the daemon are those of the genuine one', () => {
  const [genuine, ours] = told;
  assert.deepEqual(ours?.scheduling, genuine?.scheduling);
  const expected = ['scheduling policy: SCHED_RR', 'scheduling priority: 2'];
  assert.deepEqual(ours?.scheduling, expected);
});
