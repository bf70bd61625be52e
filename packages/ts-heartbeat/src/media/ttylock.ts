/**
 * The UUCP lock file of a serial line, which keeps other programs (and another heartbeat) off it.
 */
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where such locks are on Linux. */
export const TTY_LOCK_DIRECTORY = '/var/lock';

/** How a lock was got, or who has it. */
export type TtyLock =
  | { readonly ok: true; readonly release: () => void }
  /** Held by that living process, or `undefined`: the file cannot be made. */
  | { readonly ok: false; readonly holder: number | undefined; readonly reason: string };

/**
 * Takes `LCK..ttyS0` for `/dev/ttyS0`: written as another file and then linked, so that two
 * programs cannot both have it (heartbeat 3.0.6). A lock whose process is gone is removed.
 */
export function lockTty(device: string, directory: string = TTY_LOCK_DIRECTORY): TtyLock {
  const lock = join(directory, `LCK..${basename(device)}`);
  const own = join(directory, `LTMP.${process.pid}`);
  try {
    const holder = holderOf(lock);
    if (holder !== undefined && holder !== process.pid) {
      if (alive(holder)) return { ok: false, holder, reason: `in use by process ${holder}` };
      unlinkSync(lock);
    } else if (holder === process.pid) {
      unlinkSync(lock);
    }
    writeFileSync(own, `${String(process.pid).padStart(10)}\n`, { mode: 0o644 });
    try {
      linkSync(own, lock);
    } finally {
      unlinkSync(own);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, holder: undefined, reason };
  }
  return { ok: true, release: () => release(lock) };
}

/** The process in a lock file; 0 for a file that names none. */
function holderOf(lock: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(lock, 'latin1');
  } catch {
    return undefined;
  }
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
}

function alive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function release(lock: string): void {
  try {
    if (holderOf(lock) === process.pid) unlinkSync(lock);
  } catch {
    // Somebody else has removed it: it is free.
  }
}
