/** The program ldirectord: the command, or the daemon that it starts. */

import { takeHandover } from '../command/handover.js';
import { invocationOf } from '../command/invocation.js';
import { main } from '../main.js';

async function run(): Promise<number> {
  const handover = takeHandover(process.env);
  if (handover === undefined) {
    return main(invocationOf(process.argv, process.execArgv, process.env));
  }
  const { runDaemon } = await import('../daemon.js');
  return runDaemon(handover);
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`ldirectord: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
