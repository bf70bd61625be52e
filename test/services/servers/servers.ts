/** All servers of the tests: started side by side, found by name. */
import { address6Of, addressOf, dripAddressOf, furnish, removeFolders } from '../machine.js';
import type { Program } from '../program.js';
import { dovecot } from './dovecot.js';
import { freeradius } from './freeradius.js';
import { leafnode } from './leafnode.js';
import { mariadb } from './mariadb.js';
import { named } from './named.js';
import { nginx } from './nginx.js';
import { postfix } from './postfix.js';
import { postgresql } from './postgresql.js';
import { scripted } from './scripted.js';
import { slapd } from './slapd.js';
import { tinyproxy } from './tinyproxy.js';
import { vsftpd } from './vsftpd.js';

const STARTS = {
  nginx,
  tinyproxy,
  vsftpd,
  postfix,
  dovecot,
  leafnode,
  slapd,
  named,
  mariadb,
  postgresql,
  freeradius,
  scripted,
};

export type ServerName = keyof typeof STARTS;

export const SERVER_NAMES = Object.keys(STARTS) as readonly ServerName[];

/** The place of a server among all: it makes its addresses. */
function placeOf(name: ServerName): number {
  return SERVER_NAMES.indexOf(name) + 1;
}

export function addressOfServer(name: ServerName): string {
  return addressOf(placeOf(name));
}

export function address6OfServer(name: ServerName): string {
  return address6Of(placeOf(name));
}

export function dripAddressOfServer(name: ServerName): string {
  return dripAddressOf(placeOf(name));
}

export class Servers {
  readonly #programs: ReadonlyMap<ServerName, Program>;

  /** Starts all of them; when one cannot be started, ends the others and throws. */
  static async start(): Promise<Servers> {
    furnish(SERVER_NAMES.length);
    const begun = await Promise.allSettled(
      SERVER_NAMES.map(async (name) => [name, await STARTS[name](placeOf(name))] as const),
    );
    const programs = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const servers = new Servers(new Map(programs));
    const failed = begun.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      await servers.end();
      throw failed.reason;
    }
    return servers;
  }

  private constructor(programs: ReadonlyMap<ServerName, Program>) {
    this.#programs = programs;
  }

  freeze(...names: readonly ServerName[]): void {
    for (const name of names) this.#programs.get(name)?.freeze();
  }

  thaw(...names: readonly ServerName[]): void {
    for (const name of names) this.#programs.get(name)?.thaw();
  }

  /** Kills them all and removes their folders. */
  async end(): Promise<void> {
    await Promise.all([...this.#programs.values()].map((program) => program.end()));
    removeFolders();
  }
}
