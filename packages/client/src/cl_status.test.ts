/** cl_status and a daemon that takes the connection and says nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { main } from './cl_status.js';

test('who gets no answer for five seconds ends with 12', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'silent-'));
  const socketPath = path.join(directory, 'register');
  const sockets: net.Socket[] = [];
  const silent = net.createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(socketPath, resolve));
  const ignored = { write: () => true };
  const began = performance.now();
  assert.equal(await main(['listnodes'], { stdout: ignored, stderr: ignored }, socketPath), 12);
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds > 4.9 && seconds < 10, `${seconds} s`);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
  rmSync(directory, { recursive: true });
});
