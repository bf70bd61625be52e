/** Settings that the genuine programs lack: /etc/sysconfig/NAME, or /etc/default/NAME on Debian. */
import { readFileSync } from 'node:fs';
import ini from 'ini';

export interface Sysconfig {
  /** NAME=value lines, values as text. Empty when there is no file. */
  readonly values: ReadonlyMap<string, string>;
  /** Lines whose value a shell would compute, and we do not: for one warning each. */
  readonly problems: readonly string[];
}

/** Reads the text of such a file. Values are taken as they stand: no variables, no commands. */
export function parseSysconfig(text: string): Sysconfig {
  const values = new Map<string, string>();
  const problems: string[] = [];
  const parsed: Record<string, unknown> = ini.parse(text.replace(/^[ \t]*export[ \t]+/gm, ''));
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value === 'object') continue;
    const plain = String(value);
    if (/[$`]/.test(plain)) problems.push(`${name}: ${plain} is taken literally`);
    values.set(name, plain);
  }
  return { values, problems };
}

/** Reads /etc/sysconfig/NAME, else /etc/default/NAME; `root` stands before both. */
export function readSysconfig(name: string, root = ''): Sysconfig {
  for (const folder of ['/etc/sysconfig', '/etc/default']) {
    try {
      return parseSysconfig(readFileSync(`${root}${folder}/${name}`, 'utf8'));
    } catch {
      // Not there, or not readable: as if it were absent.
    }
  }
  return { values: new Map(), problems: [] };
}
