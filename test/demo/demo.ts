/**
 * The demo: boots the tutorial's cluster, shows it live, takes things away from it, and says
 * whether each step ended as it should. Exit 0 only then.
 */

import { parseArgs } from 'node:util';
import { NotPrepared } from '../lab/notprepared.js';
import { stack, stackName } from '../lab/stack.js';
import { Demo, type Open } from './play.js';

const USAGE = `usage: npm run demo -- [options]
  --verbatim      the tutorial's own timers too (keepalive 2, deadtime 30, initdead 120)
  --namespaces    without a virtual machine: no kernel IPVS, a program that records stands for it
  --stack WHICH   ours (default) or genuine (Debian's heartbeat and ldirectord)
  --tree DIR      our programs as staged in DIR; default: staged anew
  --logs DIR      keep the directors' logs there`;

/** The options; ends the program where they cannot be read. */
function options() {
  try {
    return parseArgs({
      options: {
        verbatim: { type: 'boolean', default: false },
        namespaces: { type: 'boolean', default: false },
        stack: { type: 'string' },
        tree: { type: 'string' },
        logs: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

async function main(): Promise<number> {
  const values = options();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const programs = stack(stackName(values.stack), values.tree);
  const open: Open = {};
  const end = async (): Promise<void> => {
    clearInterval(open.look);
    await open.lab?.close();
    programs.dispose();
  };
  process.once('SIGINT', () => void end().then(() => process.exit(130)));
  process.once('SIGTERM', () => void end().then(() => process.exit(143)));
  try {
    const { verbatim, namespaces } = values;
    const demo = new Demo({ verbatim, namespaces, programs, logs: values.logs }, open);
    return (await demo.play()) ? 0 : 1;
  } finally {
    await end();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (!(error instanceof NotPrepared)) {
      console.error(error);
      process.exit(1);
    }
    console.error(error.message);
    if (!process.argv.includes('--namespaces')) {
      console.error('Or, without a virtual machine, as root: npm run demo -- --namespaces');
    }
    process.exit(3);
  },
);
