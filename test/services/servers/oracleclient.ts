/** The client of Oracle, installed for all of the machine from a registry of this machine. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../lab/place.js';
import { folderOf } from '../machine.js';

const MODULES = `${REPOSITORY}node_modules`;
const SHARED = '/usr/local/lib';
const TARBALL = '/oracledb.tgz';

/** What npm fetches, as this checkout has it. */
function packed(): Buffer {
  const words = ['-czC', MODULES, '--transform', 's,^oracledb,package,', 'oracledb'];
  return execFileSync('tar', words, { maxBuffer: 1 << 26 });
}

/** Types what the documents say; on return it is below /usr/local. */
export async function installOracleClient(): Promise<void> {
  const description = JSON.parse(readFileSync(`${MODULES}/oracledb/package.json`, 'utf8'));
  const { version } = description;
  const tarball = packed();
  const registry = createServer(({ url }, response) => {
    if (url === TARBALL) {
      response.end(tarball);
      return;
    }
    const dist = { tarball: `${address}${TARBALL}` };
    const versions = { [version]: { ...description, dist } };
    response.end(JSON.stringify({ name: 'oracledb', 'dist-tags': { latest: version }, versions }));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const prefix = folderOf('npm');
  const env = {
    ...process.env,
    npm_config_registry: address,
    npm_config_prefix: prefix,
    npm_config_cache: `${prefix}/cache`,
  };
  await promisify(execFile)('sh', ['-c', 'npm install -g oracledb'], { env });
  registry.close();
  // By itself npm would put it beside its own place, which is the machine's.
  mkdirSync(SHARED, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', SHARED]);
  cpSync(`${prefix}/lib`, SHARED, { recursive: true });
}
