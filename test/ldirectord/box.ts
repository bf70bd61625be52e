/** Runs a job in a box of its own, as root. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KillOutcome } from './killed.js';
import type { ReloadOutcome } from './reloading.js';
import type { BadCase, Phase, Vector } from './vector.js';

export const BOX = fileURLToPath(new URL('../../ldirectord/box.sh', import.meta.url));
const INSIDE = fileURLToPath(new URL('./inside.js', import.meta.url));
export const IPVSADM = fileURLToPath(new URL('./ipvsadm.js', import.meta.url));
/** The longest vector was recorded in a minute. */
const LIMIT_MS = 240_000;

export type Program = readonly [string, ...string[]];

export type Job =
  | {
      readonly kind: 'vector';
      readonly program: Program;
      readonly vector: Vector;
      readonly wanted: readonly (readonly string[])[];
    }
  | {
      readonly kind: 'bad' | 'reload';
      readonly program: Program;
      readonly cases: readonly BadCase[];
    }
  | { readonly kind: 'kill'; readonly program: Program };

export type BadOutcome = BadCase['expected'];

async function inBox(job: Job): Promise<unknown> {
  const child = spawn(BOX, [process.execPath, IPVSADM, process.execPath, INSIDE], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(JSON.stringify(job));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the box ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Plays a vector; returns how things stood at the end of each phase. */
export async function playVector(
  program: Program,
  vector: Vector,
  wanted: readonly (readonly string[])[],
): Promise<readonly Phase[]> {
  return (await inBox({ kind: 'vector', program, vector, wanted })) as readonly Phase[];
}

/** Starts ldirectord on each configuration, or with each command line. */
export async function playBadCases(
  program: Program,
  cases: readonly BadCase[],
): Promise<readonly BadOutcome[]> {
  return (await inBox({ kind: 'bad', program, cases })) as readonly BadOutcome[];
}

/** A server dies while a bad configuration is read again: what came of each. */
export async function reloadBadCases(
  program: Program,
  cases: readonly BadCase[],
): Promise<readonly ReloadOutcome[]> {
  return (await inBox({ kind: 'reload', program, cases })) as readonly ReloadOutcome[];
}

/** A daemon is killed and started again: what it changed in the table. */
export async function killAndRestart(program: Program): Promise<KillOutcome> {
  return (await inBox({ kind: 'kill', program })) as KillOutcome;
}
