/** Two machines, one with Debian's programs and one with ours, on which the same is done. */
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';

/** The genuine programs are on the first director, ours on the second. */
const HOSTS = { genuine: 'loadbalancer', ours: 'backup' } as const;

export type Kind = keyof typeof HOSTS;

const KINDS = ['genuine', 'ours'] as const;

/** Starting and stopping may take as long as the scripts of a slow machine; a restart waits. */
const STEP_LIMIT_MS = 120_000;

/** What one step printed on each machine, with what differs from run to run taken out. */
export type Said = Readonly<Record<Kind, string>>;

export class Beside {
  readonly pair: Pair;
  readonly #stacks: readonly Stack[];

  private constructor(pair: Pair, stacks: readonly Stack[]) {
    this.pair = pair;
    this.#stacks = stacks;
  }

  static async open(): Promise<Beside> {
    const genuine = stack('genuine');
    const ours = stack('ours');
    const pair = await openPair({ loadbalancer: genuine, backup: ours });
    return new Beside(pair, [genuine, ours]);
  }

  async close(): Promise<void> {
    await this.pair.close();
    for (const one of this.#stacks) one.dispose();
  }

  /** Writes a file on both; `NODE` in it becomes the name of each. */
  async put(path: string, text: string, mode = 0o644): Promise<void> {
    for (const kind of KINDS) {
      const host = HOSTS[kind];
      await this.pair.site.put(host, path, text.replaceAll('NODE', host), mode);
    }
  }

  /** Runs a shell script on both at the same time: its output, and `exit N`. */
  async say(script: string): Promise<Said> {
    const [genuine, ours] = await Promise.all(KINDS.map((kind) => this.#run(HOSTS[kind], script)));
    return { genuine: genuine ?? '', ours: ours ?? '' };
  }

  /** Both in a freshly booted state, without a daemon; files that were put stay. */
  async reboot(): Promise<void> {
    for (const kind of KINDS) {
      await this.pair.site.powerOff(HOSTS[kind]);
      await this.pair.site.powerOn(HOSTS[kind]);
    }
  }

  async #run(host: string, script: string): Promise<string> {
    const argv = ['sh', '-c', script];
    const outcome = await this.pair.site.run(host, argv, { timeoutMs: STEP_LIMIT_MS });
    const parts = [outcome.stdout];
    if (outcome.stderr !== '') parts.push(`on standard error:\n${outcome.stderr}`);
    return plain(`${parts.join('\n')}\nexit ${outcome.code}`, host);
  }
}

/** Lines about this machine's kernel settings, which the genuine program alone looks at. */
const OF_THE_MACHINE = /^.*(Core dumps could be lost|Consider setting ).*\n/gm;

/** Printed without a newline, in whatever order the directives stand (see heartbeat 3.0.6). */
const PRECEDENCE = /heartbeat: (udpport|baudrate) setting must precede media statements/g;

/** A normal user can make no directories; which ones are tried is not the same. */
const OF_DIRECTORIES = /^(chmod: changing permissions of|mkdir: cannot create directory) .*\n/gm;

/** Takes out pids, dates, the host's name, and what is known to be of one machine or program. */
function plain(text: string, host: string): string {
  return text
    .replaceAll(host, 'NODE')
    .replace(PRECEDENCE, '')
    .replace(/\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /g, '')
    .replace(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/g, 'DATE')
    .replace(/\[\d+\]/g, '[PID]')
    .replace(/\b(pid:? )\d+/g, '$1PID')
    .replace(OF_THE_MACHINE, '')
    .replace(OF_DIRECTORIES, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\non standard error:\n(?=\n*exit)/, '\n')
    .replace(/\n{2,}/g, '\n');
}
