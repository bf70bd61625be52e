/** Servers of binary protocols on loopback, and the checks that are made of them. */
import net from 'node:net';
import type { NegotiateSpec } from './check.js';
import { type Listening, listen, negotiate, PATIENCE } from './server.fixture.js';

export interface LoopbackServer extends Listening {
  readonly address: string;
}

/** Listens with what the server does to each connection. */
export async function serve(
  take: (socket: net.Socket) => void,
  address = '127.0.0.1',
): Promise<LoopbackServer> {
  return { ...(await listen(net.createServer(take), address)), address };
}

/** The spec of a check of a server that will answer, with what matters to the test. */
export function specOf(
  service: NegotiateSpec['service'],
  { address, port }: Pick<LoopbackServer, 'address' | 'port'>,
  change: Partial<NegotiateSpec> = {},
): NegotiateSpec {
  const asked = { service, address, timeout: PATIENCE, request: '/', url: '' };
  return negotiate(port, { ...asked, ...change });
}

/** Writes the same again and again, as fast as it is taken. */
export function endless(socket: net.Socket, bytes: Uint8Array): void {
  const more = (): void => {
    if (socket.destroyed) return;
    if (socket.write(bytes)) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
}
