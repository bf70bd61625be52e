/** slapd: a directory of two entries, over ldap and ldaps. */
import { mkdirSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program, prepare } from '../program.js';
import type { Port } from '../sockets.js';

const ENTRIES = `dn: dc=example,dc=test
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=servers,dc=example,dc=test
objectClass: organizationalUnit
ou: servers
`;

export function slapd(n: number): Promise<Program> {
  const folder = folderOf('slapd', 'openldap');
  const address = addressOf(n);
  mkdirSync(`${folder}/data`);
  const file = configure('slapd.conf', `${folder}/slapd.conf`, { DIR: folder });
  prepare('/usr/sbin/slapadd', ['-f', file], ENTRIES);
  prepare('chown', ['-R', 'openldap', `${folder}/data`]);
  const urls = `ldap://${address}:389/ ldaps://${address}:636/`;
  const user = ['-u', 'openldap', '-g', 'openldap'];
  return Program.start({
    argv: ['/usr/sbin/slapd', '-d', '0', '-h', urls, '-f', file, ...user],
    ports: [389, 636].map((port): Port => ({ protocol: 'tcp', address, port })),
  });
}
