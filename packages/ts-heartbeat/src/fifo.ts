/** The FIFO through which scripts give messages to the cluster. */
import { closeSync, constants, fstatSync, lstatSync, openSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { decodeClassic } from '@ts-heartbeat/core/message/classic';
import { Framing } from '@ts-heartbeat/core/message/framing';
import type { Message } from '@ts-heartbeat/core/message/message';
import { runChild } from '@ts-heartbeat/platform/child';
import type { Say } from './say.js';

/** Making a FIFO takes a moment; more than this means that something is very wrong. */
const MKFIFO_MS_MAX = 10_000;

export interface Fifo {
  close(): void;
}

/**
 * Makes the FIFO where there is none (mode 0600: who may write it commands the cluster), and reads
 * the messages that scripts write to it, for ever. A message that cannot be read is logged and
 * dropped; scripts write each with one call, because two that interleave spoil both.
 *
 * It is opened for writing as well, so that it never ends when a script closes it, and without
 * waiting; the event loop watches it like a socket.
 *
 * @throws Error when it cannot be made or opened.
 */
export async function openFifo(
  path: string,
  say: Say,
  received: (message: Message) => void,
): Promise<Fifo> {
  await makeFifo(path, say);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  if (!fstatSync(fd).isFIFO()) {
    closeSync(fd);
    throw new Error(`${path} is not a FIFO`);
  }
  const framing = new Framing();
  const pipe = new net.Socket({ fd, readable: true, writable: false });
  pipe.on('data', (bytes: Buffer) => {
    for (const frame of framing.push(bytes)) {
      const decoded = decodeClassic(frame);
      if (decoded.ok && decoded.message.get('t') !== undefined) received(decoded.message);
      else say('error', `NV failure (msgfromsteam): ${oneLine(frame)}`);
    }
  });
  pipe.on('error', (error) => say('error', `FIFO ${path}: ${error.message}`));
  return { close: () => pipe.destroy() };
}

async function makeFifo(path: string, say: Say): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFIFO() === true && (found.mode & 0o777) === 0o600) return;
  // Anything else in its place is of no use to scripts either.
  if (found !== undefined) unlinkSync(path);
  say('info', `Creating FIFO ${path}.`);
  const made = await runChild({
    argv: ['mkfifo', '-m', '600', path],
    environment: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
    stderr: { firstBytes: 500 },
    deadlineMs: MKFIFO_MS_MAX,
  });
  if (made.code !== 0) {
    throw new Error(`Cannot make fifo ${path}. ${made.failure ?? made.stderr.trim()}`);
  }
}

/** The beginning of a frame, on one line. */
function oneLine(frame: string): string {
  return frame.slice(0, 200).replaceAll('\n', ' ').trimEnd();
}
