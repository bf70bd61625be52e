/** The scripted servers, in a process of their own, which can be frozen like the real ones. */
import { fileURLToPath } from 'node:url';
import { addressOf } from '../machine.js';
import { ECHO_PORT, ORACLE_PORT, SIP_PORT } from '../peerports.js';
import { Program } from '../program.js';
import type { Port } from '../sockets.js';
import { installOracleClient } from './oracleclient.js';

const PEERS = fileURLToPath(new URL('../peers.js', import.meta.url));

export async function scripted(n: number): Promise<Program> {
  await installOracleClient();
  const address = addressOf(n);
  const tcp = [SIP_PORT, ECHO_PORT, ORACLE_PORT].map(
    (port): Port => ({ protocol: 'tcp', address, port }),
  );
  return Program.start({
    argv: [process.execPath, PEERS, address],
    ports: [...tcp, { protocol: 'udp', address, port: SIP_PORT }],
  });
}
