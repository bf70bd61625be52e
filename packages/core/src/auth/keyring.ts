/** The keys of one node: every listed one is accepted, one signs. */

/** The methods of authkeys. `crc` has no key and protects against damage only. */
export type AuthMethod = 'crc' | 'md5' | 'sha1';

export interface Key {
  readonly method: AuthMethod;
  /** The key text of authkeys: one character is one byte (latin1). Empty for `crc`. */
  readonly key: string;
}

export interface Keyring {
  /** The number of the key that signs; it is in `keys`. */
  readonly signing: number;
  /** By number, 0 to 15 (heartbeat 3.0.6). */
  readonly keys: ReadonlyMap<number, Key>;
}
