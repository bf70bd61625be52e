/** Keeps what was seen of a round that failed. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Logs of more failures than this tell nothing new. */
const KEPT_MAX = 50;

export class Failures {
  readonly #suite: string;
  #directory: string | undefined;
  #kept = 0;

  constructor(suite: string) {
    this.#suite = suite;
  }

  /** Writes a text; returns the file. The directory is made with the first one. */
  keep(name: string, text: string): string {
    if (this.#kept >= KEPT_MAX) return '(not kept)';
    this.#kept += 1;
    this.#directory ??= mkdtempSync(join(tmpdir(), `ts-heartbeat-storm-${this.#suite}-`));
    const path = join(this.#directory, name.replace(/[^\w+-]+/g, '-'));
    writeFileSync(path, text);
    return path;
  }
}
