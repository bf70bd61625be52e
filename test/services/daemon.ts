/** ldirectord on a configuration of these tests: ours from a staged tree, or Debian's. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lab/place.js';
import { type Contents, KernelTable } from '../ldirectord/kerneltable.js';
import { SIMULATION, TABLE } from '../ldirectord/places.js';
import type { Standing } from './allcases.js';
import { blockText } from './configuration.js';
import { isRunning } from './processes.js';

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
const MONITORS = '/run/monitors';
const STAGE = '/run/stage';
export const GENUINE = '/usr/sbin/ldirectord';
const POLL_MS = 50;
/** It is told to stop while a check is under way, which may take its time. */
const STOP_MS = 20_000;
/** As at boot. */
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  HOSTNAME: 'director.test',
  LANG: 'C',
  HOME: '/root',
};

/** Stages our programs inside the box; returns our ldirectord. */
export function stageOurs(): string {
  const stage = `${REPOSITORY}rpm/stage.mjs`;
  const { status, stderr } = spawnSync(process.execPath, [stage, STAGE], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot stage the programs: ${stderr}`);
  return `${STAGE}/usr/sbin/ldirectord`;
}

/** Lets the simulated table take everything and keep nothing: a call then takes no time. */
export function forgetCalls(): void {
  writeFileSync(`${SIMULATION}/ipvsadm`, '#!/bin/sh\nexit 0\n');
}

/** Writes the configuration; each virtual tells its verdicts in a file of its own. */
export function writeConfiguration(standings: readonly Standing[], globals: string): void {
  rmSync(MONITORS, { recursive: true, force: true });
  mkdirSync(MONITORS);
  const blocks = standings.map(({ block }, i) =>
    blockText({ ...block, lines: { ...block.lines, monitorfile: `${MONITORS}/${i}` } }),
  );
  writeFileSync(CONFIGURATION, `${globals}\n${blocks.join('')}`);
}

/** The last verdict on each virtual, in their order; undefined where there is none yet. */
export function verdicts(standings: readonly Standing[]): readonly (boolean | undefined)[] {
  return standings.map((_, i) => {
    const [, word] = /.*\[(up|down)\]/s.exec(read(`${MONITORS}/${i}`)) ?? [];
    return word === undefined ? undefined : word === 'up';
  });
}

/** Which virtuals have their real in the kernel's table, in their order. */
export function inTable(standings: readonly Standing[]): readonly boolean[] {
  const text = read(TABLE);
  const rules = new KernelTable(text === '' ? {} : (JSON.parse(text) as Contents)).save();
  return standings.map(({ block: { virtual, six } }) => {
    const address = six ? `[${virtual.address}]` : virtual.address;
    return rules.split('\n').some((rule) => rule.startsWith('-a') && rule.includes(` ${address}:`));
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

export function logText(): string {
  return read('/var/log/ldirectord.log');
}

/** All that the daemon has written down: its log and the monitor files. */
export function writtenDown(): string {
  const monitors = readdirSync(MONITORS).map((name) => read(`${MONITORS}/${name}`));
  return [logText(), ...monitors].join('');
}

/** Starts a daemon; resolves to its pid. */
export async function startDaemon(
  program: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const env = { ...ENVIRONMENT, ...environment };
  const child = spawn(program, ['start'], { env, cwd: '/', stdio: 'ignore' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} start: exit code ${code}\n${logText()}`);
  for (;;) {
    const name = readdirSync('/run').find((file) => /^ldirectord\..*\.pid$/.test(file));
    const pid = name === undefined ? 0 : Number(read(`/run/${name}`));
    if (pid > 0) return pid;
    await sleep(POLL_MS);
  }
}

/** Tells it to stop and waits until it has ended; kills it and throws when it does not. */
export async function stopDaemon(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const end = performance.now() + STOP_MS;
  while (isRunning(pid)) {
    if (performance.now() > end) {
      process.kill(pid, 'SIGKILL');
      throw new Error('ldirectord does not stop');
    }
    await sleep(POLL_MS);
  }
}
