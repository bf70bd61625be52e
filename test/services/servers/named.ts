/** BIND: a zone with addresses and one with names. */
import { writeFileSync } from 'node:fs';
import { address6Of, addressOf, configure, folderOf } from '../machine.js';
import { Program } from '../program.js';
import type { Port } from '../sockets.js';

const HEAD =
  '$TTL 60\n@ SOA ns.example.test. root.example.test. 1 60 60 60 60\n@ NS ns.example.test.\n';
const FORWARD = `${HEAD}ns A 10.20.0.1
www A 10.20.0.1
www A 10.20.0.2
alias CNAME www
text TXT "10.20.0.1"
`;
const REVERSE = `${HEAD}1 PTR www.example.test.\n`;

export function named(n: number): Promise<Program> {
  const folder = folderOf('named', 'bind');
  const [address, address6] = [addressOf(n), address6Of(n)];
  const values = { DIR: folder, ADDRESS: address, ADDRESS6: address6 };
  const file = configure('named.conf', `${folder}/named.conf`, values);
  writeFileSync(`${folder}/forward.zone`, FORWARD);
  writeFileSync(`${folder}/reverse.zone`, REVERSE);
  const ports = [address, address6].flatMap((at): Port[] => [
    { protocol: 'tcp', address: at, port: 53 },
    { protocol: 'udp', address: at, port: 53 },
  ]);
  return Program.start({
    argv: ['/usr/sbin/named', '-g', '-u', 'bind', '-n', '1', '-c', file],
    ports,
    says: /running/,
  });
}
