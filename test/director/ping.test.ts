/** Ping checks with the kernel's own ICMP, by both kinds of socket, on a loopback of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const RUN = new URL('../../../packages/ts-ldirectord/dist/checks/run.js', import.meta.url);

/** Pings a thousand hosts that are there and one that is not; PATH is empty: there is no program. */
const SCRIPT = `
  import { runCheck } from ${JSON.stringify(RUN)};
  process.env.PATH = '/nonexistent';
  const ping = (address, count, timeout) =>
    runCheck({ kind: 'ping', address, count, timeout }, new AbortController().signal);
  const hosts = Array.from({ length: 1000 }, (_, n) => '127.1.' + (n >> 8) + '.' + (n & 255));
  const begun = performance.now();
  const found = await Promise.all([...hosts, '::1'].map((host) => ping(host, 1, 5000)));
  const ms = performance.now() - begun;
  const silent = await ping('10.9.0.1', 2, 300);
  const nowhere = await ping('10.8.0.1', 2, 300);
  const { up, message } = silent;
  console.log(JSON.stringify({
    down: found.filter((one) => !one.up).length,
    ms,
    silent: [up, message.replace(/ within.*/, '')],
    tries: silent.ms,
    nowhere: [nowhere.up, nowhere.message],
  }));
`;

interface Outcome {
  readonly down: number;
  readonly ms: number;
  readonly silent: readonly unknown[];
  /** How long two tries of 300 ms took. */
  readonly tries: number;
  readonly nowhere: readonly unknown[];
}

/** A cable to nobody swallows what goes to 10.9.0.0/24. */
const NETWORK = `
  ip link set lo up && ip link add v0 type veth peer name v1 && ip link set v1 up &&
  ip link set v0 up arp off && ip addr add 10.9.0.2/24 dev v0
`;

function run(groups: string): Outcome {
  const shell =
    `${NETWORK} && echo '${groups}' > /proc/sys/net/ipv4/ping_group_range && ` +
    'exec "$0" --input-type=module -e "$1"';
  const argv = ['-n', 'sh', '-c', shell.replaceAll('\n', ' '), process.execPath, SCRIPT];
  return JSON.parse(execFileSync('unshare', argv, { encoding: 'utf8', timeout: 60_000 }));
}

for (const [way, groups] of [
  ['a raw socket', '1 0'],
  ['an unprivileged one', '0 0'],
] as const) {
  test(`a thousand hosts answer through ${way}; those that do not are down`, () => {
    const { down, ms, silent, tries, nowhere } = run(groups);
    assert.equal(down, 0);
    assert.ok(ms < 4000, `${ms} ms`);
    assert.deepEqual(silent, [false, 'no answer']);
    assert.ok(tries > 590 && tries < 2000, `${tries} ms`);
    assert.deepEqual(nowhere, [false, 'ENETUNREACH']);
  });
}
