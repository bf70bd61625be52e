// What every kind of package of one commit shares: version, time, architectures, how it is built.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layTree } from './tree.mjs';

export const here = dirname(fileURLToPath(import.meta.url));
export const sources = dirname(here);
export const { version, license } = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));

/** Node's name of an architecture, and that of each kind of package. */
export const ARCHITECTURES = [
  { node: 'x64', rpm: 'x86_64', deb: 'amd64' },
  { node: 'arm64', rpm: 'aarch64', deb: 'arm64' },
];

/** Runs a program to its end; what it says is shown only when it fails. Returns its output. */
export function run(program, words, settings = {}) {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...settings };
  const { status, stdout, stderr, error } = spawnSync(program, words, options);
  if (status === 0) return stdout;
  throw new Error(`${program} failed: ${error?.message ?? `${stdout}\n${stderr}`.trim()}`);
}

/** Seconds since 1970 at which the commit was made; SOURCE_DATE_EPOCH where there is no git. */
function commitTime() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return given;
  try {
    return run('git', ['-C', sources, 'log', '-1', '--format=%ct']).trim();
  } catch {
    throw new Error('neither a git checkout nor SOURCE_DATE_EPOCH: which time does it get?');
  }
}

export const epoch = commitTime();
/** For the programs that are run: everything as old as the commit, and in the same words. */
export const environment = { ...process.env, SOURCE_DATE_EPOCH: epoch, LC_ALL: 'C', TZ: 'UTC' };

/** Packs a folder's entries, whoever packs it and whenever. */
export function pack(folder, file) {
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const order = ['--sort=name', `--mtime=@${epoch}`, '--format=gnu'];
  run('tar', [...order, ...owner, '-I', 'gzip -9n', '-cf', file, '-C', folder, '.']);
}

/**
 * Builds one package for each architecture that the command line asks for, by default for all:
 * `[--arch x64|arm64] [DIR]`, DIR being where the packages go.
 *
 * @param build called with the staged tree, the architecture, a folder for its work and DIR;
 *   returns the package's path.
 */
export async function packages(name, build) {
  process.umask(0o022);
  try {
    const words = process.argv.slice(2);
    const at = words.indexOf('--arch');
    const arch = at < 0 ? undefined : words.splice(at, 2)[1];
    const wanted = ARCHITECTURES.filter(({ node }) => arch === undefined || node === arch);
    if (words.length > 1 || words[0]?.startsWith('-') || wanted.length === 0) {
      console.error(`usage: npm run ${name} -- [--arch x64|arm64] [DIR]`);
      process.exit(2);
    }
    const out = resolve(words[0] ?? join(here, 'dist'));
    mkdirSync(out, { recursive: true });
    for (const architecture of wanted) {
      const work = mkdtempSync(join(tmpdir(), `ts-heartbeat-${name}-`));
      try {
        const tree = join(work, 'tree');
        await layTree(tree, architecture.node);
        console.log(build({ tree, architecture, work, out }));
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    }
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exit(1);
  }
}
