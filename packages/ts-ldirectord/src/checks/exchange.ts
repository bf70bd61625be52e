/** One question and its answer over UDP. */
import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';

/** The genuine clients send a question again after so long without an answer. */
const RESEND_MS = 5000;
/** With a short limit it is sent again so often, so that one lost datagram takes no server out. */
const TRIES = 3;

export interface Exchange {
  readonly address: string;
  readonly port: number;
  /** How long the check may take, in milliseconds. */
  readonly limitMs: number;
  /** Makes the question, once the address that it is sent from is known; may throw. */
  readonly question: (from: string) => Buffer;
  /** Takes whatever comes from that address and port, also after the answer. */
  readonly take: (datagram: Buffer) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Asks from a port that the kernel picks at random; what other addresses and ports send is not
 * received. The question goes out until the exchange is closed. Returns the way to close it; throws
 * where the port is none.
 */
export function exchange({ address, port, limitMs, question, take, fail }: Exchange): () => void {
  const socket = dgram.createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  socket.on('error', fail);
  socket.on('message', take);
  socket.once('connect', () => {
    if (closed) return;
    let datagram: Buffer;
    try {
      datagram = question(socket.address().address);
    } catch (error) {
      return fail(error);
    }
    const send = (): void => {
      socket.send(datagram, (error) => {
        if (error && !closed) fail(error);
      });
    };
    send();
    timer = setInterval(send, Math.min(RESEND_MS, limitMs / TRIES));
  });
  try {
    socket.connect(port, address);
  } catch (error) {
    socket.close();
    throw error;
  }
  return () => {
    if (closed) return;
    closed = true;
    clearInterval(timer);
    socket.close();
  };
}
