/** Commands for a clone of the repository: whether the scripts, suites and options they name are there. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sources } from '../house/sources.js';
import { REPOSITORY } from '../lab/place.js';

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

export const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

/** What the gate runs, step by step, without names and limits. */
const STEPS = [...read('.ci/run').matchAll(/^(?:step|beside) (?:'[^']*'|\S+) \d+ (.*)$/gm)].map(
  ([, command = '']) => command,
);

/** Programs and scripts; what is said here of options and variables does not make them known. */
const SOURCES = sources().filter(({ path }) => !/\.md$|^test\/docs\//.test(path));

function inGate(command: string): boolean {
  return STEPS.some((step) => `${step} `.includes(`${command} `));
}

const LISTED = new Map<string, readonly string[]>();

/** The files that `test/run.mjs` would run. */
function listed(words: string): readonly string[] {
  const known = LISTED.get(words);
  if (known !== undefined) return known;
  const argv = ['test/run.mjs', '--list', ...words.split(' ')];
  const { stdout } = spawnSync(process.execPath, argv, { cwd: REPOSITORY, encoding: 'utf8' });
  const files = stdout.trim().split('\n').filter(Boolean);
  LISTED.set(words, files);
  return files;
}

/** Options that the sources beside a program do not know. */
function unknownOptions(program: string, words: string): readonly string[] {
  const folder = dirname(program).replace('test/dist', 'test');
  const beside = SOURCES.filter(({ path }) => dirname(path) === folder).map(({ text }) => text);
  const options = [...words.matchAll(/--([a-z]+)/g)].map(([, name = '']) => name);
  const known = (name: string): boolean =>
    beside.some((text) => new RegExp(`['"\`-]${name}\\b|\\b${name}: \\{`).test(text));
  return options.filter((name) => !known(name));
}

/** The program that a script runs: the last one in it. */
function programOf(script: string): string {
  return /.*\bnode (\S+)/.exec(script)?.[1] ?? '';
}

/** Within a script that the gate runs. */
function inScript(name: string): boolean {
  return Object.entries(SCRIPTS).some(
    ([outer, text]) =>
      text.includes(`npm run -s ${name} `) && (outer === 'test' || inGate(`npm run ${outer}`)),
  );
}

/** A script that the gate runs itself, or within another one, or that is a suite of tests. */
function npmRun(name: string, words: string): string | undefined {
  const script = SCRIPTS[name];
  if (script === undefined) return 'package.json has no such script';
  const suite = /node test\/run\.mjs (\w+)$/.exec(script)?.[1];
  const ran = inGate(`npm run ${name}`) || inScript(name);
  if (!ran && (suite === undefined || listed(suite).length === 0))
    return 'the gate does not run it';
  const unknown = unknownOptions(programOf(script), words);
  return unknown.length === 0 ? undefined : `unknown to it: ${unknown.join(' ')}`;
}

function nodeProgram(program: string, words: string): string | undefined {
  const script = Object.entries(SCRIPTS).find(([, text]) => programOf(text) === program);
  if (script === undefined) return 'no script of package.json runs it';
  return npmRun(script[0], words);
}

/** Files for Node's own runner are among those that the suites run. */
function nodeTest(files: readonly string[]): string | undefined {
  const all = new Set(listed('all'));
  const missing = files.filter((file) => !all.has(file));
  return missing.length === 0 ? undefined : `in no suite: ${missing.join(' ')}`;
}

/**
 * What is wrong with a command for a clone of the repository; undefined where it is right, null
 * where it is no such command.
 */
export function wrongInTree(text: string): string | undefined | null {
  const command = text.replace(/^((?:[A-Z_]+=\S+ )*)/, '');
  const variables = [...text.slice(0, -command.length).matchAll(/([A-Z_]+)=/g)];
  for (const [, variable = ''] of variables) {
    if (!SOURCES.some((source) => source.text.includes(variable))) return `no ${variable} anywhere`;
  }
  const [, name, words = ''] = /^npm run ([\w:]+)(?: -- (.*))?$/.exec(command) ?? [];
  if (name !== undefined) return npmRun(name, words);
  if (/^(?:npm test|npm ci .*|sh \.ci\/packages)$/.test(command)) {
    return inGate(command) ? undefined : 'the gate does not run it';
  }
  const run = /^node test\/run\.mjs (.*)$/.exec(command)?.[1];
  if (run !== undefined) return listed(run).length > 0 ? undefined : 'it finds no tests';
  const files = /^node --test (?:--\S+ )*(.*)$/.exec(command)?.[1];
  if (files !== undefined) return nodeTest(files.split(' '));
  const [, program, more = ''] = /^node (test\/dist\/\S+)(.*)$/.exec(command) ?? [];
  if (program !== undefined) return nodeProgram(program, more);
  const project = /^npx tsc -b ?(\S*)$/.exec(command)?.[1];
  if (project === undefined) return null;
  return existsSync(join(REPOSITORY, project, 'tsconfig.json')) ? undefined : 'no such project';
}
