/** Leafnode: a news server that runs for each connection, as below inetd. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { addressOf, confFile } from '../machine.js';
import { Program } from '../program.js';
import type { Port } from '../sockets.js';

/** The only place where it looks. */
const CONFIGURATION = '/etc/news/leafnode';
/** It asks for a name that is unique in the world, and knows the reserved ones. */
const NAME = 'news.director.lvs';
/** Here it finds no configuration, and greets with 503. */
export const NO_NEWS_PORT = 1190;

export function leafnode(n: number): Promise<Program> {
  const address = addressOf(n);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', CONFIGURATION]);
  const text = `server = ${address}\nexpire = 1\nhostname = ${NAME}\nallowstrangers = 1\n`;
  writeFileSync(`${CONFIGURATION}/config`, text);
  const below = (port: number, program: string) =>
    `socat TCP-LISTEN:${port},bind=${address},reuseaddr,fork EXEC:${program},nofork &`;
  const script = [
    below(119, '/usr/sbin/leafnode'),
    below(NO_NEWS_PORT, confFile('nonews.sh')),
    'wait',
  ];
  return Program.start({
    argv: ['sh', '-c', script.join('\n')],
    ports: [119, NO_NEWS_PORT].map((port): Port => ({ protocol: 'tcp', address, port })),
  });
}
