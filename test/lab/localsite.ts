/** A site on this machine: hosts are namespaces, the switch is a bridge. Needs root. */

import { type FSWatcher, watch } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ChildTask, runChild, startChild } from './child.js';
import { monotonicMs } from './clock.js';
import { hardwareAddress, layOut, mountTable, networkBatch, realPlace } from './hostfiles.js';
import { LineCutter } from './lines.js';
import { labFile } from './place.js';
import type { Device, Entry, HostSpec, Line, Outcome, RunOptions, Site, Task } from './site.js';
import { temporaryDirectory } from './temporary.js';

const RUN_TIMEOUT_MS = 60_000;
/** A boot takes a tenth of a second on an idle machine, up to 4 s in an emulated one. */
const BOOT_TIMEOUT_MS = 60_000;

/** The program ends when its starter ends, however that ends. */
const TETHER = ['setpriv', '--pdeathsig', 'KILL'];

/** No program of a host can reboot the machine. */
const CONFINED = ['--bounding-set', '-sys_boot', '--inh-caps', '-sys_boot'];

/** The network every host is on; the room is where the bridge and the hosts' disks are. */
const ROOM_SCRIPT = `
set -e
mount -t tmpfs -o mode=755,size=75% lab "$1"
ip link set lo up
for bridge in br0 br1; do
	ip link add $bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	ip link set $bridge up
done
echo ready
exec cat
`;

interface Host {
  spec: HostSpec;
  /** Its directory, as seen in the room. */
  readonly directory: string;
  power: { readonly pid: number; readonly init: Task } | null;
}

export class LocalSite implements Site {
  readonly #hosts = new Map<string, Host>();
  readonly #tasks = new Set<Task>();
  readonly #room: Task;
  readonly #directory: string;
  /** Prefix of commands that are to run in the room; and of its paths as seen from here. */
  readonly #inRoom: readonly string[];
  readonly #seen: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #layers = new Map<string, Promise<string>>();

  /** Before every program; the virtual machine needs no guard, and each costs 50 ms in it. */
  readonly #guard: readonly string[];
  readonly #confined: readonly string[];

