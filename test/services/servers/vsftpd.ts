/** vsftpd: one file, for those who log in anonymously with the password it knows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program } from '../program.js';

export function vsftpd(n: number): Promise<Program> {
  const folder = folderOf('vsftpd');
  const address = addressOf(n);
  for (const name of ['files', 'empty']) mkdirSync(`${folder}/${name}`);
  writeFileSync(`${folder}/files/test.txt`, 'Test File\n');
  // The default password of the check, and one of a configuration's own.
  writeFileSync(`${folder}/passwords`, 'ldirectord@director.test\nright-password\n');
  const values = { DIR: folder, ADDRESS: address };
  const file = configure('vsftpd.conf', `${folder}/vsftpd.conf`, values);
  return Program.start({
    argv: ['/usr/sbin/vsftpd', file],
    ports: [{ protocol: 'tcp', address, port: 21 }],
  });
}
