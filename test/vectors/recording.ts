/** Reads the recordings of genuine heartbeat traffic that lie beside this file's source. */
import { readdirSync, readFileSync } from 'node:fs';

import type { AuthMethod, Key, Keyring } from '@ts-heartbeat/core/auth/keyring';

const VECTORS = new URL('../../vectors/', import.meta.url);

/** The versions recorded, each a directory. */
export const RECORDED = ['heartbeat', 'heartbeat-2.1', 'heartbeat-1.99.4'] as const;

/** A value of `fields`: a string, or bytes. */
export type RecordedValue = string | { readonly type: number; readonly base64: string };

/** One datagram, serial frame or ICMP payload, as the recording program understood it. */
export interface RecordedItem {
  readonly base64: string;
  readonly encoding: 'string' | 'netstring' | 'netstring-1.99.4';
  readonly fields: Readonly<Record<string, RecordedValue>>;
  readonly fieldOrder?: readonly string[];
  readonly trailerAuth?: string;
  readonly trailingNul?: boolean;
  readonly verified: { readonly innerAuthOk?: boolean; readonly trailerAuthOk?: boolean };
}

export interface Recording {
  readonly version: string;
  readonly file: string;
  readonly keyring: Keyring;
  readonly items: readonly RecordedItem[];
}

interface RecordingFile {
  readonly authkeys?: string;
  readonly config?: { readonly authkeys?: string };
  readonly items?: readonly unknown[];
}

/** Reads one file of a version's directory. */
export function readVectorFile(version: string, file: string): unknown {
  return JSON.parse(readFileSync(new URL(`${version}/${file}`, VECTORS), 'utf8'));
}

/** The names of all files with vectors of a version. */
export function vectorFiles(version: string): readonly string[] {
  return readdirSync(new URL(`${version}/`, VECTORS))
    .filter((file) => file.endsWith('.json'))
    .sort();
}

/** Every recording of messages on the cluster's media, of every version. */
export function messageRecordings(): readonly Recording[] {
  return RECORDED.flatMap((version) =>
    vectorFiles(version)
      .filter((file) => /^(udp|serial|icmp|injected)-/.test(file))
      .map((file) => readRecording(version, file)),
  );
}

function readRecording(version: string, file: string): Recording {
  const content = readVectorFile(version, file) as RecordingFile;
  const authkeys = content.authkeys ?? content.config?.authkeys ?? '';
  const items = (content.items ?? []) as readonly RecordedItem[];
  return { version, file, keyring: readKeyring(authkeys), items };
}

/** Reads the plain authkeys files of the recordings. */
function readKeyring(text: string): Keyring {
  const keys = new Map<number, Key>();
  let signing = 0;
  for (const line of text.split('\n')) {
    const [first = '', second = '', key = ''] = line.trim().split(/\s+/);
    if (first === 'auth') signing = Number(second);
    else if (first !== '') keys.set(Number(first), { method: second as AuthMethod, key });
  }
  return { signing, keys };
}
