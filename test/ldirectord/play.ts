/** Plays a vector inside the box, phase by phase, and notes how things stand at the end of each. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contents, KernelTable } from './kerneltable.js';
import { normalize } from './normalize.js';
import { SIMULATION, TABLE } from './places.js';
import { addAddresses, RealServer } from './realserver.js';
import type { CommandEnd, FileSpec, Happening, Phase, Vector } from './vector.js';

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
/** How often the table is looked at. */
const LOOK_MS = 25;
/** A table that is as wanted must stay so for this long: three looks of a busy machine. */
const STAY_MS = 400;
/** A phase may take so much longer than the genuine program was given. */
const SLACK = 3;
const COMMAND_LIMIT_MS = 20_000;

/** The environment of a command, as at boot. */
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  HOSTNAME: 'director.test',
  LANG: 'C',
  HOME: '/root',
};

export class Play {
  readonly #program: readonly [string, ...string[]];
  readonly #servers = new Map<string, RealServer>();
  #foreground: ChildProcess | undefined;

  constructor(program: readonly [string, ...string[]]) {
    this.#program = program;
  }

  /** @param wanted the table at the end of each phase: waited for, not forced */
  async run(vector: Vector, wanted: readonly (readonly string[])[]): Promise<readonly Phase[]> {
    addAddresses(vector.backends.map(({ ip }) => ip));
    for (const { id, ...spec } of vector.backends) {
      const server = new RealServer(spec);
      this.#servers.set(id, server);
      await server.become({});
    }
    const path = vector.config_path ?? CONFIGURATION;
    put(path, { content: vector.config });
    for (const [file, spec] of Object.entries(vector.files ?? {})) put(file, spec);
    for (const rule of vector.preexisting_table ?? []) operator(rule.split(' '));
    const phases: Phase[] = [];
    for (const [index, event] of vector.events.entries()) {
      const before = table().save();
      const command = await this.#act(event, path);
      await settled(event, before, lines(wanted[index] ?? []));
      const seen: Record<string, string> = {};
      for (const [id, server] of this.#servers) seen[id] = server.takeSeen();
      phases.push({ phase: event.name, ...standing(), ...(command && { command }), seen });
    }
    for (const server of this.#servers.values()) await server.close();
    return phases;
  }

  /** Runs one command to its end. */
  async command(words: readonly string[]): Promise<CommandEnd> {
    const [program, ...rest] = this.#program;
    const child = spawn(program, [...rest, ...words], {
      env: ENVIRONMENT,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_LIMIT_MS,
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const [code] = await once(child, 'close');
    return {
      rc: Number(code ?? -1),
      stdout: normalize(output.stdout),
      stderr: normalize(output.stderr),
    };
  }

  async #act(event: Happening, path: string): Promise<CommandEnd | undefined> {
    let command: CommandEnd | undefined;
    if (event.run && event.foreground) this.#stay(event.run);
    else if (event.run) command = await this.command(event.run);
    for (const [id, changes] of Object.entries(event.backend ?? {})) {
      await this.#servers.get(id)?.become(changes);
    }
    if (event.config !== undefined) put(path, { content: event.config });
    for (const [file, spec] of Object.entries(event.write ?? {})) put(file, spec);
    for (const file of event.remove ?? []) rmSync(file);
    for (const rule of event.operator ?? []) operator(rule.split(' '));
    const pid = this.#foreground?.pid ?? daemonPid();
    if (event.signal !== undefined && pid !== undefined) process.kill(pid, `SIG${event.signal}`);
    return command;
  }

  #stay(words: readonly string[]): void {
    const [program, ...rest] = this.#program;
    this.#foreground = spawn(program, [...rest, ...words], {
      env: ENVIRONMENT,
      cwd: '/',
      stdio: 'ignore',
    });
  }
}

function lines(rules: readonly string[]): string {
  return rules.map((rule) => `${rule}\n`).join('');
}

/**
 * Waits until the table is as wanted and stays so. Where nothing is to change, the whole time has
 * to pass in which the genuine program changed nothing either.
 */
async function settled(event: Happening, before: string, wanted: string): Promise<void> {
  if (before === wanted) {
    await sleep(event.settle * 1000);
    return;
  }
  const end = performance.now() + event.settle * 1000 * SLACK;
  let since: number | undefined;
  while (performance.now() < end) {
    if (table().save() !== wanted) since = undefined;
    else since ??= performance.now();
    if (since !== undefined && performance.now() - since >= STAY_MS) return;
    await sleep(LOOK_MS);
  }
}

export function table(): KernelTable {
  try {
    return new KernelTable(JSON.parse(readFileSync(TABLE, 'utf8')) as Contents);
  } catch {
    return new KernelTable();
  }
}

function operator(words: readonly string[]): void {
  const { status, stderr } = spawnSync(`${SIMULATION}/ipvsadm`, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ipvsadm ${words.join(' ')}: ${stderr}`);
}

function put(path: string, { content, mode }: FileSpec): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  if (mode !== undefined) chmodSync(path, Number.parseInt(mode, 8));
}

/** Waits for what is looked for again and again; false when it does not come in time. */
export async function until(found: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!found()) {
    if (performance.now() > end) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

/** Empties the table between two cases. */
export function clear(): void {
  operator(['-C']);
}

export { put as putFile };

/** The pid in the first pid file there is. */
export function daemonPid(): number | undefined {
  const name = readdirSync('/run').find((file) => /^ldirectord\..*\.pid$/.test(file));
  return name === undefined ? undefined : Number(readFileSync(`/run/${name}`, 'utf8'));
}

function standing(): Pick<Phase, 'table_save' | 'thresholds'> {
  const now = table();
  const thresholds: Record<string, { u: number; l: number }> = {};
  for (const [service, { servers }] of Object.entries(now.contents)) {
    for (const [server, { upper, lower }] of Object.entries(servers)) {
      if (upper + lower > 0) thresholds[`${service.slice(1)} ${server}`] = { u: upper, l: lower };
    }
  }
  const table_save = now.save().split('\n').slice(0, -1);
  return Object.keys(thresholds).length > 0 ? { table_save, thresholds } : { table_save };
}
