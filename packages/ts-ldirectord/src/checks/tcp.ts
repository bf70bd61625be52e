/** TCP to a server under check, for every service that has it without TLS. */
import net from 'node:net';

/**
 * Opens a connection; it can be written to at once. Not by `net.connect`: of the options that are
 * handed on to a new socket Node.js makes object shapes which stay until the next full garbage
 * collection, and with them much of what a check was made of (measured with 20.20).
 *
 * @param host a name, or an address of either family
 */
export function connectTcp({ host, port }: { host: string; port: number }): net.Socket {
  return new net.Socket().connect({ host, port });
}
