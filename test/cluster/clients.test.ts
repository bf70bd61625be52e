/**
 * Clients of every kind: the same conversations with the genuine daemon and with ours, clients made
 * with the genuine library on both nodes of a mixed pair, the scripts and the FIFO, and clients
 * that mean no good.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { hostProgram } from '../lab/place.js';
import { LibraryClient } from './actor.js';
import { heldBy } from './holders.js';
import type { Kinds } from './kinds.js';
import { MULTICAST, storyFiles } from './storyfiles.js';
import { Hosts, settleVisitors, visitor } from './visitors.js';

const [HOME, OTHER] = DIRECTORS;
const LIMIT_MS = 60_000;
const FIFO = '/var/lib/heartbeat/fifo';

const FILES = storyFiles({
  media: [
    MULTICAST,
    'ping 192.168.136.1',
    'apiauth mine uid=root',
    'apiauth listed uid=hacluster gid=haclient',
    'apiauth ping uid=root',
  ],
  timers: { keepalive: '250ms', deadtime: '6', warntime: '2', initdead: '8' },
  autoFailback: 'off',
});

interface Bench {
  readonly pair: Pair;
  readonly cluster: Cluster;
}

let hosts: Hosts;
let genuine: Bench;
let mixed: Bench;

async function start(kinds: Kinds): Promise<Bench> {
  const pair = await openPair(hosts.pair(kinds));
  const cluster = await Cluster.open(pair, FILES);
  await settleVisitors(cluster);
  const since = cluster.feed.mark;
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.called(HOME, 'ldirectord start', since, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  return { pair, cluster };
}

before(async () => {
  hosts = new Hosts();
  [genuine, mixed] = await Promise.all([start(['C', 'C']), start(['TS', 'C'])]);
});

after(async () => {
  for (const { cluster, pair } of [genuine, mixed]) {
    await cluster.close();
    await pair.close();
  }
  hosts.dispose();
});

/** What a program prints on the home node, line by line. */
async function output({ pair }: Bench, argv: readonly string[]): Promise<readonly string[]> {
  const outcome = await pair.site.run(HOME, argv, { timeoutMs: LIMIT_MS });
  assert.equal(outcome.stderr, '');
  return outcome.stdout.trimEnd().split('\n');
}

const ROOT: readonly string[] = [];
const HACLUSTER = ['setpriv', '--reuid=hacluster', '--regid=haclient', '--clear-groups'];

for (const [table, who, name] of [
  ['signons', ROOT, 'root'],
  ['signons', HACLUSTER, 'hacluster'],
  ['requests', ROOT, 'root'],
  ['frames', ROOT, 'root'],
] as const) {
  test(`${table} of ${name} are answered as by the genuine daemon`, async () => {
    const argv = [...who, process.execPath, hostProgram('cluster', 'rawclient.js'), table];
    const [expected, actual] = await Promise.all([output(genuine, argv), output(mixed, argv)]);
    assert.ok(expected.some((line) => line.includes('result=OK')));
    assert.deepEqual(actual, expected);
  });
}

/** How a client tells of a message with a text. */
const greeting = (text: string): string => `"text":"${text}"`;

type Order = readonly (string | number | null)[];

/** Everything a client of the library can ask without a name. */
const CASUAL: readonly Order[] = [
  ['signon', null],
  ...['about', 'walk'].map((order) => [order]),
  ...['keepalive', 'deadtime', 'nosuch', 'hbversion'].map((name) => ['parameter', name]),
  ...[HOME, OTHER].map((node) => ['client', node, 'nosuch']),
  // Nobody answers for these: the library waits for as long as it is told to.
  ...['192.168.136.1', 'nosuch'].map((node) => ['client', node, 'nosuch', 300]),
  ...[HOME, OTHER, 'nosuch'].map((node) => ['uuid', node]),
  ['toAll', 'from nobody'],
  ['error'],
  ['signoff'],
];

/** And with a name. */
const NAMED: readonly Order[] = [
  ['signon', 'mine'],
  ['watch'],
  ['filter', 0],
  ['signal', 0],
  ['queue', 100],
  ['client', HOME, 'mine'],
  ['toAll', 'hello'],
  ['toNode', HOME, 'to myself'],
  ['receive', greeting('hello'), greeting('to myself')],
  ['signoff'],
  ['signon', 'unlisted'],
  ['error'],
];

