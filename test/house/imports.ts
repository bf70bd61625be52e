/** Who may import whom, and what a pure folder must not touch, as functions over source text. */
import path from 'node:path';
import { codeOnly, lineOf } from './code.js';

/** Which of our packages each may import. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  platform: [],
  'ts-resource-runner': ['core', 'platform'],
  client: ['core', 'platform'],
  'ts-heartbeat': ['core', 'platform', 'ts-resource-runner'],
  'ts-ldirectord': ['platform'],
};

/** Decisions live here: nothing in it may know the time, the chance, the process or the machine. */
const PURE = [
  'packages/core/src/',
  'packages/ts-resource-runner/src/plan.ts',
  'packages/ts-resource-runner/src/plan/',
  'packages/ts-ldirectord/src/config/',
  'packages/ts-ldirectord/src/director/',
  // What the director speaks of: values, without the program that applies them.
  'packages/ts-ldirectord/src/ipvs/address.ts',
  'packages/ts-ldirectord/src/ipvs/change.ts',
  'packages/ts-ldirectord/src/ipvs/memory.ts',
  'packages/ts-ldirectord/src/ipvs/table.ts',
  'packages/ts-ldirectord/src/checks/check.ts',
  'packages/ts-ldirectord/src/notify/alerts.ts',
];

/** The one use of Node that pure code may make: hash functions over messages. */
const HASHING = { folder: 'packages/core/src/auth/', module: 'node:crypto' };

const FORBIDDEN_WORDS =
  /\b(?:Date\.now|new Date|Date\(|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|performance|process|globalThis|require)\b/g;

/** One broken rule. */
export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

const IMPORT =
  /\b(import|export)(\s+type)?\b(?:[^'"`;]*?\bfrom\b)?\s*['"]([^'"\n]+)['"]|\b(?:import|require)\s*\(\s*['"]([^'"\n]+)['"]/g;

/** Every import of a source: static, re-exported, dynamic and required. */
export function importsOf(source: string): readonly Import[] {
  const code = codeOnly(source);
  const found: Import[] = [];
  for (const match of source.matchAll(IMPORT)) {
    const specifier = match[3] ?? match[4];
    const isCode = code.slice(match.index, match.index + 6) === match[0].slice(0, 6);
    if (!isCode || specifier === undefined) continue;
    found.push({
      specifier,
      line: lineOf(source, match.index),
      typeOnly: match[2] !== undefined,
    });
  }
  return found;
}

/** The package that a path of this repository belongs to; undefined outside packages/. */
function packageOf(file: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(file)?.[1];
}

/** The file or package of ours that a specifier names, as a path; undefined: not ours. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    return path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
  }
  const ours = /^(?:@ts-heartbeat\/([^/]+)|(ts-heartbeat|ts-resource-runner|ts-ldirectord))(\/|$)/;
  const match = ours.exec(specifier);
  if (match === null) return undefined;
  return `packages/${match[1] ?? match[2]}/src/${specifier.slice(match[0].length)}.ts`;
}

function isPure(file: string): boolean {
  return PURE.some((place) => file.startsWith(place)) && !isTest(file);
}

/** Tests, and what exists for tests alone, may use the machine. */
function isTest(file: string): boolean {
  return /\.(?:test|fixture)\.ts$/.test(file);
}

function importBreach(file: string, found: Import): string | undefined {
  const { specifier, typeOnly } = found;
  const own = packageOf(file);
  const named = target(file, specifier);
  if (own !== undefined && named !== undefined) {
    const other = packageOf(named);
    if (other !== own && !(MAY_IMPORT[own] ?? []).includes(other ?? '')) {
      return `${own} must not import ${other ?? specifier}`;
    }
  }
  if (!isPure(file)) return undefined;
  if (named !== undefined) {
    return typeOnly || isPure(named) ? undefined : `pure code must not import ${specifier}`;
  }
  if (specifier === HASHING.module && file.startsWith(HASHING.folder)) return undefined;
  return typeOnly && !specifier.startsWith('node:')
    ? undefined
    : `pure code must not import ${specifier}`;
}

/** Every rule that the source at that path (from the top of the repository) breaks. */
export function breaches(file: string, source: string): readonly Breach[] {
  const found: Breach[] = [];
  for (const imported of importsOf(source)) {
    const text = importBreach(file, imported);
    if (text !== undefined) found.push({ path: file, line: imported.line, text });
  }
  if (!isPure(file)) return found;
  const code = codeOnly(source);
  for (const match of code.matchAll(FORBIDDEN_WORDS)) {
    // A field or a parameter may have such a name: `input.process`, `{ process: … }`.
    const before = code.slice(0, match.index).trimEnd().at(-1);
    const after = code.slice(match.index + match[0].length).trimStart();
    if (before === '.' || /^\??:/.test(after)) continue;
    const text = `pure code must not use ${match[0]}`;
    found.push({ path: file, line: lineOf(code, match.index), text });
  }
  return found;
}
