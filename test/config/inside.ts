/**
 * Runs inside the box: gives each configuration to the genuine heartbeat and to our loader, and
 * prints what both said as JSON. `inside.js HEARTBEAT < configurations`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { loadConfiguration, printProblems } from 'ts-heartbeat/config/load';
import type { Configuration, Outcome, Verdict } from './outcome.js';

const DIRECTORY = '/etc/ha.d';
const RUN_MS_MAX = 30_000;

function put(name: string, text: string | undefined, mode: number): void {
  const path = `${DIRECTORY}/${name}`;
  rmSync(path, { force: true });
  if (text === undefined) return;
  writeFileSync(path, text, 'latin1');
  chmodSync(path, mode);
}

/** The daemon that a sound configuration starts ends with its process 1, the shell. */
function runGenuine(heartbeat: string): Verdict {
  // With the names it locks with, which hold the same process numbers every time.
  const locks = readdirSync('/run').filter((name) => name.includes('heartbeat.pid'));
  for (const name of locks) rmSync(`/run/${name}`);
  const isolated = ['--pid', '--mount', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const unprivileged = ['setpriv', '--bounding-set=-sys_boot', '--inh-caps=-sys_boot', heartbeat];
  const { status, signal, stderr } = spawnSync(
    'unshare',
    [...isolated, 'sh', '-c', '"$@"; exit $?', 'sh', ...unprivileged],
    { encoding: 'latin1', stdio: ['ignore', 'ignore', 'pipe'], timeout: RUN_MS_MAX },
  );
  return { stderr, exitCode: status ?? (signal === null ? -1 : 128) };
}

async function runOurs(): Promise<Verdict & { readonly own: string }> {
  const { printed, exitCode, log } = await loadConfiguration(DIRECTORY, { addressWaitMs: 0 });
  const speaker = { tag: 'heartbeat', pid: process.pid, host: os.hostname() };
  const print = (isOwn: boolean): string => {
    const problems = printed.filter(({ own }) => (own === true) === isOwn);
    return printProblems(problems, speaker, new Date(), log.syslogFormat);
  };
  return { stderr: print(false), own: print(true), exitCode };
}

const configurations: readonly Configuration[] = JSON.parse(readFileSync(0, 'utf8'));
const outcomes: Outcome[] = [];
for (const { hacf, authkeys, haresources, nodeinfo, mode } of configurations) {
  put('ha.cf', hacf, 0o644);
  put('haresources', haresources, 0o644);
  put('nodeinfo', nodeinfo, 0o644);
  put('authkeys', authkeys, mode ?? 0o600);
  outcomes.push({ genuine: runGenuine(process.argv[2] ?? ''), ours: await runOurs() });
}
process.stdout.write(JSON.stringify(outcomes));
