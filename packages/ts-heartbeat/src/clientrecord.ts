/** Which clients run, written down for a next life of the daemon that begins without a goodbye. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Millis } from '@ts-heartbeat/core/time';
import { signalGroup } from '@ts-heartbeat/platform/child';
import {
  isGone,
  type ProcessIdentity,
  processIdentity,
  whenGone,
} from '@ts-heartbeat/platform/gone';
import type { Say } from './say.js';

/** A client that outlived its daemon and ignores SIGTERM for this long is killed. */
const GRACE: Millis = 5000;

interface Entry extends ProcessIdentity {
  readonly command: string;
}

export class ClientRecord {
  readonly #path: string;

  /** @param path a file that a reboot removes, as it ends the clients. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Writes down who runs now. Failure costs only that a crash may leave one more client. */
  write(running: readonly { readonly pid: number; readonly command: string }[]): void {
    try {
      if (running.length === 0) {
        rmSync(this.#path, { force: true });
        return;
      }
      const entries = running.flatMap(({ pid, command }): Entry[] => {
        const identity = processIdentity(pid);
        return identity === undefined ? [] : [{ ...identity, command }];
      });
      writeFileSync(this.#path, JSON.stringify(entries), { mode: 0o600 });
    } catch {
      // A full disk must not keep a client from being started.
    }
  }

  /** Ends the clients of an earlier life that still run, with their process groups. */
  async endLeftovers(say: Say): Promise<void> {
    const left = this.#read().filter((entry) => !isGone(entry));
    await Promise.all(left.map((entry) => end(entry, say)));
    rmSync(this.#path, { force: true });
  }

  #read(): readonly Entry[] {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      return Array.isArray(value) ? value.filter(isEntry) : [];
    } catch {
      return [];
    }
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pid' in value && 'startTime' in value && 'command' in value)) return false;
  const { pid, startTime, command } = value;
  return (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 1 &&
    typeof startTime === 'string' &&
    typeof command === 'string'
  );
}

async function end(entry: Entry, say: Say): Promise<void> {
  const { pid, command } = entry;
  say('info', `killing ${command} process group ${pid} with signal 15 (left by an earlier life)`);
  signalGroup(pid, 'SIGTERM');
  if (await whenGone(entry, GRACE)) return;
  say('warn', `killing ${command} process group ${pid} with signal 9`);
  signalGroup(pid, 'SIGKILL');
  await whenGone(entry, GRACE);
}
