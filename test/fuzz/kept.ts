/** Inputs that are kept in the repository: those that show much, and those that broke something. */
import { readFileSync, writeFileSync } from 'node:fs';

/** A file is a list of texts, one character a byte. */
function pathOf(folder: 'corpus' | 'found', target: string): URL {
  return new URL(`../../fuzz/${folder}/${target}.json`, import.meta.url);
}

/** An input that once broke something. */
export interface Found {
  /** What it broke. */
  readonly what: string;
  readonly input: string;
}

/** What shows much of a target; nothing where no file is. */
export function keptCorpus(target: string): readonly Uint8Array[] {
  return (read(pathOf('corpus', target)) as readonly string[]).map(bytesOf);
}

/** What once broke a target; nothing where no file is. */
export function foundInputs(target: string): readonly Found[] {
  return read(pathOf('found', target)) as readonly Found[];
}

/** As much of a target's corpus is kept. */
const CORPUS_BYTES_MAX = 8 * 1024;

/** Keeps the smallest inputs, up to a limit. */
export function keepCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const texts: string[] = [];
  let bytes = 0;
  for (const input of inputs.toSorted((one, other) => one.length - other.length)) {
    const text = Buffer.from(input).toString('latin1');
    bytes += JSON.stringify(text).length;
    if (bytes > CORPUS_BYTES_MAX) break;
    texts.push(text);
  }
  writeFileSync(pathOf('corpus', target), `${JSON.stringify(texts, undefined, 2)}\n`);
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function read(path: URL): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return [];
    throw error;
  }
}
