/** Calls of cl_status with good and bad words, run one after the other on a director. */

import type { Site } from '../lab/site.js';
import type { Kind } from './kinds.js';
import { visitor } from './visitors.js';

/** The words after `cl_status`. */
export type Words = readonly string[];

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  /** Without the moment and the process of each line. */
  readonly stderr: string;
}

/** Between the parts of what the script says; no answer contains them. */
const RECORD = '\x1e';
const PART = '\x1f';

/** Some two hundred calls of a Node.js program on a busy machine. */
const LIMIT_MS = 240_000;

/** Programs that ask at the same time: the genuine daemon answers each after a pause. */
const LANES = 3;

/** Asks with the program of a kind, as root or as a user; the answers in the order of the words. */
export async function answers(
  site: Site,
  node: string,
  kind: Kind,
  questions: readonly Words[],
  user?: string,
): Promise<readonly Answer[]> {
  const share = Math.ceil(questions.length / LANES);
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const some = questions.slice(lane * share, (lane + 1) * share);
    return oneAfterTheOther(site, node, kind, some, { user, lane });
  });
  return (await Promise.all(lanes)).flat();
}

async function oneAfterTheOther(
  site: Site,
  node: string,
  kind: Kind,
  questions: readonly Words[],
  { user, lane }: { readonly user: string | undefined; readonly lane: number },
): Promise<readonly Answer[]> {
  const as = user === undefined ? '' : `setpriv --reuid ${user} --regid ${user} --init-groups `;
  const [out, err] = ['out', 'err'].map((end) => `/run/asked-${kind}-${lane}.${end}`);
  const calls = questions.map((words) => {
    const line = [visitor(kind, 'cl_status'), ...words].map(quoted).join(' ');
    return [
      `${as}${line} </dev/null >${out} 2>${err}`,
      `printf '${RECORD}%s${PART}' $?`,
      `cat ${out}; printf '${PART}'; cat ${err}`,
    ].join('\n');
  });
  const outcome = await site.run(node, ['sh'], { stdin: calls.join('\n'), timeoutMs: LIMIT_MS });
  const records = outcome.stdout.split(RECORD).slice(1);
  if (records.length !== questions.length) {
    throw new Error(`${records.length} of ${questions.length} answers: ${outcome.stderr}`);
  }
  return records.map((record) => {
    const [code = '', stdout = '', stderr = ''] = record.split(PART);
    return { code: Number(code), stdout, stderr: timeless(stderr) };
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function timeless(text: string): string {
  return text.replace(/^[A-Z][a-z]{2} [ \d]\d [\d:]{8} /gm, '').replace(/\[\d+\]/g, '[pid]');
}
