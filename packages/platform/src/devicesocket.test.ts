/** Tests of sockets bound to a device, in a network namespace of their own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { deviceSocket } from './devicesocket.js';

const MODULE = JSON.stringify(new URL('./devicesocket.js', import.meta.url));

/** Says something by broadcast from one end of a wire: `node -e … ADDRESS BROADCAST TEXT`. */
const SAY = `
  const [, address, broadcast, text] = process.argv;
  const socket = require('dgram').createSocket('udp4');
  socket.bind(0, address, () => {
    socket.setBroadcast(true);
    socket.send(text, 694, broadcast, () => socket.close());
  });
`;

/**
 * Two veth pairs whose far ends stand in a second namespace; something is said from each far end,
 * and each of two sockets on one port must hear only its own wire.
 */
const SCRIPT = `
  import dgram from 'node:dgram';
  import { once } from 'node:events';
  import { execFileSync, spawn } from 'node:child_process';
  import { deviceSocket } from ${MODULE};
  const ip = (...words) => execFileSync('ip', words);
  const stay = ['-n', 'sh', '-c', 'echo; exec cat'];
  const far = spawn('unshare', stay, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(far.stdout, 'data');
  const inFar = (...words) => execFileSync('nsenter', ['-t', String(far.pid), '-n', ...words]);
  const heard = [];
  const done = [];
  for (const n of [0, 1]) {
    const [device, other] = ['eth' + n, 'far' + n];
    ip('link', 'add', device, 'type', 'veth', 'peer', 'name', other, 'netns', String(far.pid));
    ip('addr', 'add', '10.0.' + n + '.1/24', 'brd', '+', 'dev', device);
    ip('link', 'set', device, 'up');
    inFar('ip', 'addr', 'add', '10.0.' + n + '.2/24', 'brd', '+', 'dev', other);
    inFar('ip', 'link', 'set', other, 'up');
    const socket = dgram.createSocket('udp4');
    socket.on('message', (text) => heard.push(device + ' hears ' + text));
    done.push(once(socket, 'message').then(() => socket));
    socket.bind({ fd: deviceSocket({ device, port: 694, reuse: true, broadcast: true }) });
    const words = ['10.0.' + n + '.2', '10.0.' + n + '.255', other];
    inFar(process.execPath, '-e', ${JSON.stringify(SAY)}, ...words);
  }
  for (const socket of await Promise.all(done)) socket.close();
  far.stdin.end();
  console.log(heard.sort().join(', '));
`;

test('each socket hears its own device only', () => {
  const flags = process.getuid?.() === 0 ? ['-n'] : ['-Urn'];
  const words = [...flags, process.execPath, '--input-type=module', '-e', SCRIPT];
  const printed = execFileSync('unshare', words, { encoding: 'utf8', timeout: 30_000 });
  assert.equal(printed, 'eth0 hears far0, eth1 hears far1\n');
});

test('errors carry their code', () => {
  const code = (error: unknown): unknown => Reflect.get(Object(error), 'code');
  assert.throws(
    () => deviceSocket({ device: 'nosuch0', port: 0 }),
    (error) => code(error) === 'ENODEV' && /bind to nosuch0/.test(String(error)),
  );
});
