/**
 * A user's scripts in rc.d, under the genuine daemon and under ours: they run at the same points
 * and find the same variables.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { ADDRESSES, DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, type StackName, stack } from '../lab/stack.js';

/** A cold start with the genuine daemon takes ten seconds; a busy machine a multiple of it. */
const LIMIT_MS = 90_000;
const CALLS = '/var/log/rc-calls';

/** Notes its call and all variables; of a dead node it does what the stock script does. */
const NOTING = `#!/bin/sh
{
  echo "call $1 $HA_src $HA_st $#"
  env | grep '^HA_' | sort
  echo end
} >>${CALLS}
[ "$1 $HA_st" != "status dead" ] || /usr/share/heartbeat/mach_down "$HA_src"
`;

const SEND = `. /etc/ha.d/shellfuncs
printf 't=greeting\\nhello=two words\\n' | ha_clustermsg`;

function files(): ClusterFiles {
  const hosts = DIRECTORS.map((name) => `${ADDRESSES[name]?.[0]?.replace(/\/.*/, '')} ${name}\n`);
  const hacf = [
    'logfile /var/log/ha-log',
    'keepalive 500ms',
    'warntime 2',
    'deadtime 4',
    'initdead 10',
    'udpport 694',
    'mcast eth0 225.0.0.1 694 1 0',
    'auto_failback on',
    ...DIRECTORS.map((name) => `node ${name}`),
    '',
  ].join('\n');
  const script = { text: NOTING, mode: 0o755 };
  return {
    '/etc/hosts': { text: `127.0.0.1 localhost\n${hosts.join('')}`, mode: 0o644 },
    '/etc/ha.d/ha.cf': { text: hacf, mode: 0o644 },
    '/etc/ha.d/haresources': { text: `${DIRECTORS[0]} noting\n`, mode: 0o644 },
    '/etc/ha.d/authkeys': { text: 'auth 1\n1 crc\n', mode: 0o600 },
    '/etc/ha.d/rc.d/status': script,
    '/etc/ha.d/rc.d/greeting': script,
    '/etc/ha.d/rc.d/plain': { text: NOTING, mode: 0o644 },
    '/etc/ha.d/resource.d/noting': {
      text: '#!/bin/sh\n[ "$1" = status ] && echo stopped\nexit 0\n',
      mode: 0o755,
    },
  };
}

interface RcCall {
  /** `call TYPE SOURCE STATUS ARGUMENTS`. */
  readonly what: string;
  readonly variables: Readonly<Record<string, string>>;
}

function callsIn(text: string): readonly RcCall[] {
  return text
    .split(/^end$/m)
    .map((part) => part.trim().split('\n'))
    .filter(([what = '']) => what.startsWith('call '))
    .map(([what = '', ...lines]) => ({
      what,
      variables: Object.fromEntries(
        lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]),
      ),
    }));
}

const open: { pair: Pair; cluster: Cluster; programs: Stack }[] = [];
const seen = new Map<StackName, readonly RcCall[]>();

/** The story: both start, a message of a type of the user's own, the power of one node is cut. */
async function tell(name: StackName): Promise<void> {
  const [first, second] = DIRECTORS;
  const programs = stack(name);
  const pair = await openPair(programs);
  const cluster = await Cluster.open(pair, files());
  open.push({ pair, cluster, programs });
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.called(first, 'noting start', 0, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  const noted = async (call: string): Promise<void> => {
    await until(async () => (await read(pair, second)).some(({ what }) => what === call), call);
  };
  const { code, stderr } = await pair.site.run(first, ['sh', '-c', SEND]);
  assert.equal(code, 0, stderr);
  await noted(`call greeting ${first}  1`);
  await cluster.powerOff(first);
  await noted(`call status ${first} dead 1`);
  await cluster.called(second, 'noting start', 0, LIMIT_MS);
  seen.set(name, await read(pair, second));
}

async function read(pair: Pair, node: string): Promise<readonly RcCall[]> {
  return callsIn((await pair.site.run(node, ['cat', CALLS])).stdout);
}

async function until(fits: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await fits())) {
    if (performance.now() > end) throw new Error(`not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

before(() => Promise.all([tell('genuine'), tell('ours')]));

after(async () => {
  for (const { pair, cluster, programs } of open) {
    await cluster.close();
    await pair.close();
    programs.dispose();
  }
});

function call(name: StackName, what: string): RcCall {
  const found = seen.get(name)?.find((one) => one.what === what);
  assert.ok(found, `${what} of ${name}`);
  return found;
}

test('the scripts are run for the same messages, in the same order', () => {
  const [first] = DIRECTORS;
  for (const name of ['genuine', 'ours'] as const) {
    const calls = (seen.get(name) ?? []).map(({ what }) => what);
    // `up` can pass by unseen where the other node is quick.
    assert.deepEqual(
      calls.filter((what) => !/ up 1$/.test(what)),
      [`call status ${first} active 1`, `call greeting ${first}  1`, `call status ${first} dead 1`],
      name,
    );
  }
});

/** Numbers of this run, and where the programs are. */
const PARTICULAR = ['HA_BIN', 'HA_auth', 'HA_hg', 'HA_ld', 'HA_seq', 'HA_ts'];
/** What the genuine scripts set for themselves, ours find set. */
const FURTHER = ['HA_CF', 'HA_CONFDIR', 'HA_NOARCHBIN', 'HA_RSCTMP', 'HA_VARLIB'];

for (const what of [`call greeting ${DIRECTORS[0]}  1`, `call status ${DIRECTORS[0]} dead 1`]) {
  test(`${what}: the variables are the same`, () => {
    const genuine = call('genuine', what).variables;
    const ours = call('ours', what).variables;
    const further = Object.keys(ours).filter((name) => genuine[name] === undefined);
    assert.deepEqual(further, FURTHER);
    for (const [name, value] of Object.entries(genuine)) {
      assert.notEqual(ours[name], undefined, `${name} is missing`);
      if (PARTICULAR.includes(name)) continue;
      assert.equal(tidy(ours[name] ?? ''), tidy(value), name);
    }
  });
}

/** Paths without the doubled and last slashes that the genuine daemon has in some. */
function tidy(value: string): string {
  return value.startsWith('/') ? value.replace(/\/+/g, '/').replace(/\/$/, '') : value;
}
