/** The scripted servers, in a process of their own, which can be frozen like the real ones. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../../lab/place.js';
import { addressOf } from '../machine.js';
import { ECHO_PORT, ORACLE_PORT, SIP_PORT } from '../peerports.js';
import { Program } from '../program.js';
import type { Port } from '../sockets.js';

const PEERS = fileURLToPath(new URL('../peers.js', import.meta.url));

/** Where a user installs it for all of the machine. */
function installOracleClient(): void {
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/usr/local/lib']);
  mkdirSync('/usr/local/lib/node_modules');
  symlinkSync(`${REPOSITORY}node_modules/oracledb`, '/usr/local/lib/node_modules/oracledb');
}

export function scripted(n: number): Promise<Program> {
  installOracleClient();
  const address = addressOf(n);
  const tcp = [SIP_PORT, ECHO_PORT, ORACLE_PORT].map(
    (port): Port => ({ protocol: 'tcp', address, port }),
  );
  return Program.start({
    argv: [process.execPath, PEERS, address],
    ports: [...tcp, { protocol: 'udp', address, port: SIP_PORT }],
  });
}
