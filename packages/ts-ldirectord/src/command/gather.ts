/** Answers what a configuration asks of the machine. */

import { lookup } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { canonicalAddress } from '../config/address.js';
import type { Family } from '../config/config.js';
import { type Facts, type Question, questionKey } from '../config/machine.js';
import { appendErrors } from './appendable.js';
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
  const paths = questions.flatMap((question) => (question.kind === 'append' ? question.path : []));
  const appending = appendErrors(paths);
  const answers = await Promise.all(
    questions.map(async (question) => {
      const key = questionKey(question);
      const answer =
        question.kind === 'append'
          ? ((await appending)[paths.indexOf(question.path)] ?? null)
          : await answerTo(question, services, earlier?.answers[key]);
      return [key, answer] as const;
    }),
  );
  return { hostName: host, answers: Object.fromEntries(answers) };
}

async function answerTo(
  question: Exclude<Question, { kind: 'append' }>,
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

function isDirectory(path: string): boolean {
  try {
    return statSync(fileName(path)).isDirectory();
  } catch {
    return false;
  }
}
