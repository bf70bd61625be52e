/** Postfix: greets on the ports of smtp and submission, and refuses on two more. */
import { mkdirSync } from 'node:fs';
import { addressOf, configure, folderOf } from '../machine.js';
import { Program, prepare } from '../program.js';
import type { Port } from '../sockets.js';

/** Turns every client away instead of a greeting. */
export const NO_CLIENT_PORT = 2501;
/** Greets, but takes no name of a client. */
export const NO_NAME_PORT = 2502;

export function postfix(n: number): Promise<Program> {
  const folder = folderOf('postfix');
  const address = addressOf(n);
  for (const name of ['conf', 'spool', 'data']) mkdirSync(`${folder}/${name}`);
  prepare('chown', ['postfix', `${folder}/data`]);
  const values = { DIR: folder, ADDRESS: address };
  configure('postfix-main.cf', `${folder}/conf/main.cf`, values);
  configure('postfix-master.cf', `${folder}/conf/master.cf`, values);
  const ports = [25, 587, NO_CLIENT_PORT, NO_NAME_PORT].map(
    (port): Port => ({ protocol: 'tcp', address, port }),
  );
  return Program.start({
    argv: ['/usr/sbin/postfix', '-c', `${folder}/conf`, 'start-fg'],
    ports,
  });
}
