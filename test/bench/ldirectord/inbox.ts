/** Runs a job of the bench in a box of its own: processes, network and mounts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BOX } from '../../ldirectord/box.js';
import type { Job, Speed, SpeedJob, Watched, WatchJob } from './job.js';

const INSIDE = fileURLToPath(new URL('./inside.js', import.meta.url));
const IPVSADM = fileURLToPath(new URL('../../../bench/ldirectord/ipvsadm.pl', import.meta.url));
/** A million checks at a thousand a second, and some time around them. */
const LIMIT_MS = 40 * 60_000;

/**
 * What else runs on the machine does not count: it waits while a time is taken, for the genuine
 * program as for ours.
 */
const UNDISTURBED = ['chrt', '--rr', '2'] as const;

/** Lets a director watch servers that die and return, or rest. */
export async function watchInBox(job: WatchJob): Promise<Watched> {
  return (await run(job)) as Watched;
}

export async function speedInBox(job: SpeedJob): Promise<Speed> {
  return (await run(job)) as Speed;
}

async function run(job: Job): Promise<unknown> {
  const child = spawn(BOX, ['/usr/bin/perl', IPVSADM, ...UNDISTURBED, process.execPath, INSIDE], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdin.end(JSON.stringify(job));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`a box of the bench ended with ${code}`);
  return JSON.parse(stdout);
}
