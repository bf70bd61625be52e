/** Signs texts with a keyring, and verifies signatures against it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { bytesOf } from '../message/latin1.js';
import { crc } from './crc.js';
import type { Key, Keyring } from './keyring.js';
import { hmacMd5 } from './md5.js';

/** False where OpenSSL may not compute MD5 (FIPS): Node then throws. HMAC-SHA1 stays allowed. */
const SYSTEM_HAS_MD5 = ((): boolean => {
  try {
    createHmac('md5', '');
    return true;
  } catch {
    return false;
  }
})();

/** What is signed: a text whose characters are bytes, or bytes in parts. */
export type Signed = string | readonly Uint8Array[];

/**
 * The digest of a text or of bytes: crc without a key, md5 and sha1 as HMAC; lower case
 * hexadecimal.
 */
export function digest(key: Key, signed: Signed): string {
  const parts = typeof signed === 'string' ? [bytesOf(signed)] : signed;
  if (key.method === 'crc') return crc(parts);
  if (key.method === 'md5' && !SYSTEM_HAS_MD5) return hmacMd5(bytesOf(key.key), parts);
  const hmac = createHmac(key.method, bytesOf(key.key));
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

/**
 * The token `N digest` of the key that signs.
 *
 * @throws RangeError when the keyring lacks its signing key.
 */
export function sign(text: string, keyring: Keyring): string {
  const key = keyring.keys.get(keyring.signing);
  if (key === undefined) throw new RangeError(`no key ${keyring.signing} to sign with`);
  return `${keyring.signing} ${digest(key, text)}`;
}

/**
 * How a verification ended. `token`: missing or not `N digest`; `method`: no such key here;
 * `digest`: signed with another key, or damaged.
 */
export type Verification =
  | { readonly ok: true; readonly key: number }
  | { readonly ok: false; readonly reason: 'token' }
  | { readonly ok: false; readonly reason: 'method'; readonly key: number }
  | { readonly ok: false; readonly reason: 'digest'; readonly key: number };

/**
 * A number and a word; blanks may stand around them, and anything behind (heartbeat 3.0.6,
 * measured). The digits of the word are compared as they are written.
 */
const TOKEN = /^\s*\+?([0-9]{1,4})\s+([\x21-\x7e]{1,64})(?:\s|$)/;

/** Verifies a token with the key it names. Takes the same time wherever the digests differ. */
export function verify(signed: Signed, token: string | undefined, keyring: Keyring): Verification {
  const parts = TOKEN.exec(token ?? '');
  if (parts === null) return { ok: false, reason: 'token' };
  const number = Number(parts[1]);
  const key = keyring.keys.get(number);
  if (key === undefined) return { ok: false, reason: 'method', key: number };
  const given = bytesOf(parts[2] ?? '');
  const computed = bytesOf(digest(key, signed));
  const same = given.length === computed.length && timingSafeEqual(given, computed);
  return same ? { ok: true, key: number } : { ok: false, reason: 'digest', key: number };
}
