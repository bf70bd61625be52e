/** Datagrams to and from one address, as a stream: what comes is put together in its order. */
import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * Emits `connect` when it can be asked for its address. A server that is not there ends it with an
 * error, as far as its machine says so.
 */
export class Datagrams extends Duplex {
  readonly #socket: dgram.Socket;
  #connected = false;

  /** Throws where the port is none. */
  constructor(place: { readonly host: string; readonly port: number }) {
    super();
    this.#socket = dgram.createSocket(isIPv6(place.host) ? 'udp6' : 'udp4');
    this.#socket.on('message', (message) => {
      // Nobody asks for so much: what is left over is lost, as on the way.
      if (this.readableLength < this.readableHighWaterMark) this.push(message);
    });
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.once('connect', () => {
      this.#connected = true;
      this.emit('connect');
    });
    try {
      this.#socket.connect(place.port, place.host);
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  get localAddress(): string {
    return this.#socket.address().address;
  }

  get localPort(): number {
    return this.#socket.address().port;
  }

  override _read(): void {
    // Datagrams come when they come.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    const send = (): void => this.#socket.send(chunk, done);
    if (this.#connected) send();
    else this.once('connect', send);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.close(() => done(error));
  }
}
