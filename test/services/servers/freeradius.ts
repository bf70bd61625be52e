/** FreeRADIUS: one user, and a secret that every client shares. */
import { writeFileSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program } from '../program.js';

export function freeradius(n: number): Promise<Program> {
  const folder = folderOf('freeradius');
  const address = addressOf(n);
  const values = { DIR: folder, ADDRESS: address };
  configure('radiusd.conf', `${folder}/radiusd.conf`, values);
  writeFileSync(`${folder}/dictionary`, '');
  writeFileSync(`${folder}/users`, 'check Cleartext-Password := "right-password"\n');
  return Program.start({
    argv: ['/usr/sbin/freeradius', '-f', '-l', 'stdout', '-d', folder, '-n', 'radiusd'],
    ports: [{ protocol: 'udp', address, port: 1812 }],
    says: /Ready to process requests/,
  });
}
