/**
 * A lab by hand: `shell pair|vm [--stack ours|genuine] [--tree DIR] [--serial-only]`. Builds it
 * with the tutorial's configuration, takes orders from standard input, one a line, and ends
 * everything at `down` or at the end of the input.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bootServer } from './boot.js';
import { Cluster } from './cluster.js';
import { recordedTable, SHORT, serialOnly, tutorialFiles } from './clusterfiles.js';
import { DIRECTORS, type Lab } from './lab.js';
import { openPair } from './pair.js';
import { type Stack, stack, stackName } from './stack.js';
import { openVm } from './vm/vm.js';

const ORDERS = `orders:
  start NODE | stop NODE    /etc/init.d/heartbeat
  kill NODE | boot NODE     power off, power on
  cut NODE | heal NODE      the node's network cable
  cut serial | heal serial  the serial cable
  noise NODE TEXT           bytes on the serial line, as if NODE had sent them (\\n, \\xff ...)
  exec HOST COMMAND...      a command line, run by the host's shell
  log NODE [N]              last lines of ha-log
  holders                   who has the virtual address
  down                      end everything
NODE: loadbalancer or backup; HOST: also real1, real2, real3 (virtual machine) and client.`;

/** Lines of a log shown when no number is given. */
const LOG_LINES = 20;

/** Does one order; says what there is to say. */
async function obey(lab: Lab, cluster: Cluster, words: readonly string[]): Promise<string> {
  const [order = '', target = '', ...rest] = words;
  switch (order) {
    case 'start':
      await cluster.start(target);
      return '';
    case 'stop':
      await cluster.stop(target);
      return '';
    case 'kill':
      await cluster.powerOff(target);
      return '';
    case 'boot':
      await cluster.powerOn(target);
      await bootServer(lab, target);
      return '';
    case 'cut':
      await (target === 'serial' ? lab.serial.cut() : lab.site.unplug(target));
      return '';
    case 'heal':
      await (target === 'serial' ? lab.serial.join() : lab.site.plug(target));
      return '';
    case 'noise':
      await lab.serial.noise(target, bytes(rest.join(' ')));
      return '';
    case 'exec': {
      const { code, stdout, stderr } = await lab.site.run(target, ['sh', '-c', rest.join(' ')]);
      return `${stdout}${stderr}${code === 0 ? '' : `exit ${code}`}`.trimEnd();
    }
    case 'log':
      return cluster
        .lines(target, /^/, 0)
        .slice(-Number(rest[0] ?? LOG_LINES))
        .join('\n');
    case 'holders':
      return cluster.holders.join(' ') || 'nobody';
    default:
      return ORDERS;
  }
}

/** `\n`, `\r`, `\\` and `\xff` as one byte each. */
function bytes(text: string): string {
  const single: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' };
  return text.replace(/\\(x([0-9a-f]{2})|[nr\\])/gi, (_all, name: string, hex?: string) =>
    hex === undefined ? (single[name] ?? name) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

async function build(kind: string, programs: Stack, serial: boolean): Promise<[Lab, Cluster]> {
  const lab = kind === 'vm' ? await openVm(programs) : await openPair(programs);
  const files = { ...tutorialFiles(SHORT), ...(lab.balances ? {} : recordedTable()) };
  const cluster = await Cluster.open(lab, serial ? serialOnly(files) : files);
  await Promise.all(DIRECTORS.map((node) => bootServer(lab, node)));
  return [lab, cluster];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      tree: { type: 'string' },
      'serial-only': { type: 'boolean', default: false },
    },
  });
  const [kind = ''] = positionals;
  if (kind !== 'pair' && kind !== 'vm') throw new Error('say which lab: pair or vm');
  const programs = stack(stackName(values.stack), values.tree);
  try {
    const [lab, cluster] = await build(kind, programs, values['serial-only']);
    const input = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: 'lab> ',
    });
    process.once('SIGTERM', () => input.close());
    input.once('SIGINT', () => input.close());
    input.prompt();
    for await (const line of input) {
      const words = line.trim().split(/\s+/);
      if (words[0] === 'down') break;
      const said = await obey(lab, cluster, words).catch((error: unknown) => String(error));
      if (said !== '') console.log(said);
      input.prompt();
    }
    input.close();
    await cluster.close().catch(() => {});
    await lab.close();
  } finally {
    programs.dispose();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
