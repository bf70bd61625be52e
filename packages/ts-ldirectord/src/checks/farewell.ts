/** Ends a conversation with a server in order, so that it has no broken connection to log. */
import type { Socket } from 'node:net';

/** So long the last words have to leave this machine; then the connection is closed anyway. */
const FAREWELL_MS = 1000;

/** Sends the last words and closes the connection, whether the server reads them or not. */
export function farewell(socket: Socket, words: Uint8Array): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const limit = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(limit));
  // What the server says from here on is of no interest, and a reset is none of ours to report.
  socket.on('error', () => {});
  socket.end(words, () => socket.destroy());
}
