/**
 * What docs/past-one-pair.md tells of connections that outlive a takeover, on the kernel's IPVS:
 * two directors, each a namespace with roles and a table of connections of its own, and a client
 * whose connection goes on over the move.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { programsOf } from '../docs/commands.js';
import { Feed } from '../lab/feed.js';
import { ADDRESSES, DIRECTORS, VIRTUAL_ADDRESS } from '../lab/lab.js';
import { REPOSITORY } from '../lab/place.js';
import { type Stack, stack } from '../lab/stack.js';
import { Machine } from '../lab/vm/qemu.js';

const [HOME, OTHER] = DIRECTORS;
const SERVER = 'real1';
const CLIENT = 'client';
const DOCUMENT = 'docs/past-one-pair.md';
const STARTSTOP = '/etc/ha.d/resource.d/startstop';
const SWAP = '/etc/ha.d/resource.d/LVSSyncDaemonSwap master eth1 7';
const ROLES = 'ipvsadm -L --daemon';

/** A master sends what it has gathered every two seconds; a busy machine is slower. */
const LIMIT_MS = 60_000;
const LOOK_MS = 500;
/** The server sends back what it is sent. */
const PORT = 7;

/** The two programs `startstop`: for roles that change with the group, and for both roles. */
const [swapping = '', both = ''] = programsOf(
  DOCUMENT,
  readFileSync(join(REPOSITORY, DOCUMENT), 'utf8'),
).map(({ text }) => text);

let programs: Stack;
let machine: Machine;

before(async () => {
  programs = stack('ours');
  machine = await Machine.boot('real');
  const hosts = [HOME, OTHER, SERVER, CLIENT].map((name) => {
    const addresses = ADDRESSES[name] ?? [];
    const { layers, hidden } = programs;
    if (name !== HOME && name !== OTHER) return machine.site.addHost({ name, addresses });
    const secondAddresses = addresses.map((address) => address.replace('.136.', '.137.'));
    return machine.site.addHost({ name, addresses, layers, hidden, secondAddresses });
  });
  await Promise.all(hosts);
  await sh(
    SERVER,
    `cd /proc/sys/net/ipv4/conf && echo 1 >all/arp_ignore && echo 2 >all/arp_announce
    ip addr add ${VIRTUAL_ADDRESS}/32 dev lo`,
  );
  const listen = `TCP-LISTEN:${PORT},fork,reuseaddr`;
  await machine.site.start(SERVER, ['socat', listen, 'PIPE'], () => {});
  for (const node of DIRECTORS) {
    const service = `${VIRTUAL_ADDRESS}:${PORT}`;
    await sh(
      node,
      `ipvsadm -A -t ${service} -s rr && ipvsadm -a -t ${service} -r 192.168.136.101:${PORT} -g`,
    );
  }
});

after(async () => {
  await machine?.end();
  programs?.dispose();
});

async function sh(host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await machine.site.run(host, ['sh', '-c', script]);
  assert.equal(code, 0, `${host}: ${script}: ${stdout}${stderr}`);
  return stdout;
}

/** Waits until a command on a host prints something like that. */
async function printing(host: string, command: string, wanted: RegExp): Promise<void> {
  for (const deadline = performance.now() + LIMIT_MS; ; ) {
    const printed = await sh(host, command);
    if (wanted.test(printed)) return;
    assert.ok(performance.now() < deadline, `${host}: ${command}: ${printed}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What the document says that its command prints, a line for each role. */
async function rolesAre(node: string, ...roles: readonly (readonly [string, number])[]) {
  const printed = await sh(node, ROLES);
  const lines = printed.trim().split('\n');
  const wanted = roles.map(([role, id]) => `${role} sync daemon (mcast=eth1, syncid=${id}`);
  assert.equal(lines.length, wanted.length, printed);
  for (const [i, line] of wanted.entries()) assert.ok(lines[i]?.startsWith(line), printed);
}

/** The virtual address moves, and the neighbours hear of it. */
async function serve(node: string): Promise<void> {
  const other = node === HOME ? OTHER : HOME;
  await sh(other, `ip addr del ${VIRTUAL_ADDRESS}/24 dev eth0 2>/dev/null || true`);
  await sh(
    node,
    `ip addr add ${VIRTUAL_ADDRESS}/24 dev eth0 && arping -q -c 1 -U -I eth0 ${VIRTUAL_ADDRESS}`,
  );
}

/** A connection of the client to the virtual address; sends a line and waits until it is back. */
async function connectFrom(port: number): Promise<(word: string) => Promise<void>> {
  const heard = new Feed<string>((line) => line);
  const to = `TCP:${VIRTUAL_ADDRESS}:${PORT},sourceport=${port}`;
  const argv = ['socat', '-', to];
  const task = await machine.site.start(CLIENT, argv, ({ text }) => heard.add(text));
  return async (word) => {
    task.write(`${word}\n`);
    const options = { since: 0, limitMs: LIMIT_MS };
    await heard.until((line) => line === word, `the echo of ${word}`, options);
  };
}

/** In the table of connections: that of the client's port. */
function entryOf(port: number): RegExp {
  return new RegExp(`^TCP .* ESTABLISHED +192\\.168\\.136\\.\\d+:${port} `, 'm');
}

test('the roles change with the group, and a connection goes on over the move', async () => {
  for (const node of DIRECTORS) {
    await machine.site.put(node, STARTSTOP, `${swapping}\n`, 0o755);
    await sh(node, `${STARTSTOP} pre-start`);
    await rolesAre(node, ['backup', 7]);
  }
  await sh(HOME, `${SWAP} start`);
  await serve(HOME);
  await rolesAre(HOME, ['master', 7]);
  const echoes = await connectFrom(40_001);
  await echoes('before');
  await echoes('once more');
  await printing(OTHER, 'ipvsadm -Lnc', entryOf(40_001));

  await sh(HOME, `${SWAP} stop`);
  await sh(OTHER, `${SWAP} start`);
  await serve(OTHER);
  await rolesAre(HOME, ['backup', 7]);
  await rolesAre(OTHER, ['master', 7]);
  await echoes('after');
  const next = await connectFrom(40_002);
  await next('new');
  await next('once more');
  await printing(HOME, 'ipvsadm -Lnc', entryOf(40_002));
});

test('both nodes have both roles, and each hears of what the other serves', async () => {
  const mirrored = both.replace(/syncid (\d)/g, (_, id) => `syncid ${3 - Number(id)}`);
  for (const [node, program, role, own] of [
    [HOME, both, 'backup', 1],
    [OTHER, mirrored, 'master', 2],
  ] as const) {
    await machine.site.put(node, STARTSTOP, `${program}\n`, 0o755);
    await sh(node, `ipvsadm --stop-daemon ${role} && ${STARTSTOP} pre-start`);
    await rolesAre(node, ['master', own], ['backup', 3 - own]);
  }
  for (const [node, listener, port] of [
    [HOME, OTHER, 40_003],
    [OTHER, HOME, 40_004],
  ] as const) {
    await serve(node);
    const echoes = await connectFrom(port);
    await echoes('again');
    await echoes('once more');
    await printing(listener, 'ipvsadm -Lnc', entryOf(port));
  }
});
