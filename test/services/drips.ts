/**
 * Stands between checks and real servers, and hands over what the servers say ever so slowly:
 * `node drips.js PAIRS` runs until it is killed. PAIRS: JSON of `[here, there]` of each.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import type { Port } from './sockets.js';

const BYTE_MS = 1000;
/** A datagram comes whole or not at all: it comes after the limits of the checks. */
const DATAGRAM_MS = 1500;

/** What a client says is handed on at once. */
function dripBytes(here: Port, there: Port): void {
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const real = net.connect({ host: there.address, port: there.port, allowHalfOpen: true });
    let said = Buffer.alloc(0);
    const timer = setInterval(() => {
      if (said.length > 0) client.write(said.subarray(0, 1));
      said = said.subarray(1);
    }, BYTE_MS);
    const close = (): void => {
      clearInterval(timer);
      client.destroy();
      real.destroy();
    };
    client.on('data', (bytes) => real.write(bytes)).on('end', () => real.end());
    client.on('error', close).on('close', close);
    // When the server has closed, the drops go on: it is for the client to lose patience.
    real.on('data', (bytes) => {
      said = Buffer.concat([said, bytes]);
    });
    real.on('error', close);
  });
  server.listen(here.port, here.address);
}

function delayDatagrams(here: Port, there: Port): void {
  const server = dgram.createSocket('udp4');
  server.on('message', (bytes, from) => {
    const real = dgram.createSocket('udp4');
    real.on('message', (answer) => {
      setTimeout(() => server.send(answer, from.port, from.address), DATAGRAM_MS);
      real.close();
    });
    real.send(bytes, there.port, there.address);
  });
  server.bind(here.port, here.address);
}

const pairs: readonly (readonly [Port, Port])[] = JSON.parse(process.argv[2] ?? '[]');
for (const [here, there] of pairs) {
  if (here.protocol === 'tcp') dripBytes(here, there);
  else delayDatagrams(here, there);
}
