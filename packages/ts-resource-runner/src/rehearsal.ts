/**
 * Goes through a takeover of nothing, so that the real one, perhaps months later, does not begin
 * with program code that has never run: that would cost more than all of the code does.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Job } from '@ts-heartbeat/core/job';
import type { Clock } from '@ts-heartbeat/platform/clock';
import { decodeRequest } from './decode.js';
import type { Places } from './places.js';
import type { Reply } from './protocol.js';
import { Runner } from './runner.js';

/** Programs that do nothing are found there. */
const DIRECTORIES = ['/bin', '/usr/bin'];
const NODE = 'nobody';
const SCRIPT_MS_MAX = 5000;

/** Keeps code that has run once, however long it is not needed. */
export function keepCode(): void {
  setFlagsFromString('--no-flush-bytecode');
}

/**
 * Takes and releases a group whose only resource is `true`, with all that belongs to it, in a
 * directory of its own below the working files. Tells nobody, and never rejects.
 */
export async function rehearse(places: Places, clock: Clock): Promise<void> {
  const directory = `${places.rsctmp}/rehearsal`;
  try {
    if (!DIRECTORIES.some((place) => existsSync(`${place}/true`))) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(`${directory}/haresources`, `${NODE} true\n`);
    const own = { haDirectory: directory, scriptDirectories: DIRECTORIES, rsctmp: directory };
    await perform({ ...own, socket: places.socket }, clock);
  } catch {
    // Then the first takeover is the rehearsal.
  } finally {
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // The next one writes over it.
    }
  }
}

async function perform(places: Places, clock: Clock): Promise<void> {
  const runner = new Runner({
    places,
    settings: { deadline: SCRIPT_MS_MAX, statusDeadline: SCRIPT_MS_MAX, stopPolicy: 'stay' },
    clock,
    environment: process.env,
    recover: () => undefined,
  });
  const asked: Job[] = [{ kind: 'takeOver', node: NODE }, { kind: 'releaseAll' }];
  for (const [id, job] of asked.entries()) {
    await new Promise<void>((resolve) => {
      runner.reply = (reply: Reply) => {
        JSON.stringify(reply);
        if (reply.op === 'done') resolve();
        return true;
      };
      if (id === 0) {
        runner.greet({ op: 'hello', localNode: 'here', environment: {}, orphanedAfter: 0 });
      }
      const line = JSON.stringify({ op: 'job', id, job, environment: {} });
      const request = decodeRequest(JSON.parse(line));
      if (request?.op === 'job') runner.ask(request);
    });
  }
  runner.close();
}
