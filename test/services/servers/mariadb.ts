/** MariaDB: a database with one full and one empty table, for a user with a password. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { addressOf, folderOf } from '../machine.js';
import { Program, prepare } from '../program.js';

const TABLES = `CREATE DATABASE pool;
CREATE TABLE pool.enabled (id INT);
INSERT INTO pool.enabled VALUES (1);
CREATE TABLE pool.nobody (id INT);
CREATE USER 'check'@'%' IDENTIFIED BY 'right-password';
GRANT SELECT ON pool.* TO 'check'@'%';
`;
/** Small files, quickly made. */
const SMALL = ['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=8M', '--user=root'];

/** What the package has for a new server to begin with. */
function systemTables(): string {
  const parts = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'];
  const texts = parts.map((name) => readFileSync(`/usr/share/mysql/${name}`, 'utf8'));
  return ['CREATE DATABASE mysql;\nUSE mysql;\n', ...texts].join('');
}

export function mariadb(n: number): Promise<Program> {
  const folder = folderOf('mariadb');
  const address = addressOf(n);
  const data = `${folder}/data`;
  mkdirSync(data);
  writeFileSync(`${folder}/init.sql`, TABLES);
  const bootstrap = ['--no-defaults', '--bootstrap', `--datadir=${data}`, ...SMALL];
  prepare('/usr/sbin/mariadbd', bootstrap, systemTables());
  return Program.start({
    argv: [
      ...(['/usr/sbin/mariadbd', '--no-defaults', `--datadir=${data}`] as const),
      ...[`--bind-address=${address}`, '--port=3306', `--socket=${folder}/socket`],
      ...[`--init-file=${folder}/init.sql`, '--skip-name-resolve', ...SMALL],
    ],
    ports: [{ protocol: 'tcp', address, port: 3306 }],
    says: /ready for connections/,
  });
}
