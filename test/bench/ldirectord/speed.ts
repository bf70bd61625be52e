/** How many checks a second one processor makes, against a server on another one. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Speed, SpeedJob } from './job.js';

const CHECKER = fileURLToPath(new URL('./checker.js', import.meta.url));
const PORT = '8080';
/** None of them is waited for while it waits for a request. */
const SERVERS = '8';

/** Perl programs are not compiled: they lie beside the source. */
function source(name: string): string {
  return fileURLToPath(new URL(`../../../bench/ldirectord/${name}`, import.meta.url));
}

function on(cpu: number, ...words: readonly string[]): readonly [string, ...string[]] {
  return ['taskset', '-c', String(cpu), ...words];
}

/** Runs a program to its end and returns what it printed. */
function output([program, ...words]: readonly [string, ...string[]]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

export async function measureSpeed(job: SpeedJob): Promise<Speed> {
  const { check, count, rounds, nodeOptions } = job;
  const [program, ...words] = on(availableParallelism() - 1, source('webserver.pl'), PORT, SERVERS);
  const server = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  let [byClock, byProcessorTime, ofServer] = [0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const client = on(0, source('webclient.pl'), PORT, String(count), check);
    ofServer = Math.max(ofServer, Number(output(client)));
    const checker = on(0, process.execPath, ...nodeOptions, CHECKER, PORT, String(count), check);
    const made = JSON.parse(output(checker)) as Omit<Speed, 'ofServer'>;
    byClock = Math.max(byClock, made.byClock);
    byProcessorTime = Math.max(byProcessorTime, made.byProcessorTime);
  }
  return { byClock, byProcessorTime, ofServer };
}
