/** Each folder of docs/examples: the genuine programs take it, and it comes up by its README. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Programs } from '../cluster/kinds.js';
import { Cluster } from '../lab/cluster.js';
import { recordedTable } from '../lab/clusterfiles.js';
import { Feed } from '../lab/feed.js';
import { ADDRESSES, DIRECTORS, hostSpec, VIRTUAL_ADDRESS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Site } from '../lab/site.js';
import { standInTunnel } from '../lab/tunnel.js';
import { startWebServer, stopWebServer } from '../lab/webserver.js';
import { EXAMPLES, type Example } from './example.js';

const [HOME, OTHER] = DIRECTORS;
/** A start takes three seconds; a busy machine a multiple of it. */
const LIMIT_MS = 60_000;
/** Real servers beside the directors; each is on both networks. */
const SERVERS = ['real1', 'real2'];

/** Complaints, but those that every first start in the lab makes. */
const COMPLAINT = /ERROR|CRIT|WARN: (?!Logging daemon is disabled|Cannot set oom|No Previous gen)/;

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

async function shell(pair: Pair, host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await pair.site.run(host, ['sh', '-ec', script]);
  assert.equal(code, 0, `${host}: ${script}: ${stdout}${stderr}`);
  return stdout;
}

/** Addresses of a host, each with its device. */
async function has(pair: Pair, host: string): Promise<readonly string[]> {
  const said = await shell(pair, host, 'ip -o -4 addr show');
  return [...said.matchAll(/^\d+: (\S+) +inet ([\d.]+)/gm)].map(([, dev, ip]) => `${ip} ${dev}`);
}

describe('the genuine heartbeat and ldirectord take the files', () => {
  let pair: Pair;
  before(async () => {
    pair = await programs.open(['C', 'C'], { secondNetwork: true });
  });

  for (const { name, read } of EXAMPLES) {
    test(name, async () => {
      for (const file of ['ha.cf', 'haresources', 'authkeys']) {
        await pair.site.put(HOME, `/etc/ha.d/${file}`, read(file), 0o600);
      }
      const heartbeat = await pair.site.run(HOME, ['/usr/libexec/heartbeat/heartbeat']);
      assert.match(heartbeat.stderr, /Configuration validated\. Starting heartbeat 3\.0\.6/);
      assert.doesNotMatch(heartbeat.stderr, /ERROR/);
      if (read('ldirectord.cf') !== '') {
        await pair.site.put(HOME, '/etc/ha.d/ldirectord.cf', read('ldirectord.cf'));
        const ldirectord = await pair.site.run(HOME, ['ldirectord', 'status']);
        const said = ldirectord.stdout + ldirectord.stderr;
        assert.equal(said, 'ldirectord is stopped for /etc/ha.d/ldirectord.cf\n');
      }
      await pair.site.powerOff(HOME);
      await pair.site.powerOn(HOME);
    });
  }
});

/** The hosts of a layout; where they balance, with web servers. */
async function open(example: Example): Promise<Pair> {
  const pair = await programs.open(['TS', 'TS'], { secondNetwork: true });
  for (const name of example.servers.length > 0 ? SERVERS : []) {
    const spec = hostSpec(name, programs.of('TS'), []);
    const secondAddresses = (ADDRESSES[name] ?? []).map((ip) => ip.replace('.136.', '.137.'));
    await pair.site.addHost({ ...spec, secondAddresses });
  }
  for (const host of example.servers.length > 0 ? [...DIRECTORS, ...SERVERS] : []) {
    await startWebServer(pair.site, host);
    await standInTunnel(pair.site, host);
  }
  for (const name of example.onServers.length > 0 ? SERVERS : []) {
    await shell(pair, name, example.onServers.join('\n'));
  }
  return pair;
}

/** ldirectord and the recorded table: a real server that fails is taken out, and that one alone. */
async function balances({ site }: Pair, { servers }: Example): Promise<void> {
  const victim = servers.at(-1);
  const host = SERVERS.find((name) => victim?.endsWith(name.replace('real', '.10')));
  if (victim === undefined || host === undefined) return;
  const feed = new Feed<string>((line) => line);
  const log = await site.follow(HOME, 'ldirectord.log', (line) => feed.add(line.text));
  await stopWebServer(site, host);
  const line = `Quiescent real server: ${victim}:80`;
  const limits = { since: 0, limitMs: LIMIT_MS };
  await feed.until((text) => text.includes(line), line, limits);
  await log.stop();
  const { stdout } = await site.run(HOME, ['ipvsadm', '-Sn']);
  const weights = [...stdout.matchAll(/-r (\S+):80 -\S -w (\d)/g)].map(([, ip, w]) => `${ip} ${w}`);
  const fair = servers.map((server) => `${server} ${server === victim ? 0 : 1}`);
  assert.deepEqual(weights.sort(), fair.sort());
}

/** The standby is a real server: it has the virtual address where nobody hears of it. */
async function swapsRoles(pair: Pair): Promise<void> {
  const silent = `${VIRTUAL_ADDRESS} tunl0`;
  for (const node of DIRECTORS) {
    assert.equal((await has(pair, node)).includes(silent), node !== HOME, node);
  }
}

/** As the README has it typed: what one node says arrives at the other. */
async function trySerialLine(site: Site): Promise<void> {
  const heard = new Feed<string>((line) => line);
  const cat = ['sh', '-c', 'cat </dev/ttyS0'];
  const task = await site.start(HOME, cat, ({ text }) => heard.add(text));
  await site.run(OTHER, ['sh', '-c', 'echo hello >/dev/ttyS0']);
  await heard.until((line) => line === 'hello', 'hello', { since: 0, limitMs: LIMIT_MS });
  await task.stop();
}

async function comesUp(example: Example): Promise<void> {
  const pair = await open(example);
  const table = recordedTable()['/usr/sbin/ipvsadm'];
  assert.ok(table !== undefined);
  const cluster = await Cluster.open(pair, { '/usr/sbin/ipvsadm': table });
  if (example.read('README.md').includes('Try the cable')) await trySerialLine(pair.site);
  for (const node of DIRECTORS) await shell(pair, node, example.onNodes.join('\n'));
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  const homes = [...new Set(example.addresses.map(({ home }) => home))];
  for (const node of homes) {
    await cluster.logged(node, /Local Resource acquisition completed/, 0, LIMIT_MS);
  }
  const held = await cluster.settled(LIMIT_MS);
  for (const node of DIRECTORS) {
    if (homes.includes(node)) assert.equal(held[node], 'local', node);
    const addresses = await has(pair, node);
    for (const { home, address, device } of example.addresses) {
      assert.equal(addresses.includes(`${address} ${device}`), home === node, `${address} ${node}`);
    }
    assert.deepEqual(cluster.lines(node, COMPLAINT, 0), [], node);
  }
  if (/ lvs /.test(example.read('haresources'))) await swapsRoles(pair);
  await balances(pair, example);
  await Promise.all(DIRECTORS.map((node) => cluster.stop(node)));
  for (const node of DIRECTORS) {
    const addresses = await has(pair, node);
    const left = example.addresses.filter(({ address, device }) =>
      addresses.includes(`${address} ${device}`),
    );
    assert.deepEqual(left, [], node);
  }
  await cluster.close();
  await pair.close();
}

describe('comes up by its README, and stops', { concurrency: 2 }, () => {
  for (const example of EXAMPLES) test(example.name, () => comesUp(example));
});
