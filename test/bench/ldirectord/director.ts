/** The ldirectord under test, in the box: its configuration, its start, what it costs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PORT } from './realservers.js';

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
const START_LIMIT_MS = 60_000;
/** USER_HZ: the kernel counts processor time for programs in hundredths of a second. */
const TICK_MS = 10;
const KB_IN_MB = 1024;

/** What the bounds are made of, seconds. */
export const CHECK_INTERVAL_S = 1;
export const CHECK_TIMEOUT_S = 3;

/** All servers in one virtual, in this order: the genuine program checks them in it. */
function configuration(addresses: readonly string[]): string {
  const reals = addresses.map((address) => `\treal=${address}:${PORT} gate\n`).join('');
  return `checktimeout=${CHECK_TIMEOUT_S}
checkinterval=${CHECK_INTERVAL_S}
quiescent=yes
autoreload=no
logfile="/var/log/ldirectord.log"
virtual=10.255.0.1:80
${reals}\tservice=http
\trequest="test.html"
\treceive="Test Page"
\tscheduler=rr
\tprotocol=tcp
\tchecktype=negotiate
`;
}

/** Starts it; resolves when its command has ended. */
export async function startDirector(
  program: string,
  nodeFolder: string,
  addresses: readonly string[],
): Promise<void> {
  writeFileSync(CONFIGURATION, configuration(addresses));
  const command = spawn(program, ['start'], {
    cwd: '/',
    env: { PATH: `${nodeFolder}:${process.env.PATH}`, HOSTNAME: 'director.test', LANG: 'C' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: START_LIMIT_MS,
  });
  const [code] = await once(command, 'exit');
  if (code !== 0) throw new Error(`${program} start: exit ${code}`);
}

export interface Cost {
  readonly processes: number;
  /** Processor time since the start, with that of children that have ended. */
  readonly cpuMs: number;
  readonly pssMb: number;
  readonly anonymousMb: number;
}

/** What all its processes cost together; those of ipvsadm while they run belong to the bench. */
export function costOfDirector(): Cost {
  let cost: Cost = { processes: 0, cpuMs: 0, pssMb: 0, anonymousMb: 0 };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = read(`/proc/${pid}/cmdline`);
    if (!words.includes('ldirectord') || /\bbench\b/.test(words)) continue;
    const fields = read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const memory = read(`/proc/${pid}/smaps_rollup`);
    cost = {
      processes: cost.processes + 1,
      cpuMs: cost.cpuMs + ticks * TICK_MS,
      pssMb: cost.pssMb + kilobytes(memory, 'Pss') / KB_IN_MB,
      anonymousMb: cost.anonymousMb + kilobytes(memory, 'Pss_Anon') / KB_IN_MB,
    };
  }
  return cost;
}

function kilobytes(memory: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(memory)?.[1] ?? '0');
}

/** A process can end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
