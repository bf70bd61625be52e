/** The pid file of one ldirectord, and what it says. */
import {
  dropPidFile,
  type PidFileState,
  readPidFile,
  takePidFile,
} from '@ts-heartbeat/platform/pidfile';

/** `/var/run/ldirectord.NAME.pid`, where NAME keeps its extension (ldirectord 4.12). */
export function pidFilePath(name: string): string {
  return `/var/run/ldirectord.${name}.pid`;
}

/** Any program with the word in its command line counts, so the genuine one and ours see each other. */
function isDirector(command: readonly string[]): boolean {
  return command.some((word) => word.includes('ldirectord'));
}

/** Looks whether the ldirectord of that name runs. */
export function directorState(name: string): PidFileState {
  return readPidFile(pidFilePath(name), isDirector);
}

/**
 * Puts this process into the pid file. False when another ldirectord of that name has come first.
 * Throws the system's error when the file cannot be written.
 */
export function enterPidFile(name: string): boolean {
  const text = (pid: number) => `${pid}\n`;
  return takePidFile(pidFilePath(name), { text, recognise: isDirector }).taken;
}

export function leavePidFile(name: string): void {
  dropPidFile(pidFilePath(name));
}
