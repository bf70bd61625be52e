/** All tables: which rows are played at which host. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Table } from './play.js';
import { AGAIN } from './rows/again.js';
import { NETSTRING, STRING } from './rows/coding.js';
import { ADDRESSED, FIRST, KNOWN } from './rows/fields.js';
import { IDENTITY, SCRIPTS } from './rows/identity.js';
import { PACE } from './rows/pace.js';
import { SEQUENCE } from './rows/sequence.js';
import { SEVERAL, SEVERAL_FILE, SIGNING } from './rows/signing.js';
import { TALK } from './rows/talk.js';

const CRC: Keyring = { signing: 1, keys: new Map([[1, { method: 'crc', key: '' }]]) };
const PLAIN = { keyring: CRC, authkeys: 'auth 1\n1 crc\n' };

export const TABLES: readonly Table[] = [
  { host: 'w-known', number: 0, rows: KNOWN.slice(0, 29), setting: PLAIN },
  { host: 'w-more', number: 9, rows: KNOWN.slice(29), setting: PLAIN },
  { host: 'w-fields', number: 1, rows: ADDRESSED, setting: PLAIN },
  { host: 'w-first', number: 2, rows: FIRST, setting: PLAIN },
  { host: 'w-string', number: 3, rows: STRING.slice(0, 27), setting: PLAIN },
  { host: 'w-types', number: 8, rows: STRING.slice(27), setting: PLAIN },
  { host: 'w-netstring', number: 4, rows: NETSTRING, setting: PLAIN },
  { host: 'w-sequence', number: 6, rows: SEQUENCE, setting: PLAIN },
  { host: 'w-again', number: 7, rows: AGAIN, setting: PLAIN },
  { host: 'w-identity', number: 10, rows: IDENTITY, setting: { ...PLAIN, files: SCRIPTS } },
  { host: 'w-pace', number: 11, rows: PACE, setting: PLAIN },
  { host: 'w-talk', number: 12, rows: TALK, setting: PLAIN },
  {
    host: 'w-signing',
    number: 5,
    rows: SIGNING,
    setting: { keyring: SEVERAL, authkeys: SEVERAL_FILE },
  },
];
