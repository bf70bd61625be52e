/** The part of a test that runs in the box: takes a job on standard input, prints what came of it. */
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BadOutcome, Job } from './box.js';
import { killed } from './killed.js';
import { clear, daemonPid, Play, putFile } from './play.js';
import { reloading } from './reloading.js';
import type { BadCase } from './vector.js';

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
const GONE_POLL_MS = 20;
/** A daemon that does not end is a failure of the case after it; the box ends them all. */
const GONE_LIMIT_MS = 10_000;

async function tryCase(play: Play, { config, path, args }: BadCase): Promise<BadOutcome> {
  if (config === undefined) rmSync(CONFIGURATION, { force: true });
  else putFile(path ?? CONFIGURATION, { content: config });
  const { rc, stdout, stderr } = await play.command(args ?? ['start']);
  const pid = daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  for (let ms = 0; daemonPid() !== undefined && ms < GONE_LIMIT_MS; ms += GONE_POLL_MS) {
    await sleep(GONE_POLL_MS);
  }
  clear();
  return { exit: rc, stdout, stderr, daemon_started: pid !== undefined };
}

async function perform(job: Job): Promise<unknown> {
  const play = new Play(job.program);
  if (job.kind === 'kill') return killed(play);
  if (job.kind === 'reload') return reloading(play, job.cases);
  if (job.kind === 'vector') return play.run(job.vector, job.wanted);
  const outcomes: BadOutcome[] = [];
  for (const one of job.cases) outcomes.push(await tryCase(play, one));
  return outcomes;
}

const job: Job = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(await perform(job)), () => process.exit(0));
