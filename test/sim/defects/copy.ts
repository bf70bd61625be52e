/**
 * A copy of the compiled product with a deliberate mistake in it, and of the simulation that runs
 * it: to see that the simulation would notice. The copy stands in a folder of its own, where every
 * import of one of our packages leads to the copied one, so that nothing is passed in or swapped.
 *
 *     const copy = copyWith({ file: 'packages/core/dist/x.js', text: '> 1', instead: '> 2' });
 *     const { simulate } = await copy.load<typeof import('../run.js')>('test/dist/sim/run.js');
 *     copy.remove();
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The top of the repository. */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');

/** One mistake: a text of a compiled file, which must stand in it once, and what stands there. */
export interface Defect {
  /** From the top of the repository: `packages/ts-ldirectord/dist/director/judge.js`. */
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

export interface Copy {
  /** The top of the copy, laid out as the repository is. */
  readonly folder: string;
  /** Imports a compiled file of the copy, named from its top: its modules are its own. */
  load<T>(file: string): Promise<T>;
  /** Removes the folder; what was loaded goes on working. */
  remove(): void;
}

/**
 * Copies every package and `test/dist/sim`, and makes the mistakes. Throws when a text is not found
 * exactly once: the defect has to follow the code.
 */
export function copyWith(...defects: readonly Defect[]): Copy {
  const folder = mkdtempSync(path.join(tmpdir(), 'defect-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    copyCompiled('test', path.join('dist', 'sim'), folder);
    copyModules(folder);
    for (const defect of defects) put(folder, defect);
  } catch (error) {
    remove();
    throw error;
  }
  const load = (file: string) => import(pathToFileURL(path.join(folder, file)).href);
  return { folder, load, remove };
}

/** Every library as it is, every package of ours as a copy. */
function copyModules(folder: string): void {
  const libraries = path.join(ROOT, 'node_modules');
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  const ours = packages();
  const scopes = new Set(
    ours.flatMap(({ name }) => (name.includes('/') ? path.dirname(name) : [])),
  );
  const names = new Set([...scopes, ...ours.map(({ name }) => name)]);
  for (const name of readdirSync(libraries)) {
    if (names.has(name) || name.startsWith('.')) continue;
    symlinkSync(path.join(libraries, name), path.join(modules, name));
  }
  for (const { name, place } of ours) {
    copyCompiled(place, 'dist', folder);
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(folder, place), link);
  }
}

function packages(): readonly { readonly name: string; readonly place: string }[] {
  return readdirSync(path.join(ROOT, 'packages')).flatMap((folder) => {
    const place = path.join('packages', folder);
    const described = path.join(ROOT, place, 'package.json');
    if (!existsSync(described)) return [];
    const { name } = JSON.parse(readFileSync(described, 'utf8')) as { name: string };
    return [{ name, place }];
  });
}

/** The compiled code below a folder, and what makes modules of it; no tests, no types. */
function copyCompiled(place: string, compiled: string, folder: string): void {
  cpSync(path.join(ROOT, place, compiled), path.join(folder, place, compiled), {
    recursive: true,
    filter: (name) => statSync(name).isDirectory() || /(?<!\.test)\.js$/.test(name),
  });
  const described = path.join(ROOT, place, 'package.json');
  const copied = path.join(folder, place, 'package.json');
  if (existsSync(described)) cpSync(described, copied);
  else writeFileSync(copied, '{ "type": "module" }\n');
}

function put(folder: string, { file, text, instead }: Defect): void {
  const place = path.join(folder, file);
  const before = readFileSync(place, 'utf8');
  const count = before.split(text).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times, not once: ${text}`);
  writeFileSync(
    place,
    before.replace(text, () => instead),
  );
}
