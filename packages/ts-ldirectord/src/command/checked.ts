/**
 * A note beside the pid file that a configuration was found good. The shell launcher answers
 * `status`, `stop` and `reload` by itself only while the file has not been changed since, because
 * else its errors are to be printed first; and only for what it can do: a log in a file, no further
 * instances.
 */
import { rmSync, writeFileSync } from 'node:fs';
import type { ReadResult, Source } from './read.js';

/** Two lines: the configuration file, the log file. */
export function checkedPath(name: string): string {
  return `/var/run/ldirectord.${name}.checked`;
}

/** Writes the note, or takes an old one away. A failure only costs the launcher its short cut. */
export function noteChecked(name: string, source: Source, result: ReadResult): void {
  const path = checkedPath(name);
  const { configuration, problems } = result;
  const lines = [source.file, configuration?.globals.logfile ?? ''];
  const simple =
    configuration !== undefined &&
    problems.length === 0 &&
    configuration.globals.execute.length === 0 &&
    !configuration.globals.supervised &&
    configuration.globals.logfile.startsWith('/') &&
    !lines.some((line) => /[\n\\]/.test(line));
  try {
    if (simple) writeFileSync(path, lines.map((line) => `${line}\n`).join(''), 'latin1');
    else rmSync(path, { force: true });
  } catch {
    // Not root, or a read-only /var/run: the launcher asks us then.
  }
}
