/** Tests of sockets bound to a device, in a network namespace of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { deviceSocket } from './devicesocket.js';

/**
 * Two veth pairs whose far ends stand in a second namespace; a limited broadcast is sent from each
 * far end, and each of two sockets on one port must hear only its own wire.
 */
const SCRIPT = `
  import dgram from 'node:dgram';
  import { once } from 'node:events';
  import { execFileSync, spawn } from 'node:child_process';
  import { deviceSocket } from ${JSON.stringify(new URL('./devicesocket.js', import.meta.url))};
  const ip = (...words) => execFileSync('ip', words);
  const far = spawn('unshare', ['-n', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(far.stdout, 'data');
  const heard = [];
  const done = [];
  for (const n of [0, 1]) {
    ip('link', 'add', 'eth' + n, 'type', 'veth', 'peer', 'name', 'far' + n, 'netns', String(far.pid));
    ip('addr', 'add', '10.0.' + n + '.1/24', 'brd', '+', 'dev', 'eth' + n);
    ip('link', 'set', 'eth' + n, 'up');
    const inFar = (...words) => execFileSync('nsenter', ['-t', String(far.pid), '-n', ...words]);
    inFar('ip', 'addr', 'add', '10.0.' + n + '.2/24', 'brd', '+', 'dev', 'far' + n);
    inFar('ip', 'link', 'set', 'far' + n, 'up');
    const socket = dgram.createSocket('udp4');
    socket.on('message', (m) => heard.push('eth' + n + ' ' + m));
    done.push(once(socket, 'message').then(() => socket));
    socket.bind({ fd: deviceSocket({ device: 'eth' + n, port: 694, reuse: true, broadcast: true }) });
    const say = 'const d = require("dgram").createSocket("udp4"); d.bind(0, "10.0.' + n + '.2", () => {' +
      'd.setBroadcast(true); d.send("from far' + n + '", 694, "10.0.' + n + '.255", () => d.close()); })';
    inFar(process.execPath, '-e', say);
  }
  for (const socket of await Promise.all(done)) socket.close();
  far.stdin.end();
  console.log(heard.sort().join(', '));
`;

test('each socket hears its own device only', () => {
  const flags = process.getuid?.() === 0 ? ['-n'] : ['-Urn'];
  const words = [...flags, process.execPath, '--input-type=module', '-e', SCRIPT];
  const printed = execFileSync('unshare', words, { encoding: 'utf8', timeout: 30_000 });
  assert.equal(printed, 'eth0 from far0, eth1 from far1\n');
});

test('errors carry their code', () => {
  const code = (error: unknown): unknown => Reflect.get(Object(error), 'code');
  assert.throws(
    () => deviceSocket({ device: 'nosuch0', port: 0 }),
    (error) => code(error) === 'ENODEV' && /bind to nosuch0/.test(String(error)),
  );
});