  private constructor(room: ChildTask, directory: string, disposable: boolean) {
    this.#room = room;
    this.#guard = disposable ? [] : [...TETHER, '--'];
    this.#confined = disposable ? [] : [...TETHER, ...CONFINED, '--'];
    this.#directory = directory;
    this.#inRoom = ['nsenter', '-t', String(room.pid), '-m', '-n', '--'];
    this.#seen = `/proc/${room.pid}/root`;
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    this.#env = {
      // The programs under test run on the Node.js that runs the tests.
      PATH: `${dirname(process.execPath)}:${path}`,
      HOME: '/root',
      LANG: 'C.UTF-8',
      TERM: 'dumb',
    };
  }

  /**
   * An empty site. Rejects where namespaces, bridges or an overlay cannot be made. On a disposable
   * machine nothing is done for it to survive the test.
   */
  static async open({ disposable = false } = {}): Promise<LocalSite> {
    const directory = temporaryDirectory('site');
    const said: string[] = [];
    let heard = (): void => {};
    const room = startChild(
      [...TETHER, 'unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-c'].concat(
        ROOM_SCRIPT,
        'room',
        directory,
      ),
      (line) => {
        said.push(line.text);
        heard();
      },
      process.env,
    );
    const ready = new Promise<void>((resolve) => {
      heard = () => said.includes('ready') && resolve();
    });
    const site = new LocalSite(room, directory, disposable);
    await Promise.race([ready, room.ended]);
    if (!said.includes('ready')) {
      await site.close();
      throw new Error(`the lab cannot be set up here: ${said.join('; ')}`);
    }
    return site;
  }

  async now(): Promise<number> {
    return monotonicMs();
  }

  async addHost(spec: HostSpec): Promise<void> {
    if (this.#hosts.has(spec.name)) throw new Error(`host ${spec.name} exists`);
    const host: Host = { spec, directory: join(this.#directory, spec.name), power: null };
    this.#hosts.set(spec.name, host);
    await layOut(spec, this.#seen + host.directory, this.#hostsFile(spec));
    await this.#install(host);
    await writeFile(join(this.#seen + host.directory, 'network'), networkBatch(spec));
    await this.powerOn(spec.name);
  }

  async #install({ spec, directory }: Host): Promise<void> {
    const layers = await Promise.all((spec.layers ?? []).map((tree) => this.#copiedLayer(tree)));
    if ((spec.hidden ?? []).length > 0) layers.push(await this.#hiddenLayer(spec));
    await writeFile(join(this.#seen + directory, 'fstab'), mountTable(spec, directory, layers));
  }

  /** Only its own name: a cluster's other names are the business of its configuration. */
  #hostsFile(spec: HostSpec): string {
    const address = (spec.addresses[0] ?? '127.0.0.1').replace(/\/.*/, '');
    return `127.0.0.1 localhost localhost.localdomain\n${address} ${spec.name}\n`;
  }

  /** A tree as a package lays it down, owned by root. An overlay refuses layers inside another. */
  #copiedLayer(tree: string): Promise<string> {
    return this.#layer(tree, async (layer) => {
      const copy = ['cp', '-a', '--no-preserve=ownership', '--', `${tree}/.`, layer];
      await this.#must([...this.#inRoom, ...copy]);
    });
  }

  /** A layer of the overlay that blots out what a host must not see. */
  #hiddenLayer(spec: HostSpec): Promise<string> {
    const places = (spec.hidden ?? []).map(realPlace);
    return this.#layer(places.join('\n'), async (layer) => {
      for (const place of places) {
        await mkdir(dirname(join(this.#seen, layer, place)), { recursive: true, mode: 0o755 });
      }
      // A character device 0/0 is the overlay's sign for "nothing here".
      const nodes = places.map((place) => join(layer, place));
      const script = 'for place; do mknod "$place" c 0 0 || exit 1; done';
      await this.#must([...this.#inRoom, 'sh', '-c', script, 'hide', ...nodes]);
    });
  }

  /** Makes a layer once for all hosts. */
  #layer(key: string, make: (layer: string) => Promise<void>): Promise<string> {
    const known = this.#layers.get(key);
    if (known !== undefined) return known;
    const layer = join(this.#directory, `layer${this.#layers.size}`);
    const made = mkdir(this.#seen + layer, { mode: 0o755 }).then(async () => {
      await make(layer);
      return layer;
    });
    this.#layers.set(key, made);
    return made;
  }

  async powerOn(name: string): Promise<void> {
    const host = this.#host(name);
    if (host.power !== null) throw new Error(`host ${name} is on already`);
    const said: string[] = [];
    let heard = (): void => {};
    const init = startChild(
      [...this.#guard, ...this.#inRoom, 'unshare', '--net', '--uts', '--ipc', '--pid', '--mount']
        .concat('--fork', '--kill-child', '--propagation', 'private')
        .concat('sh', labFile('host.sh'), name, host.directory),
      (line) => {
        said.push(line.text);
        heard();
      },
      this.#env,
    );
    this.#tasks.add(init);
    const says = async (pattern: RegExp): Promise<string> => {
      let timer: NodeJS.Timeout | undefined;
      const found = await Promise.race([
        new Promise<string | undefined>((resolve) => {
          heard = () => {
            const line = said.find((text) => pattern.test(text));
            if (line !== undefined) resolve(line);
          };
          heard();
        }),
        init.ended.then(() => undefined),
        new Promise<undefined>((resolve) => {
          timer = setTimeout(resolve, BOOT_TIMEOUT_MS, undefined);
        }),
      ]);
      clearTimeout(timer);
      if (found === undefined) {
        await init.stop();
        throw new Error(`host ${name} does not boot: ${said.join('; ')}`);
      }
      return found;
    };
    const pid = Number((await says(/^pid \d+$/)).slice(4));
    const stdin = devicesOf(host.spec).map((device) => {
      const address = hardwareAddress(host.spec, device);
      const end = port(name, device);
      const link = `link add ${end} type veth peer name ${device} address ${address} netns ${pid}`;
      return `${link}\nlink set ${end} master ${BRIDGE[device]} up\n`;
    });
    await this.#must([...this.#inRoom, 'ip', '-batch', '-'], { stdin: stdin.join('') });
    init.write('plugged\n');
    await says(/^ready$/);
    host.power = { pid, init };
    void init.ended.then(() => {
      this.#tasks.delete(init);
      if (host.power?.init === init) host.power = null;
    });
  }

  async powerOff(name: string): Promise<void> {
    const { power, spec } = this.#on(name);
    const links = devicesOf(spec).map((device) => `link del ${port(name, device)}\n`);
    await this.#must([...this.#inRoom, 'ip', '-batch', '-'], { stdin: links.join('') });
    await power?.init.stop();
  }

  /**
   * Changes what is installed on a host that is off: the files it has written itself stay. What
   * the specification says of its networks and serial lines must be as before.
   */
  async refit(spec: HostSpec): Promise<void> {
    const host = this.#host(spec.name);
    if (host.power !== null) throw new Error(`host ${spec.name} is on`);
    host.spec = spec;
    await this.#install(host);
  }

  async unplug(name: string, device: Device = 'eth0'): Promise<void> {
    await this.#setPort(name, device, 'down');
  }

  async plug(name: string, device: Device = 'eth0'): Promise<void> {
    await this.#setPort(name, device, 'up');
  }

  async #setPort(name: string, device: Device, state: 'up' | 'down'): Promise<void> {
    const end = port(this.#on(name).spec.name, device);
    await this.#must([...this.#inRoom, 'ip', 'link', 'set', end, state]);
  }

  run(name: string, argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return runChild([...this.#enter(name, 'host'), ...this.#confined, ...argv], {
      env: this.#env,
      timeoutMs: options.timeoutMs ?? RUN_TIMEOUT_MS,
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
  }

  async start(
    name: string,
    argv: readonly string[],
    onLine: (line: Line) => void,
    entry: Entry = 'host',
  ): Promise<Task> {
    const confined = entry === 'host' ? this.#confined : [];
    const task = startChild([...this.#enter(name, entry), ...confined, ...argv], onLine, this.#env);
    this.#tasks.add(task);
    void task.ended.then(() => this.#tasks.delete(task));
    return task;
  }

  async follow(name: string, file: string, onLine: (line: Line) => void): Promise<Task> {
    const directory = join(this.#seen, this.#host(name).directory, 'log');
    const task = new Follower(join(directory, file), onLine);
    this.#tasks.add(task);
    return task;
  }

  /**
   * By a program inside the host: a path may lead over links, and an absolute link that is followed
   * from outside ends in the machine's own files.
   */
  async put(name: string, path: string, text: string, mode = 0o644): Promise<void> {
    const script = 'install -D -m "$0" /dev/null "$1" && cat >"$1"';
    const outcome = await this.run(name, ['sh', '-c', script, mode.toString(8), path], {
      stdin: Buffer.from(text, 'utf8').toString('latin1'),
    });
    if (outcome.code !== 0) throw new Error(`cannot write ${path} on ${name}: ${outcome.stderr}`);
  }

  async readNet(name: string, file: string): Promise<string> {
    const pid = this.#host(name).power?.pid;
    return pid === undefined ? '' : readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => '');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tasks].map((task) => task.stop()));
    await this.#room.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  #on(name: string): Host {
    const host = this.#host(name);
    if (host.power === null) throw new Error(`host ${name} is off`);
    return host;
  }

  #enter(name: string, entry: Entry): string[] {
    const target = [...this.#guard, 'nsenter', '-t', String(this.#on(name).power?.pid)];
    if (entry === 'network') return [...target, '-n', '--'];
    return [...target, '-m', '-u', '-i', '-n', '-p', '-r', '-w', '--'];
  }

  async #must(argv: readonly string[], options: { readonly stdin?: string } = {}): Promise<void> {
    const outcome = await runChild(argv, { env: this.#env, timeoutMs: RUN_TIMEOUT_MS, ...options });
    if (outcome.code !== 0) {
      throw new Error(`${argv.join(' ')}: exit ${outcome.code}: ${outcome.stderr.trim()}`);
    }
  }
}

/** The network that a device of a host is on. */
const BRIDGE: Readonly<Record<Device, string>> = { eth0: 'br0', eth1: 'br1' };

/** The switch port a device of a host is plugged into. */
function port(name: string, device: Device): string {
  return `${device === 'eth0' ? 'v' : 'w'}-${name}`;
}

function devicesOf(spec: HostSpec): readonly Device[] {
  return spec.secondAddresses === undefined ? ['eth0'] : ['eth0', 'eth1'];
}

/** Lines of a file that grows, whether it is there yet or not. */
class Follower implements Task {
  readonly ended: Promise<number>;
  readonly #path: string;
  readonly #watcher: FSWatcher;
  readonly #cutter: LineCutter;
  #offset = 0;
  #reading: Promise<void> = Promise.resolve();
  #end: (code: number) => void = () => {};

  constructor(path: string, onLine: (line: Line) => void) {
    this.#path = path;
    this.#cutter = new LineCutter((text) => onLine({ at: monotonicMs(), from: 'out', text }));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(this.#path)) this.#readOn();
    });
    this.#readOn();
  }

  #readOn(): void {
    this.#reading = this.#reading.then(async () => {
      const file = await open(this.#path, 'r').catch(() => null);
      if (file === null) return;
      const buffer = Buffer.alloc(1 << 16);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
        if (bytesRead === 0) break;
        this.#offset += bytesRead;
        this.#cutter.push(buffer.subarray(0, bytesRead));
      }
      await file.close();
    });
  }

  write(): void {}

  async stop(): Promise<void> {
    this.#watcher.close();
    await this.#reading;
    this.#end(0);
  }
}
