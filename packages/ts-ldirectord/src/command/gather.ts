/** Answers what a configuration asks of the machine. */

import { lookup } from 'node:dns/promises';
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { canonicalAddress } from '../config/address.js';
import type { Family } from '../config/config.js';
import { type Facts, type Question, questionKey } from '../config/machine.js';
import { fileName } from './bytes.js';
import { parseServices } from './services.js';

/** The host name that default logins are made of. */
export function hostName(environment: NodeJS.ProcessEnv): string {
  return environment.HOSTNAME ?? os.hostname();
}

/**
 * Answers all questions; names are looked up side by side. Never rejects.
 *
 * @param earlier Of a name with several addresses the one that was taken before is taken again, and
 *   a name that cannot be resolved any more keeps its address.
 */
export async function gather(
  questions: readonly Question[],
  host: string,
  earlier?: Facts,
): Promise<Facts> {
  const services = parseServices(readText('/etc/services'));
  const answers = await Promise.all(
    questions.map(async (question) => {
      const key = questionKey(question);
      const answer = await answerTo(question, services, earlier?.answers[key]);
      return [key, answer] as const;
    }),
  );
  return { hostName: host, answers: Object.fromEntries(answers) };
}

async function answerTo(
  question: Question,
  services: ReturnType<typeof parseServices>,
  before: Facts['answers'][string] | undefined,
): Promise<Facts['answers'][string]> {
  switch (question.kind) {
    case 'host': {
      const found = await resolve(question.name, question.family);
      return chooseAddress(found, before) ?? null;
    }
    case 'service':
      return services(question.name, question.protocol) ?? null;
    case 'append':
      return appendError(question.path) ?? null;
    case 'directory':
      return isDirectory(question.path);
  }
}

/** The address a name stands for, given those it has now and the one it stood for before. */
export function chooseAddress<Before>(
  found: readonly string[],
  before: Before,
): string | Before | undefined {
  return found.find((address) => address === before) ?? found[0] ?? before;
}

async function resolve(name: string, family: Family): Promise<readonly string[]> {
  if (name === '') return [family === 'ipv4' ? '127.0.0.1' : '::1'];
  try {
    const found = await lookup(name, { family: family === 'ipv4' ? 4 : 6, all: true });
    return found
      .map(({ address }) => canonicalAddress(address, family))
      .filter((address) => address !== undefined);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Why a file cannot be opened for appending; it is created if need be, as ldirectord 4.12 does. */
export function appendError(path: string): string | undefined {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    closeSync(openSync(fileName(path), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY));
    return undefined;
  } catch (error) {
    return systemErrorText(error);
  }
}

/** Where libc's words for an error are not Node's with a capital letter. */
const LIBC_WORDS: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'Is a directory'],
  ['ENAMETOOLONG', 'File name too long'],
  ['ELOOP', 'Too many levels of symbolic links'],
  ['ENXIO', 'No such device or address'],
]);

/** The error as strerror words it. */
function systemErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const words = /^\w+: (.*?)(?:, \w+.*)?$/s.exec(error.message)?.[1] ?? error.message;
  return LIBC_WORDS.get(code) ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(fileName(path)).isDirectory();
  } catch {
    return false;
  }
}
