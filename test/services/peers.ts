/**
 * Scripted servers of the kinds that no Debian package is used for: `node peers.js ADDRESS` listens
 * for sip over tcp and udp, simpletcp and oracle until it is killed.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import { ECHO_PORT, KNOWN, ORACLE_PORT, SIP_PORT } from './peerports.js';

const REQUEST_MAX = 8192;

/** Answers OPTIONS as RFC 3261 has it: 200 to a user it knows, 404 to others. */
function sipAnswer(request: string): string {
  const lines = request.split('\r\n');
  const kept = lines.filter((line) => /^(?:Via|To|From|Call-ID|CSeq):/.test(line));
  const known = lines[0] === `OPTIONS sip:${KNOWN} SIP/2.0`;
  const status = `SIP/2.0 ${known ? '200 OK' : '404 Not Found'}`;
  return [status, ...kept, 'Content-Length: 0', '', ''].join('\r\n');
}

/** Calls back with what a client has said once it is complete; one that says too much is left. */
function listen(address: string, port: number, complete: RegExp, answer: (text: string) => string) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.setEncoding('latin1').on('error', () => {});
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > REQUEST_MAX) socket.destroy();
      else if (complete.test(text)) {
        socket.write(answer(text), 'latin1');
        text = '';
      }
    });
    socket.on('end', () => socket.end());
  });
  server.listen(port, address);
}

const [, , address = ''] = process.argv;
listen(address, SIP_PORT, /\r\n\r\n$/, sipAnswer);
listen(address, ECHO_PORT, /\n$/, (text) => text);
// A listener of a database that knows no service: the refusal of TNS, with its code.
const REFUSAL = '(DESCRIPTION=(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))';
const tns = Buffer.alloc(12 + REFUSAL.length);
tns.writeUInt16BE(tns.length, 0);
tns[4] = 4;
tns.writeUInt16BE(REFUSAL.length, 10);
tns.write(REFUSAL, 12, 'latin1');
listen(address, ORACLE_PORT, /CONNECT_DATA/, () => tns.toString('latin1'));
const udp = dgram.createSocket('udp4');
udp.on('message', (bytes, from) => {
  udp.send(sipAnswer(bytes.toString('latin1')), from.port, from.address);
});
udp.bind(SIP_PORT, address);
