/** tinyproxy: fetches pages for others, but not those its filter names. */
import { writeFileSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program } from '../program.js';

export function tinyproxy(n: number): Promise<Program> {
  const folder = folderOf('tinyproxy', 'tinyproxy');
  const address = addressOf(n);
  writeFileSync(`${folder}/filter`, '^filtered\\.test$\n');
  const values = { DIR: folder, ADDRESS: address };
  const file = configure('tinyproxy.conf', `${folder}/tinyproxy.conf`, values);
  return Program.start({
    argv: ['/usr/bin/tinyproxy', '-d', '-c', file],
    ports: [{ protocol: 'tcp', address, port: 3128 }],
  });
}
