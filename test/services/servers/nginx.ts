/** nginx: pages over http and https, by name and by address. */
import { address6Of, addressOf, configure, folderOf } from '../machine.js';
import { Program } from '../program.js';
import type { Port } from '../sockets.js';

export function nginx(n: number): Promise<Program> {
  const folder = folderOf('nginx', 'www-data');
  const [address, address6] = [addressOf(n), address6Of(n)];
  const values = { DIR: folder, ADDRESS: address, ADDRESS6: address6 };
  const file = configure('nginx.conf', `${folder}/nginx.conf`, values);
  const ports = [80, 443].flatMap((port): Port[] => [
    { protocol: 'tcp', address, port },
    { protocol: 'tcp', address: address6, port },
  ]);
  return Program.start({ argv: ['/usr/sbin/nginx', '-c', file, '-e', 'stderr'], ports });
}
