/** How a member of haclient gets that group for a command, since no program of Node.js can lend it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** The group that clients belong to, wherever heartbeat is installed. */
const GROUP = 'haclient';

/** Runs a command in another group of the user, without a password. Part of Debian and RHEL. */
const SG = '/usr/bin/sg';

/**
 * The genuine cl_status is set-group-id haclient. Where the caller is a member of that group, but
 * not in the first place, runs the command line again in it, and gives its exit code; undefined
 * where that is not needed or would not help.
 */
export function runInGroup(argv: readonly string[], socketPath: string): number | undefined {
  if (!wantsGroup(path.dirname(socketPath))) return undefined;
  const command = argv.map(quoted).join(' ');
  const { status } = spawnSync(SG, [GROUP, '-c', `exec ${command}`], { stdio: 'inherit' });
  return status ?? undefined;
}

/** The group of the socket's directory is the one that heartbeat trusts. */
function wantsGroup(directory: string): boolean {
  if (process.geteuid?.() === 0) return false;
  try {
    accessSync(SG, constants.X_OK);
    const { gid } = statSync(directory);
    return gid !== process.getegid?.() && process.getgroups?.().includes(gid) === true;
  } catch {
    return false;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
