/** Tests of the credentials of a Unix socket's other end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { peerCredentials } from './peer.js';

test('the kernel says who connected, another process included', async (t) => {
  const made = mkdtempSync(path.join(os.tmpdir(), 'peer-'));
  chmodSync(made, 0o755);
  t.after(() => rmSync(made, { recursive: true, force: true }));
  const socket = path.join(made, 'register');
  const server = net.createServer();
  server.listen(socket);
  await once(server, 'listening');
  chmodSync(socket, 0o777);
  t.after(() => server.close());

  const root = process.getuid?.() === 0;
  const change = root ? 'process.setgid(65533); process.setuid(65534);' : '';
  const script = `${change} require('net').connect(${JSON.stringify(socket)})`;
  const client = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  t.after(() => client.kill());
  const [accepted] = (await once(server, 'connection')) as [net.Socket];
  assert.deepEqual(peerCredentials(accepted), {
    pid: client.pid,
    uid: root ? 65534 : process.getuid?.(),
    gid: root ? 65533 : process.getgid?.(),
  });

  accepted.destroy();
  assert.equal(peerCredentials(accepted), undefined);
});
