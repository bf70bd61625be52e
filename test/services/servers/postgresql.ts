/** PostgreSQL: a database with one full and one empty table, for a user with a password. */
import { readdirSync, writeFileSync } from 'node:fs';
import { addressOf, folderOf } from '../machine.js';
import { Program, prepare } from '../program.js';

const TABLES = `CREATE TABLE enabled (id INT);
INSERT INTO enabled VALUES (1);
CREATE TABLE nobody (id INT);
CREATE USER "check" PASSWORD 'right-password';
GRANT SELECT ON enabled, nobody TO "check";
`;
/** It refuses to run as root. */
const USER = ['--reuid=postgres', '--regid=postgres', '--clear-groups'] as const;

/** Where Debian has the programs: by version. */
function programs(): string {
  const [version] = readdirSync('/usr/lib/postgresql');
  return `/usr/lib/postgresql/${version}/bin`;
}

export function postgresql(n: number): Promise<Program> {
  const folder = folderOf('postgresql', 'postgres');
  const address = addressOf(n);
  const data = `${folder}/data`;
  const bin = programs();
  const local = ['-U', 'postgres', '--auth-local=reject', '--auth-host=scram-sha-256'];
  prepare('setpriv', [...USER, `${bin}/initdb`, '-D', data, '--no-sync', ...local]);
  const single = [`${bin}/postgres`, '--single', '-D', data, '-j', 'postgres'];
  prepare('setpriv', [...USER, ...single], TABLES.replaceAll('\n', '\n\n'));
  writeFileSync(`${data}/pg_hba.conf`, 'host all all 0.0.0.0/0 scram-sha-256\n');
  const options = {
    listen_addresses: address,
    unix_socket_directories: folder,
    dynamic_shared_memory_type: 'mmap',
    shared_buffers: '1MB',
    fsync: 'off',
  };
  return Program.start({
    argv: [
      ...(['setpriv', ...USER, `${bin}/postgres`, '-D', data] as const),
      ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ],
    ports: [{ protocol: 'tcp', address, port: 5432 }],
    says: /ready to accept connections/,
  });
}
