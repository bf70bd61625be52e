/** Notices that the configuration file has changed: first by its time, then by its content. */
import { readFileSync, statSync } from 'node:fs';
import { digestOf } from './command/read.js';

export type FileChange = 'unchanged' | 'changed' | 'unreadable';

export class FileWatch {
  readonly #path: string;
  #modified: bigint | undefined;
  #digest: string | undefined;
  #readable = true;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * From now on that content is the known one; its time is learned at the next look. A file that
   * could not be read is compared with the last one that could.
   */
  know(digest: string | undefined): void {
    if (digest === undefined) return;
    this.#digest = digest;
    this.#modified = undefined;
  }

  /**
   * Says once of each change that there is one. A file that is touched, or written again with the
   * same content, has not changed. `unreadable` is said once, until it can be read again.
   */
  look(): FileChange {
    try {
      const modified = statSync(this.#path, { bigint: true }).mtimeNs;
      if (modified === this.#modified) return 'unchanged';
      const digest = digestOf(readFileSync(this.#path));
      this.#modified = modified;
      this.#readable = true;
      const changed = this.#digest !== undefined && this.#digest !== digest;
      this.#digest = digest;
      return changed ? 'changed' : 'unchanged';
    } catch {
      const said = !this.#readable;
      this.#readable = false;
      this.#modified = undefined;
      return said ? 'unchanged' : 'unreadable';
    }
  }
}
