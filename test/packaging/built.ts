/** Packages of this checkout, built without a network. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../house/sources.js';

export type Kind = 'rpm' | 'deb' | 'npm';

/** Node's name of an architecture. */
export type Arch = 'x64' | 'arm64';

/** This machine's. */
export function ownArch(): Arch {
  const { arch } = process;
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`no packages for ${arch}`);
  return arch;
}

/** What a program printed; throws with all it said when it fails. */
export function run(program: string, ...words: readonly string[]): string {
  const options = { encoding: 'utf8', maxBuffer: 1 << 26, cwd: '/' } as const;
  const { status, stdout, stderr, error } = spawnSync(program, words, options);
  if (status === 0) return stdout;
  const said = error?.message ?? `${stdout}\n${stderr}`;
  throw new Error(`${program} ${words.join(' ')}: exit code ${status}: ${said}`);
}

/** SHA-256 of a file, in hexadecimal. */
export function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Folders of a test file, all removed at its end. */
export class Workplace {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'packaging-'));
  #count = 0;

  /** A path below it that is not used yet. */
  next(name: string): string {
    this.#count += 1;
    return path.join(this.#folder, `${this.#count}-${name}`);
  }

  /** Builds one package; returns its path. */
  build(kind: Kind, arch: Arch): string {
    const out = this.next(kind);
    run(
      ...(['unshare', '-n', process.execPath] as const),
      path.join(ROOT, `rpm/${kind}.mjs`),
      ...['--arch', arch, out],
    );
    const [file, ...more] = readdirSync(out);
    if (file === undefined || more.length > 0) throw new Error(`${kind}: not one package`);
    return path.join(out, file);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
