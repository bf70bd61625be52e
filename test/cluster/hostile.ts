/**
 * Clients that mean no good, on a director: `hostile WHAT`. Each ends by itself and prints what it
 * saw; none may keep the daemon from its work.
 */

import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { Message } from '@ts-heartbeat/core/message/message';

const SOCKET = '/var/run/heartbeat/register';
const CONNECTIONS = 3000;
const REQUESTS = 20_000;

function connect(): net.Socket {
  return net.connect(SOCKET).on('error', () => {});
}

function signOn(id: string): Uint8Array {
  return encodeApiFrame(
    Message.of({
      t: 'hbapi-req',
      reqtype: 'signon',
      pid: String(process.pid),
      from_id: id,
      uid: String(process.getuid?.()),
      gid: String(process.getgid?.()),
    }),
  );
}

function ask(id: string, type: string, fields: Readonly<Record<string, string>>): Uint8Array {
  const pid = String(process.pid);
  return encodeApiFrame(Message.of({ t: 'hbapi-req', reqtype: type, pid, from_id: id, ...fields }));
}

function header(length: number, magic: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(magic, 4);
  return bytes;
}

const closed = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => socket.on('close', () => resolve('closed')).resume());

const KINDS: Readonly<Record<string, () => Promise<string>>> = {
  magic: () => {
    const socket = connect();
    socket.write(header(10, 0xdead));
    return closed(socket);
  },
  giant: () => {
    const socket = connect();
    socket.write(signOn(String(process.pid)));
    socket.write(header(0x7fffffff, 0xabcd));
    return closed(socket);
  },
  /** Far more connections than are allowed, none of which signs on. */
  crowd: async () => {
    const sockets = Array.from({ length: CONNECTIONS }, connect);
    await pause(2000);
    for (const socket of sockets) socket.destroy();
    return 'done';
  },
  /** A frame that never ends, a byte at a time, for as long as it is listened to. */
  slow: async () => {
    const socket = connect();
    const end = closed(socket);
    socket.write(header(200_000, 0xabcd));
    const timer = setInterval(() => socket.write('x'), 5);
    return end.finally(() => clearInterval(timer));
  },
  /** Asks without waiting for answers; who is slower than the daemon is sent away. */
  flood: async () => {
    const socket = connect();
    const reader = new ApiFrameReader();
    let answers = 0;
    const end = new Promise<string>((resolve) => {
      socket.on('close', () => resolve(`closed after ${answers}`));
      socket.on('data', (chunk) => {
        answers += reader.push(chunk).messages.length;
        if (answers > REQUESTS) resolve('answered');
      });
    });
    socket.write(signOn(String(process.pid)));
    const question = ask(String(process.pid), 'getparm', { pname: 'keepalive' });
    for (let n = 0; n < REQUESTS; n++) {
      if (socket.destroyed) break;
      if (socket.write(question)) continue;
      await Promise.race([end, new Promise((resolve) => socket.once('drain', resolve))]);
    }
    return end;
  },
  /** Wants to hear everything, and never reads. */
  lazy: async () => {
    const socket = connect();
    socket.write(signOn('mine'));
    socket.write(ask('mine', 'setfilter', { fmask: '3f' }));
    socket.pause();
    await pause(1_000_000);
    return 'left alone';
  },
};

console.log(await KINDS[process.argv[2] ?? '']?.());
process.exit(0);
