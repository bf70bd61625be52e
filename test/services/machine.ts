/** The machine of these tests: a box of their own, its addresses, folders and certificate. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { addAddresses } from '../ldirectord/realserver.js';

const FOLDER = '/run/services';
const CONF = new URL('../../services/conf/', import.meta.url);
export const CERTIFICATE = `${FOLDER}/certificate.pem`;
export const KEY = `${FOLDER}/key.pem`;

/** Where a server is: `n` tells the servers apart. */
export function addressOf(n: number): string {
  return `10.20.0.${n}`;
}

export function address6Of(n: number): string {
  return `fd20::${n}`;
}

/** Where something stands before a server and drips. */
export function dripAddressOf(n: number): string {
  return `10.20.1.${n}`;
}

/** Prepares the machine; throws unless this is the box that `npm run test:services` makes. */
export function furnish(servers: number): void {
  if (os.hostname() !== 'director.test' || !existsSync('/run/ipvs')) {
    throw new Error('these tests need a machine of their own: run them by npm run test:services');
  }
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const all = Array.from({ length: servers }, (_, n) => n + 1);
  const six = readFileSync('/proc/net/if_inet6', 'latin1');
  if (!six.includes('fd20')) {
    addAddresses(all.flatMap((n) => [addressOf(n), address6Of(n), dripAddressOf(n)]));
  }
  const names = all.flatMap((n) => [`IP:${addressOf(n)}`, `IP:${address6Of(n)}`]).join(',');
  const about = ['-subj', '/CN=director.test', '-addext', `subjectAltName=${names}`, '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const output = ['-keyout', KEY, '-out', CERTIFICATE];
  execFileSync('openssl', ['req', '-x509', ...key, ...about, ...output], { stdio: 'ignore' });
  // Some servers read it as their own users.
  chmodSync(KEY, 0o644);
}

/** The empty folder of a server, owned by its user where it has one. */
export function folderOf(name: string, user = 'root'): string {
  const folder = `${FOLDER}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  execFileSync('chown', [user, folder]);
  return folder;
}

export function removeFolders(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

/** Where a file of `conf` is. */
export function confFile(name: string): string {
  return fileURLToPath(new URL(name, CONF));
}

/** Writes a configuration of `conf`, with `@NAME@` filled in; returns where. */
export function configure(
  template: string,
  place: string,
  values: Readonly<Record<string, string>>,
): string {
  const text = readFileSync(confFile(template), 'utf8');
  const all: Readonly<Record<string, string>> = { CERTIFICATE, KEY, ...values };
  const filled = text.replace(/@([A-Z0-9]+)@/g, (_, name: string) => {
    const value = all[name];
    if (value === undefined) throw new Error(`${template} wants ${name}`);
    return value;
  });
  writeFileSync(place, filled);
  return place;
}
