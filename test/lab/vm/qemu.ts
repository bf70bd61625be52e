/** The virtual machine itself: qemu under software emulation, two serial ports on one cable. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LineCutter } from '../lines.js';
import { NotPrepared } from '../notprepared.js';
import { labFile, labProgram } from '../place.js';
import { temporaryDirectory } from '../temporary.js';
import { RemoteSite } from './remotesite.js';

/** Memory of the machine: six hosts, their disks, two daemons of 60 MB each and a load client. */
const MEMORY_MB = 2048;

/** More do not help: a move is one script after the other. */
const CPUS_MAX = 4;

/** A boot takes 3 to 10 s; a busy machine is given much more, once more after a silent failure. */
const BOOT_TIMEOUT_MS = 1_200_000;
const BOOT_TRIES = 2;

/** Where the kernel is kept between runs. */
function cacheDirectory(): string {
  try {
    accessSync('/var/cache', constants.W_OK);
    return '/var/cache/ts-heartbeat-lab';
  } catch {
    return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ts-heartbeat-lab');
  }
}

interface Boot {
  readonly kernel: string;
  readonly initrd: string;
  readonly modules: string;
}

/** Fetches what is missing of kernel and initial file system. Rejects with `NotPrepared`. */
async function prepare(): Promise<Boot> {
  const script = labFile('vm', 'prepare.sh');
  try {
    const { stdout } = await promisify(execFile)('sh', [script, cacheDirectory()]);
    const [kernel = '', initrd = '', modules = ''] = stdout.trim().split('\n');
    return { kernel, initrd, modules };
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr?.trim();
    throw new NotPrepared(said === undefined || said === '' ? String(error) : said);
  }
}

/** How time passes in the machine. */
export type Time =
  /** As outside: a busy host makes a slow machine. */
  | 'real'
  /**
   * By instructions: what runs takes the time that it would take on a processor of its own, and
   * nobody waits where nothing runs.
   */
  | 'instructions';

const ACCELERATION: Readonly<Record<Time, readonly string[]>> = {
  real: [
    ...['-accel', 'tcg,thread=multi,tb-size=256'],
    ...['-smp', String(Math.min(CPUS_MAX, availableParallelism()))],
  ],
  // A nanosecond for each instruction; processors would only take turns.
  instructions: [
    ...['-accel', 'tcg,thread=single,tb-size=256', '-smp', '1'],
    ...['-icount', 'shift=0,sleep=off,align=off'],
  ],
};

/** The arguments; the reasons for each are in test/lab/README.md. */
function machineArguments(boot: Boot, run: string, time: Time): string[] {
  const socket = (name: string): string => `socket,id=${name},path=${join(run, name)}`;
  const kernelLine = [
    'console=hvc0 quiet panic=-1 no_timer_check tsc=reliable mitigations=off nokaslr',
    `random.trust_cpu=on lab.guest=${labFile('vm', 'guest.sh')} lab.run=${run}`,
  ].join(' ');
  return [
    ...ACCELERATION[time],
    ...['-M', 'pc', '-cpu', 'max'],
    ...['-m', String(MEMORY_MB), '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-no-reboot', '-rtc', 'base=utc', '-kernel', boot.kernel, '-initrd', boot.initrd],
    ...['-append', kernelLine],
    '-virtfs',
    'local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap',
    // The serial cable: both ports on one socket of ours.
    ...['-chardev', `${socket('cable')},server=on,wait=off`.replace('id=cable', 'id=com1')],
    ...['-chardev', socket('cable').replace('id=cable', 'id=com2')],
    ...['-device', 'isa-serial,chardev=com1,index=0', '-device', 'isa-serial,chardev=com2,index=1'],
    ...['-chardev', `${socket('monitor')},server=on,wait=off`, '-mon', 'monitor,mode=control'],
    ...['-device', 'virtio-serial-pci,max_ports=4'],
    ...['-chardev', `file,id=console,path=${join(run, 'console')}`],
    ...['-device', 'virtconsole,chardev=console'],
    ...['-chardev', `${socket('agent')},server=on,wait=off`],
    ...['-device', 'virtserialport,chardev=agent,name=lab.agent'],
  ];
}

/** A running virtual machine. */
export class Machine {
  readonly site: RemoteSite;
  readonly #qemu: ChildProcess;
  readonly #run: string;

  private constructor(qemu: ChildProcess, run: string) {
    this.#qemu = qemu;
    this.#run = run;
    this.site = new RemoteSite(join(run, 'agent'));
  }

  /** Boots. Rejects with `NotPrepared` where something must be installed first. */
  static async boot(time: Time = 'real'): Promise<Machine> {
    const boot = await prepare();
    for (let tried = 1; ; tried += 1) {
      const run = temporaryDirectory('vm');
      const settings = {
        MODULES: boot.modules,
        NODE: process.execPath,
        AGENT: labProgram('vm', 'agent.js'),
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
      await writeFile(join(run, 'settings'), lines.join(''));
      const command = ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'];
      const qemu = spawn('setpriv', [...command, ...machineArguments(boot, run, time)], {
        // Out of reach of a Ctrl-C, so that the test can end it in order.
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      qemu.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2000);
      });
      try {
        await appears(join(run, 'agent'), qemu);
        const machine = new Machine(qemu, run);
        await inTime(machine.site.ready);
        return machine;
      } catch (error) {
        const console = await readFile(join(run, 'console'), 'utf8').catch(() => '');
        qemu.kill('SIGKILL');
        await rm(run, { recursive: true, force: true });
        if (tried < BOOT_TRIES) continue;
        const last = console.split('\n').slice(-5).join(' ');
        throw new Error(`the virtual machine does not boot: ${String(error)} ${said} ${last}`);
      }
    }
  }

  /** Where the socket of the serial cable is. */
  get cable(): string {
    return join(this.#run, 'cable');
  }

  /** The kernel's messages so far. */
  console(): Promise<string> {
    return readFile(join(this.#run, 'console'), 'utf8');
  }

  /** One command of qemu's machine protocol; rejects with qemu's own words. */
  monitor(execute: string, args: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.#run, 'monitor'));
      let answers = 0;
      const cutter = new LineCutter((line) => {
        const answer = JSON.parse(line) as { QMP?: object; return?: object; error?: object };
        if (answer.QMP !== undefined) {
          socket.write(`${JSON.stringify({ execute: 'qmp_capabilities' })}\n`);
        } else if (answer.error !== undefined) {
          socket.destroy(new Error(`${execute}: ${JSON.stringify(answer.error)}`));
        } else if (answer.return !== undefined) {
          answers += 1;
          if (answers === 1) socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
          else socket.end(resolve);
        }
      });
      socket.on('data', (chunk) => cutter.push(chunk));
      socket.on('error', reject);
    });
  }

  async end(): Promise<void> {
    await this.site.close();
    const ended = new Promise((resolve) => this.#qemu.once('exit', resolve));
    if (this.#qemu.exitCode === null && this.#qemu.signalCode === null) {
      this.#qemu.kill('SIGKILL');
      await ended;
    }
    await rm(this.#run, { recursive: true, force: true });
  }
}

async function inTime(ready: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no sign of life')), BOOT_TIMEOUT_MS);
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for qemu to make its sockets. */
async function appears(path: string, qemu: ChildProcess): Promise<void> {
  while (!existsSync(path)) {
    if (qemu.exitCode !== null) throw new Error(`qemu ended with ${qemu.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