test('the genuine library finds the same in our daemon', async () => {
  const transcript = async ({ pair }: Bench): Promise<readonly string[]> => {
    const lines: string[] = [];
    for (const orders of [CASUAL, NAMED]) {
      const client = await LibraryClient.start(pair.site, HOME);
      for (const order of orders) {
        const answer = await client.order(...order);
        lines.push(`${order.join(' ')}: ${JSON.stringify(answer)}`);
      }
      await client.kill();
    }
    return lines;
  };
  const [expected, actual] = await Promise.all([transcript(genuine), transcript(mixed)]);
  assert.deepEqual(actual, expected);
  assert.ok(actual.some((line) => line.includes('hello')));
});

interface Heard {
  readonly messages: readonly unknown[];
  readonly noticed: readonly string[];
}

/** Messages of two nodes may overtake each other. */
function sorted(heard: unknown): Heard {
  const { messages, noticed } = heard as Heard;
  return { messages, noticed: [...noticed].sort() };
}

/** What two clients of one name on the two nodes hear of each other. */
async function encounter({ pair }: Bench): Promise<Readonly<Record<string, unknown>>> {
  const one = await LibraryClient.start(pair.site, HOME);
  const two = await LibraryClient.start(pair.site, OTHER);
  const twin = await LibraryClient.start(pair.site, HOME);
  const told: Record<string, unknown> = {};
  await one.order('signon', 'mine');
  await one.order('watch');
  await two.order('signon', 'mine');
  await two.order('watch');
  told['the name is taken'] = await twin.order('signon', 'mine');
  told['and said so'] = await twin.order('error');
  told['seen from the other node'] = await two.order('client', HOME, 'mine');
  await one.order('toNode', OTHER, 'there');
  await one.order('toAll', 'everywhere');
  await two.order('toNode', HOME, 'back');
  told['heard by the second'] = sorted(
    await two.order('receive', greeting('there'), greeting('everywhere')),
  );
  told['heard by the first'] = sorted(
    await one.order('receive', greeting('back'), greeting('everywhere'), `${OTHER} mine join`),
  );
  await two.kill();
  told['after a death'] = await one.order('receive', `${OTHER} mine leave`);
  told['the name is free again'] = await one.order('client', OTHER, 'mine');
  await Promise.all([one.kill(), twin.kill()]);
  return told;
}

test('clients of one name on both nodes hear of each other', async () => {
  const [expected, actual] = await Promise.all([encounter(genuine), encounter(mixed)]);
  assert.deepEqual(actual, expected);
  assert.match(JSON.stringify(actual['heard by the second']), /everywhere.*there/);
  assert.match(JSON.stringify(actual['heard by the first']), /back.*everywhere/);
  assert.match(JSON.stringify(actual['after a death']), new RegExp(`${OTHER} mine leave`));
});

/** What the other node hears of a client whose process dies while its connection lives on. */
async function missed({ pair, cluster }: Bench): Promise<readonly string[]> {
  const since = cluster.feed.mark;
  const raw = (table: string): readonly string[] => [
    process.execPath,
    hostProgram('cluster', 'rawclient.js'),
    table,
  ];
  const told: string[] = [];
  let watching = (): void => {};
  const ready = new Promise<void>((resolve) => {
    watching = resolve;
  });
  const vigil = await pair.site.start(OTHER, raw('vigil'), ({ text }) => {
    if (text === 'watching') watching();
    else told.push(text);
  });
  await ready;
  const { code, stderr } = await pair.site.run(HOME, raw('orphan'), { timeoutMs: LIMIT_MS });
  assert.equal(code, 0, stderr);
  await vigil.ended;
  await cluster.logged(HOME, /api_audit_clients: client \d+ died/, since, LIMIT_MS);
  return told;
}

test('a client is missed when its process dies, although its connection lives on', async () => {
  const [expected, actual] = await Promise.all([missed(genuine), missed(mixed)]);
  assert.deepEqual(actual, expected);
  assert.match(actual.at(-1) ?? '', /^mine of loadbalancer: leave /);
  console.log(actual.join('\n'));
});

