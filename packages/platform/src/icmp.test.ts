/** Tests of ICMP echo: both families and both kinds of socket, on a loopback of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';

const SCRIPT = `
  import { openEcho } from ${JSON.stringify(new URL('./icmp.js', import.meta.url))};
  const limit = setTimeout(() => process.exit(1), 10000);
  const [family, host, nowhere] = process.argv.slice(1);
  const wanted = new Set([1, 2, 65535]);
  const options = { family: Number(family) };
  const echo = openEcho({ ...options, id: 0x1f40 }, (address, seq, payload) => {
    if (address !== host || !wanted.delete(seq)) throw new Error('unasked ' + address + seq);
    if (!payload.equals(Buffer.alloc(5120, seq))) throw new Error('changed payload');
    if (wanted.size === 0) {
      console.log(echo.way, echo.send(nowhere, 7, Buffer.alloc(8)));
      echo.close();
      other.close();
      clearTimeout(limit);
    }
  });
  const other = openEcho({ ...options, id: 0x1f41 }, () => { throw new Error('not ours'); });
  for (const seq of wanted) echo.send(host, seq, Buffer.alloc(5120, seq));
`;

/** Runs the script where loopback is up and unprivileged sockets are permitted for those groups. */
function run(groups: string, ...words: readonly string[]): string {
  const shell =
    `ip link set lo up && echo '${groups}' > /proc/sys/net/ipv4/ping_group_range && ` +
    'node=$0 && script=$1 && shift && exec "$node" --input-type=module -e "$script" "$@"';
  const flags = process.getuid?.() === 0 ? '-n' : '-Urn';
  const argv = [flags, 'sh', '-c', shell, process.execPath, SCRIPT, ...words];
  return execFileSync('unshare', argv, { encoding: 'utf8' });
}

for (const words of [
  ['4', '127.0.0.1', '10.9.8.7'],
  ['6', '::1', '2001:db8::7'],
]) {
  test(`IPv${words[0]}: payloads of 5120 bytes come home through a raw socket`, () => {
    assert.equal(run('1 0', ...words), 'raw ENETUNREACH\n');
  });

  test(`IPv${words[0]}: and through an unprivileged one, where permitted`, () => {
    assert.equal(run('0 0', ...words), 'datagram ENETUNREACH\n');
  });
}
