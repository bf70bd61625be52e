/** Users and groups by name: from the files, and from the name service where they are not there. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Account } from '@ts-heartbeat/core/config/machine';

export interface Accounts {
  user(name: string): Account | undefined;
  group(name: string): number | undefined;
}

/** A directory server that does not answer must not keep the daemon from saying so. */
const LOOKUP_MS_MAX = 5000;

/** The entry of a file of passwd's kind whose first field is that name. */
export function entryOf(text: string, name: string): readonly string[] | undefined {
  for (const line of text.split('\n')) {
    const fields = line.split(':');
    if (fields[0] === name && fields.length > 3) return fields;
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** What `getent` finds: users of a directory service stand in no file. */
function askNameService(database: 'passwd' | 'group', name: string): readonly string[] | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@$-]*$/.test(name)) return undefined;
  try {
    const text = execFileSync('getent', [database, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LOOKUP_MS_MAX,
    });
    return entryOf(text, name);
  } catch {
    return undefined;
  }
}

/** A field that is a user or group number. */
function idOf(field: string | undefined): number | undefined {
  return field !== undefined && /^\d{1,10}$/.test(field) ? Number(field) : undefined;
}

/** Accounts of this machine, each looked up once. */
export function systemAccounts(root = ''): Accounts {
  const texts = { passwd: readText(`${root}/etc/passwd`), group: readText(`${root}/etc/group`) };
  const known = new Map<string, readonly string[] | undefined>();
  const find = (database: 'passwd' | 'group', name: string): readonly string[] | undefined => {
    const key = `${database} ${name}`;
    if (!known.has(key)) {
      known.set(key, entryOf(texts[database], name) ?? askNameService(database, name));
    }
    return known.get(key);
  };
  return {
    user(name) {
      const fields = find('passwd', name);
      const uid = idOf(fields?.[2]);
      const gid = idOf(fields?.[3]);
      return uid === undefined || gid === undefined ? undefined : { uid, gid };
    },
    group: (name) => idOf(find('group', name)?.[2]),
  };
}

/**
 * User and group of files and sockets that the daemon shares with its clients; undefined on a
 * machine without these accounts (hacluster and haclient, as in heartbeat 3.0.6).
 */
export function sharedOwner(): Account | undefined {
  const accounts = systemAccounts();
  const uid = accounts.user('hacluster')?.uid;
  const gid = accounts.group('haclient');
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
