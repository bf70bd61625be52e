/** Makes a serial port notice that its line was hung up, and read without a detour. */
import { readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SerialPort } from 'serialport';

/**
 * The kernel answers every read of a line that was hung up with no bytes at all. The binding of
 * serialport 13 takes that for nothing in particular and reads again at once, for ever (seen on a
 * pty whose other end had gone: all of a processor). This reads in its place and tells a hang-up
 * as an error, which closes the port.
 *
 * It reads at once: a port is opened so that a read never waits. The binding has each read done by
 * a thread of Node's small pool, where it stands in line behind slow disks and name servers, and
 * heartbeats with it. Between two reads everything else has its turn, so that a line that never
 * falls silent stops nothing.
 *
 * Call it on an open port that nobody reads yet.
 */
export function noticeHangUp(port: SerialPort): void {
  const line = port.port;
  if (line === undefined || !('poller' in line)) return;
  const mayRead = (): Promise<void> =>
    new Promise((resolve, reject) => {
      line.poller.once('readable', (failure) => {
        if (failure === null) resolve();
        // The poller calls a hung up line a bad descriptor.
        else reject(line.isOpen ? hungUp() : canceled());
      });
    });
  line.read = async (buffer, offset, length) => {
    for (;;) {
      await nextTurn();
      const { fd } = line;
      if (fd === null || !line.isOpen) throw canceled();
      let bytesRead: number;
      try {
        bytesRead = readSync(fd, buffer, offset, length, null);
      } catch (error) {
        if (!mayTryAgain(error)) throw error;
        await mayRead();
        continue;
      }
      if (bytesRead === 0) throw hungUp();
      return { buffer, bytesRead };
    }
  };
}

/** The descriptor of an open port; null when it is closed. */
export function descriptorOf(port: SerialPort): number | null {
  const line = port.port;
  return line !== undefined && 'poller' in line && line.isOpen ? line.fd : null;
}

/** The C library's word for it: there was no error, only an end (heartbeat 3.0.6). */
function hungUp(): Error {
  return new Error('Success');
}

/** What the stream takes for the end of reading, not for a failure of the line. */
function canceled(): Error {
  return Object.assign(new Error('Port is not open'), { canceled: true });
}

function mayTryAgain(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK' || error.code === 'EINTR';
}
