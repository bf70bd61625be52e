/** Dovecot: the mail of one user, over pop, pops, imap and imaps. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program, prepare } from '../program.js';
import type { Port } from '../sockets.js';

export function dovecot(n: number): Promise<Program> {
  const folder = folderOf('dovecot');
  const address = addressOf(n);
  for (const name of ['run', 'state', 'mail']) mkdirSync(`${folder}/${name}`);
  prepare('chown', ['mail:mail', `${folder}/mail`]);
  writeFileSync(`${folder}/users`, 'check:right-password\n');
  const values = { DIR: folder, ADDRESS: address };
  const file = configure('dovecot.conf', `${folder}/dovecot.conf`, values);
  return Program.start({
    argv: ['/usr/sbin/dovecot', '-F', '-c', file],
    ports: [110, 143, 993, 995].map((port): Port => ({ protocol: 'tcp', address, port })),
  });
}