test('the genuine api_test is content', async () => {
  const lines: string[] = [];
  let heard = (): void => {};
  const replied = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const task = await mixed.pair.site.start(HOME, [visitor('C', 'api_test')], ({ text }) => {
    lines.push(text.replace(/^.*\]: /, ''));
    if (text.includes('of type [pingreply] from')) heard();
  });
  const gone = task.ended.then(() => Promise.reject(new Error('api_test has ended')));
  gone.catch(() => {});
  await Promise.race([replied, gone, pause(LIMIT_MS, undefined, { ref: false })]);
  await task.stop();
  const said = lines.join('\n');
  // The genuine daemon knows no normalpoll either.
  const errors = lines.filter((line) => line.startsWith('ERROR') && !line.includes('normalpoll'));
  assert.deepEqual(errors, [], said);
  assert.match(said, /Parameter keepalive is \[250ms\]/);
  assert.match(said, /Cluster node: backup: status: active/);
  assert.match(said, /Got message \d+ of type \[pingreply\] from \[loadbalancer\]/);
});

/** Several writers at once, and what no writer should write. */
const WRITERS = 20;
const SCRIBBLE = [
  ...['printf "garbage\\n\\377\\376\\n" >FIFO', 'printf ">>>\\nno field\\n<<<\\n" >FIFO'],
  ...['printf ">>>\\nt=gree" >FIFO', 'printf ">>>\\n<<<\\n" >FIFO'],
  `for n in $(seq ${WRITERS}); do
    printf ">>>\\nt=greeting\\nto_id=mine\\ntext=$n\\n<<<\\n" >FIFO &
  done; wait`,
];

test('the FIFO takes whole messages of several writers, and no others', async () => {
  const client = await LibraryClient.start(mixed.pair.site, OTHER);
  await client.order('signon', 'mine');
  await client.order('watch');
  for (const line of SCRIBBLE) {
    const argv = ['sh', '-c', line.replaceAll('FIFO', FIFO)];
    assert.equal((await mixed.pair.site.run(HOME, argv)).code, 0, line);
  }
  const written = Array.from({ length: WRITERS }, (_, n) => n + 1);
  const awaited = written.map((n) => greeting(`${n}`));
  const { noticed } = (await client.order('receive', ...awaited)) as Heard;
  await client.kill();
  const texts = noticed.flatMap((line) => /"text":"(\d+)"/.exec(line)?.slice(1) ?? []);
  assert.deepEqual(
    texts.map(Number).sort((a, b) => a - b),
    written,
  );
});

test('the scripts of either kind work with either daemon', async () => {
  const { cluster, pair } = mixed;
  const run = async (node: string, ...argv: readonly string[]): Promise<void> => {
    const outcome = await pair.site.run(node, argv);
    assert.equal(outcome.code, 0, `${argv.join(' ')} on ${node}: ${outcome.stderr}`);
  };
  const moved = async (holder: string): Promise<void> => {
    await cluster.holding(holder, true, LIMIT_MS);
    await cluster.settled(LIMIT_MS);
    await heldBy(cluster, [holder], `moved to ${holder}`);
  };
  await run(HOME, visitor('C', 'hb_standby'), 'all');
  await moved(OTHER);
  await run(OTHER, visitor('TS', 'hb_standby'), 'foreign');
  await moved(HOME);
  await run(OTHER, visitor('TS', 'hb_takeover'), 'all');
  await moved(OTHER);
  await run(HOME, visitor('C', 'hb_takeover'), 'all');
  await moved(HOME);
});

test('clients that mean no good harm nobody', async () => {
  const { cluster, pair } = mixed;
  const since = cluster.feed.mark;
  const hostile = (what: string): readonly string[] => [
    process.execPath,
    hostProgram('cluster', 'hostile.js'),
    what,
  ];
  const lazy = await pair.site.start(HOME, hostile('lazy'), () => {});
  const outcomes = await Promise.all(
    ['magic', 'giant', 'slow', 'crowd', 'flood'].map(async (what) => {
      const [line] = await output(mixed, hostile(what));
      return `${what}: ${line?.replace(/ after \d+$/, '')}`;
    }),
  );
  assert.deepEqual(outcomes, [
    'magic: closed',
    'giant: closed',
    'slow: closed',
    'crowd: done',
    'flood: closed',
  ]);
  await cluster.logged(HOME, /Client \[mine\] does not read its messages/, since, LIMIT_MS);
  await lazy.stop();
  const status = [visitor('C', 'cl_status'), 'hbstatus'];
  assert.deepEqual(await output(mixed, status), ['Heartbeat is running on this machine.']);
  for (const node of DIRECTORS) assert.deepEqual(cluster.lines(node, /is dead/, since), []);
  // Not a line for each of thousands of connections.
  assert.ok(cluster.lines(HOME, /client/i, since).length < 60);
  console.log(
    cluster.lines(HOME, /held up|Late heartbeat/, since).join('\n') || 'nothing was late',
  );
});
